(tool_declaration body: (_) @class.inside) @class.around
(rule) @function.around
(line_comment) @comment.inside
(line_comment)+ @comment.around
