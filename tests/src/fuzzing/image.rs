//! Images that nobody's compiler wrote: refused, or policies that answer.
//!
//! The first byte says what the rest is: an image as it stands, what follows a valid header, or changes to the image of a real
//! policy, which the second byte names. Checksums are made right, or nothing would get past them.

use super::changes;
use super::running::{BASES, Base, exercise};
use sqrt_vm::bytecode::{PolicyId, disasm_with_explanations, image};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;

/// Where the header has the length of the program's group.
const PROGRAM_LENGTH: std::ops::Range<usize> = 52..60;

pub(super) fn run(bytes: &[u8]) {
    let [kind, which, rest @ ..] = bytes else { return };
    let base = &BASES[usize::from(*which) % BASES.len()];
    let mut made = match kind % 4 {
        0 => return runs_safely(rest, base),
        1 => behind_a_header(&base.image, rest),
        _ => {
            let mut made = base.image.clone();
            changes::apply(&mut made, rest);
            made
        }
    };
    image::reseal(&mut made);
    runs_safely(&made, base);
}

/// The bytes as the program of an image, with the explanations of a real one.
fn behind_a_header(real: &[u8], body: &[u8]) -> Vec<u8> {
    let length = real[PROGRAM_LENGTH].try_into().map_or(0, u64::from_le_bytes) as usize;
    let (header, groups) = real.split_at(image::HEADER_SIZE);
    let mut made = [header, body, &groups[length..]].concat();
    made[PROGRAM_LENGTH].copy_from_slice(&(body.len() as u64).to_le_bytes());
    made
}

fn runs_safely(made: &[u8], base: &Base) {
    let decoded = image::decode(made);
    if let Ok((program, id)) = &decoded {
        assert_eq!(image::encode(program), made, "an image has one form");
        assert_eq!(PolicyId::of(program), *id);
        let _ = disasm_with_explanations(program);
    }
    let without = Policy::load(made, Limits::default());
    let explained = Policy::load_with_explanations(made, Limits::default());
    if let Ok(explained) = &explained {
        assert!(decoded.is_ok());
        assert_eq!(without.as_ref().ok().map(Policy::id), Some(explained.id()));
    }
    for policy in [without, explained].into_iter().flatten() {
        exercise(&policy, &base.lines, Session::new(&policy));
        exercise(&policy, &BASES[0].lines, Session::new(&policy));
    }
}
