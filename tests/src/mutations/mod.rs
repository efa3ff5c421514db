//! Images changed on purpose, under right checksums: each is refused, or what it says answers calls, safely.
//!
//! Safely means that loading and calls end without a panic and that the engine is never at fault: debug builds check every
//! step of the interpreter against the promises of the verifier. What is accepted has one encoding: an image that loads is
//! the image of what was loaded. `tests/tests/mutations.rs` runs these, `scripts/mutations.sh` at length.

mod parts;
mod random;

use crate::engine::Engine;
use sqrt_compiler::{Options, Source, compile};
use sqrt_vm::bytecode::image::HEADER_SIZE;
use sqrt_vm::bytecode::{VerifiedProgram, image};
use sqrt_vm::limits::Limits;
use sqrt_vm::policy::Policy;
use std::fmt;

pub use parts::{Parts, Section};
pub use random::Mutator;

/// A valid image, and calls that go through what it has.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The image.
    pub image: Vec<u8>,
    /// Lines to answer.
    pub calls: Vec<String>,
    /// Where its explanations begin.
    program_end: usize,
}

/// What came of changed images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many were refused.
    pub refused: u64,
    /// How many loaded and answered all calls.
    pub ran: u64,
}

impl Subject {
    /// The image of a policy.
    pub fn compiled(policy: &str, calls: &[&str]) -> Subject {
        let source = Source { name: "p", bytes: policy.as_bytes() };
        let compiled = compile(&[source], &Options::default());
        let program = compiled.program.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
        let image = program.to_image();
        let program_end = Parts::of(&image).program_end();
        Subject { image, calls: calls.iter().map(|&call| call.to_owned()).collect(), program_end }
    }

    /// A policy with something in nearly every table, and as little of it as can be.
    pub fn small() -> Subject {
        let policy = r#"
let a = {"p"};
tool "t" {
    must deny when x.value in {str matching r"b?c+", w"u*", "q", int 7.., str "é" length 1} and not x.tags overlaps a;
    should allow when y.value == x.value;
    session before { @tags |= a; }
    result { when @tags overlaps {str matching r"s.c.*"} { @consumers &= {"s"}; } }
}
tool r"(k|m)[0-9]+" { must allow always; }
"#;
        let calls = [
            r#"{"tool": "t", "args": {"x": "bcc", "y": 7}, "arg_meta": {"x": {"tags": ["p", "sxc"]}}, "result": {"value": 1}}"#,
            r#"{"tool": "t", "args": {"x": ["q", 9, "é"], "y": ["q"]}, "result": {"value": "v", "meta": {"tags": ["sec"]}}}"#,
            r#"{"tool": "k42", "args": {"z": {"x": "u"}}, "result": {"value": null}}"#,
        ];
        Subject::compiled(policy, &calls)
    }

    /// A policy with many tools, tags and patterns.
    pub fn large(tools: usize) -> Subject {
        let mut policy = String::from("let known = {");
        let list = |item: fn(usize) -> String| (0..tools).map(item).collect::<Vec<_>>().join(", ");
        policy += &list(|number| format!("\"tag{number}\""));
        policy += "};\nlet hosts = {";
        policy += &list(|number| match number % 3 {
            0 => format!("w\"*@h{number}.example\""),
            1 => format!("\"user{number}@example.org\""),
            _ => format!("str matching r\"[a-z]+{number}@(in|out)\\.org\""),
        });
        policy += "};\nlet odd = @session.tags overlaps known and @args.tags subset of known;\n";
        for number in 0..tools {
            let tool = match number % 4 {
                0 | 1 => format!("\"tool{number}\""),
                2 => format!("r\"get_{number}_.*\""),
                _ => format!("r\"[a-m]+_{number}[0-9]?\""),
            };
            policy += &format!(
                "/// About {number}.\ntool {tool} {{ priority {};\n must deny when a{}.value in hosts and odd;\n \
                 should allow when b.value in {{int {number}.., float 0.5..{number}.75, \"w{number}\"}};\n \
                 result {{ when @tags overlaps {{str matching r\"tag[{}-9]+\"}} {{ @tags |= {{\"tag{number}\"}}; }} }}\n \
                 session after {{ @tags |= @result.tags; @producers |= {{\"p{number}\"}}; }} }}\n",
                number % 5,
                number % 7,
                number % 9,
            );
        }
        let calls = [
            r#"{"tool": "tool1", "args": {"a1": "user1@example.org", "b": 3}, "arg_meta": {"a1": {"tags": ["tag1", "tag3"]}}, "result": {"value": 1}}"#,
            r#"{"tool": "get_2_x", "args": {"a2": ["xy5@in.org", "z@h3.example"], "b": 0.5}, "result": {"value": "v", "meta": {"tags": ["tag5"]}}}"#,
            r#"{"tool": "t", "args": {"x": "bcc", "y": 7}, "arg_meta": {"x": {"tags": ["p"]}}, "result": {"value": 1}}"#,
            r#"{"tool": "abc_37", "args": {"a3": "w3", "b": "w3"}, "result": {"value": {"k": [1]}}}"#,
        ];
        Subject::compiled(&policy, &calls)
    }

    /// Makes the checksums of a changed image right, and loads it. If it loads, with its explanations or (where not they alone
    /// were changed) without, asks the calls.
    pub fn try_out(&self, image: &mut [u8], tally: &mut Tally) {
        image::reseal(image);
        let whole = VerifiedProgram::from_image(image);
        let changed =
            image.get(HEADER_SIZE..self.program_end) != self.image.get(HEADER_SIZE..self.program_end);
        let without = changed.then(|| VerifiedProgram::from_image_without_explanations(image));
        if let Ok(whole) = &whole {
            assert!(whole.to_image() == image, "another encoding of one program");
            if let Some(without) = &without {
                assert_eq!(without.as_ref().map(VerifiedProgram::id), Ok(whole.id()));
            }
        }
        let without = without.and_then(Result::ok);
        if ask(whole.ok(), &self.calls, true) | ask(without, &self.calls, false) {
            tally.ran += 1;
        } else {
            tally.refused += 1;
        }
    }
}

impl Tally {
    /// How many there were.
    pub fn all(&self) -> u64 {
        self.refused + self.ran
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} images: {} refused, {} loaded and answered", self.all(), self.refused, self.ran)
    }
}

/// Answers the calls; whether there is a program, and its patterns are within what is to be built for them.
fn ask(program: Option<VerifiedProgram>, calls: &[String], explain: bool) -> bool {
    let mut limits = Limits::default();
    limits.set("automata_bytes", 1 << 20).expect("a limit");
    limits.set("dispatch_cache", 8).expect("a limit");
    let Some(policy) = program.and_then(|program| Policy::new(program, limits).ok()) else { return false };
    let mut engine = Engine::of(policy);
    engine.explain(explain);
    // The engine fails if it is at fault.
    calls.iter().for_each(|call| drop(engine.answer(call)));
    true
}
