//! The command `sqrt`.

fn main() {}
