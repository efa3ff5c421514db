; As Neovim reads it.
[
  (tool_body)
  (statements)
  (updates)
  (set_literal)
  (rule)
] @indent.begin

["}" ")"] @indent.branch @indent.end
