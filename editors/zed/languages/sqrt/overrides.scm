[(string) (regex) (wildcard) (date)] @string
[(line_comment) (block_comment) (doc_comment)] @comment
