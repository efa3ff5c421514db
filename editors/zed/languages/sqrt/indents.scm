(tool_body "}" @end) @indent
(statements "}" @end) @indent
(updates "}" @end) @indent
(set_literal "}" @end) @indent
