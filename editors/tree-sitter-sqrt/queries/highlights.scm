; Colours. Names come first: later patterns win over earlier ones in Neovim, earlier ones over later ones elsewhere,
; so no two patterns are about the same node in different ways.

(line_comment) @comment
(block_comment) @comment
(doc_comment) @comment.documentation

; Names
(let_declaration name: (name) @constant)
(let_declaration value: (name) @variable)
(or_predicate (name) @variable)
(and_predicate (name) @variable)
(not_predicate (name) @variable)
(parenthesized_predicate (name) @variable)
(rule condition: (name) @variable)
(when_statement condition: (name) @variable)
(shorthand condition: (name) @variable)
(shorthand value: (name) @variable)
(update value: (name) @variable)
(in_predicate right: (name) @variable)
(set_comparison right: (name) @variable)
(set_operation (name) @variable)
(with_element set: (name) @variable)
(parenthesized_set (name) @variable)
(argument_field argument: (name) @variable.parameter)
(argument_value argument: (name) @variable.parameter)

(field) @property
(value_access) @property
["@" "@args" "@result" "@session"] @variable.builtin
(aggregation "args" @variable.builtin)

; Literals
(tool_declaration id: (string) @string.special)
(tool_declaration id: (regex) @string.regexp)
(shorthand id: (string) @string.special)
(shorthand id: (regex) @string.regexp)
(set_literal (string) @string)
(set_literal (regex) @string.regexp)
(with_element element: (string) @string)
(with_element element: (regex) @string.regexp)
(str_domain (string) @string)
(str_domain (regex) @string.regexp)
(datetime_domain (string) @string)
(in_predicate left: (string) @string)
(value_equality (string) @string)
(wildcard) @string.special
(date) @string.special
(escape) @string.escape
(number) @number
(priority (integer) @number)
(shorthand priority: (integer) @number)
(boolean) @boolean

; Words
(let_declaration "let" @keyword)
(tool_declaration "tool" @keyword)
(shorthand "tool" @keyword)
(level) @keyword
(outcome) @keyword
(rule ["when" "always"] @keyword)
(when_statement "when" @keyword)
(shorthand ["when" "result" "session"] @keyword)
(priority "priority" @keyword)
(result_block "result" @keyword)
(session_block "session" @keyword)
(timing) @keyword
(or_predicate "or" @keyword.operator)
(and_predicate "and" @keyword.operator)
(not_predicate "not" @keyword.operator)
(in_predicate "in" @keyword.operator)
(set_comparison ["overlaps" "subset" "superset" "of"] @keyword.operator)
(emptiness ["is" "empty" "universal"] @keyword.operator)
(set_operation ["union" "intersect" "minus" "xor"] @keyword.operator)
(with_element ["with" "without"] @keyword.operator)
(arguments_field ["union" "intersect"] @keyword.operator)
(aggregation ["union" "intersect" "of" "from"] @keyword.operator)
(int_domain "int" @type.builtin)
(float_domain "float" @type.builtin)
(str_domain "str" @type.builtin)
(str_domain ["matching" "like" "length"] @keyword)
(bool_domain "bool" @type.builtin)
(datetime_domain "datetime" @type.builtin)

; Symbols
["|" "&" "-" "^" "==" ".." "<.." "..<" "<..<"] @operator
(assignment) @operator
(let_declaration "=" @operator)
(shorthand "->" @operator)
["{" "}" "(" ")" "[" "]"] @punctuation.bracket
["," ";" "."] @punctuation.delimiter
