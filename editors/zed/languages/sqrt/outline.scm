(let_declaration "let" @context name: (name) @name) @item
(tool_declaration "tool" @context id: (_) @name) @item
(shorthand "tool" @context id: (_) @name) @item
(rule level: (level) @context outcome: (outcome) @name) @item
(result_block "result" @name) @item
(session_block "session" @context timing: (timing) @name) @item
