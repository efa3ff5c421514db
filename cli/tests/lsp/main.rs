//! `sqrt lsp` as an editor sees it: a client speaks the protocol to the built binary.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests may panic"
)]

mod client;
mod features;
mod files;
mod protocol;
mod session;
mod sync;
