; All lets of a file share one scope.
(source_file) @local.scope

(let_declaration name: (name) @local.definition)

(let_declaration value: (name) @local.reference)
(or_predicate (name) @local.reference)
(and_predicate (name) @local.reference)
(not_predicate (name) @local.reference)
(parenthesized_predicate (name) @local.reference)
(rule condition: (name) @local.reference)
(when_statement condition: (name) @local.reference)
(shorthand condition: (name) @local.reference)
(shorthand value: (name) @local.reference)
(update value: (name) @local.reference)
(in_predicate right: (name) @local.reference)
(set_comparison right: (name) @local.reference)
(set_operation (name) @local.reference)
(with_element set: (name) @local.reference)
(parenthesized_set (name) @local.reference)
