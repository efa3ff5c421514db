//! Any bytes as an image: refused, or a policy that answers calls. The header is given for free, and so are explanations,
//! and with an even first byte the input is a list of changes to an image of a real policy.

use sqrt_compiler::{Options, Source, compile};
use sqrt_vm::bytecode::{PolicyId, image};
use sqrt_vm::call::{Argument, Call, Returned};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::Value;
use std::sync::LazyLock;

static REAL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let bytes = include_bytes!("../../data/images/v1/policy.sqrt");
    let program = compile(&[Source { name: "policy.sqrt", bytes }], &Options::default()).program;
    program.expect("the policy is fine").to_image()
});

/// Where the header has the length of the program's group.
const PROGRAM_LENGTH: std::ops::Range<usize> = 52..60;

/// The bytes of the real image that are its explanations.
static EXPLANATIONS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let length = REAL[PROGRAM_LENGTH].try_into().map_or(0, u64::from_le_bytes) as usize;
    REAL[image::HEADER_SIZE + length..].to_vec()
});

/// The input as an image.
fn made(bytes: &[u8]) -> Vec<u8> {
    let mut made = REAL.clone();
    match bytes.split_first() {
        Some((kind, changes)) if kind % 2 == 0 => {
            for change in changes.chunks_exact(3) {
                let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % made.len();
                made[at] = change[2];
            }
        }
        Some((_, body)) => {
            made.truncate(image::HEADER_SIZE);
            made.extend_from_slice(body);
            made[PROGRAM_LENGTH].copy_from_slice(&(body.len() as u64).to_le_bytes());
            made.extend_from_slice(&EXPLANATIONS);
        }
        None => {}
    }
    image::reseal(&mut made);
    made
}

pub(super) fn run(bytes: &[u8]) {
    let _ = image::decode(bytes);
    let made = made(bytes);
    if let Ok((program, id)) = image::decode(&made) {
        assert_eq!(image::encode(&program), made);
        assert_eq!(PolicyId::of(&program), id);
    }
    let Ok(policy) = Policy::load(&made, Limits::default()) else { return };
    let mut scratch = Scratch::new(&policy);
    let mut session = Session::new(&policy);
    let args =
        [Argument::new("to", Value::Str("ann@corp.com")), Argument::new("path", Value::Str("/secret/a/b"))];
    for tool in ["send_email", "get_file", "other"] {
        let call = Call::new(tool, &args);
        policy.evaluate(&mut session, &call, Some(&Returned::new(Value::Str("ok"))), &mut scratch);
    }
}
