//! SQRT VM: bytecode, verifier and the register VM that decides tool calls.
