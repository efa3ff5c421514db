//! Any bytes as a call line: no panic; what is accepted is JSON for `serde_json` too.
#![no_main]

use sqrt_vm::value::Arena;
use libfuzzer_sys::fuzz_target;
use sqrt_vm::json::read_line;
use sqrt_vm::limits::Limits;

fuzz_target!(|bytes: &[u8]| {
    if read_line(bytes, &Arena::new(), &Limits::default()).is_ok() {
        assert!(serde_json::from_slice::<serde_json::Value>(bytes).is_ok(), "{}", String::from_utf8_lossy(bytes));
    }
});
