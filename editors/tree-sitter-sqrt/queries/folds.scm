[
  (tool_body)
  (statements)
  (updates)
  (set_literal)
  (block_comment)
] @fold
