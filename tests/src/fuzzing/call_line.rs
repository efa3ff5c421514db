//! Any bytes as a call line: no panic; what is accepted is JSON for `serde_json` too.

use sqrt_vm::json::read_line;
use sqrt_vm::limits::Limits;
use sqrt_vm::value::Arena;

pub(super) fn run(bytes: &[u8]) {
    if read_line(bytes, &Arena::new(), &Limits::default()).is_ok() {
        assert!(
            serde_json::from_slice::<serde_json::Value>(bytes).is_ok(),
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }
}
