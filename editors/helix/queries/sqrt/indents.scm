[
  (tool_body)
  (statements)
  (updates)
  (set_literal)
] @indent

[
  "}"
  ")"
] @outdent
