//! The messages of the lexer and the parser.
