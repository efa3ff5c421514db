//! Instructions do what the table says, one program each.
