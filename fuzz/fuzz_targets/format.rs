//! Runs `tests/src/fuzzing/format.rs`. Written by `BLESS=1 cargo test -p sqrt-tests --test fuzz_corpora`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sqrt_tests::fuzzing::run("format", bytes));
