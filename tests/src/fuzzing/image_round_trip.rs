//! A generated policy, as an image and back: the same bytes, the same id, the same answers; and compiled twice the same image.

use super::running::{Base, exercise};
use crate::generate::{Case, Style};
use sqrt_vm::bytecode::{PolicyId, image};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;

pub(super) fn run(bytes: &[u8]) {
    let case = Case::of_bytes(bytes, Style::ALL);
    let Base { policy: compiled, image: written, lines } = Base::of(&case);
    assert_eq!(Base::of(&case).image, written, "{case}compiled twice");
    let (program, id) = image::decode(&written).unwrap_or_else(|error| panic!("{case}{error}"));
    assert_eq!([PolicyId::of(&program), compiled.id()], [id, id]);
    assert_eq!(image::encode(&program), written);
    let [explained, without] = [Policy::load_with_explanations, Policy::load]
        .map(|load| load(&written, Limits::default()).unwrap_or_else(|error| panic!("{case}{error}")));
    let expected = exercise(&compiled, &lines, Session::new(&compiled));
    assert_eq!(exercise(&explained, &lines, Session::new(&explained)), expected, "{case}explained");
    let found = exercise(&without, &lines, Session::new(&without));
    assert_eq!(found.decisions, expected.decisions, "{case}without explanations");
}
