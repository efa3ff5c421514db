//! Phases, their order, and that they take effect whole or not at all.
