//! Policies from programs and from images, the limits on them, and what they tell people.

use super::Policy;
use crate::bytecode::program::{ElementSetRecord, PositionRecord, PriorityRecord, Program};
use crate::bytecode::{ImageErrorKind, VerifiedProgram};
use crate::decision::RuleRef;
use crate::limits::Limits;
use crate::metadata::Session;
use crate::scratch::Scratch;
use crate::testing::{Assembler, built};

fn verified() -> VerifiedProgram {
    let mut asm = Assembler::new();
    let rules = vec![asm.rule(true, true, None)];
    let block = asm.exact("send").rules(rules);
    asm.block(block);
    VerifiedProgram::new(built(asm.program)).unwrap()
}

#[test]
fn a_policy_and_its_image_are_the_same() {
    let loaded = Policy::load(&verified().to_image(), Limits::default()).unwrap();
    let compiled = Policy::new(verified(), Limits::default()).unwrap();
    assert_eq!(compiled.id(), loaded.id());
    assert_eq!(compiled.settings(), loaded.settings());
}

#[test]
fn an_image_that_is_refused_says_why() {
    let image = verified().to_image();
    let refused = |image: &[u8], limit| {
        Policy::load(image, Limits { image_bytes: limit, ..Limits::default() }).unwrap_err()
    };
    assert!(Policy::load(&image, Limits { image_bytes: image.len(), ..Limits::default() }).is_ok());
    let error = refused(&image, image.len() - 1);
    assert!(error.to_string().starts_with("over the limit `image_bytes`"), "{error}");
    let (_, cut) = image.split_last().unwrap();
    let error = refused(cut, image.len());
    assert_eq!(error.image().map(|image| image.kind()), Some(ImageErrorKind::CutShort));
}

#[test]
fn a_policy_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Policy>();
    sent::<Scratch>();
    sent::<Session>();
}

/// The limit that keeps a program from being loaded.
fn limited(program: Program, limits: Limits) -> Option<&'static str> {
    let verified = VerifiedProgram::new(built(program)).unwrap();
    let from_image = Policy::load(&verified.to_image(), limits).map(drop);
    let limit = |error: &super::PolicyError| {
        error.limit().map(|limit| {
            assert!(error.to_string().ends_with(&limit.to_string()), "{error}");
            limit.name()
        })
    };
    let refused = Policy::new(verified, limits).map(drop);
    assert_eq!(refused.as_ref().err().map(limit), from_image.as_ref().err().map(limit));
    refused.err().map(|error| limit(&error).unwrap())
}

#[test]
fn programs_are_as_large_as_the_limits_allow() {
    let of_blocks = |own: usize, limit| {
        let mut asm = Assembler::new();
        for tool in 0..own {
            let block = asm.exact(&format!("t{tool}"));
            asm.block(block);
        }
        // Those of presets do not count.
        let mut preset = asm.regex("x.*");
        preset.priority = PriorityRecord::Preset(0);
        asm.block(preset);
        limited(asm.program, Limits { tool_blocks: limit, ..Limits::default() })
    };
    assert_eq!([of_blocks(3, 3), of_blocks(3, 2)], [None, Some("tool_blocks")]);
    let of_classes = |limit| {
        let mut asm = Assembler::new();
        for regex in [r"\d\d", r"[a-z]x\d"] {
            asm.regex_set(regex);
        }
        limited(asm.program, Limits { patterns_classes: limit, ..Limits::default() })
    };
    let least = (0..100).find(|limit| of_classes(*limit).is_none()).unwrap();
    assert!((3..=4).contains(&least), "{least}");
    assert_eq!(of_classes(least - 1), Some("patterns_classes"));
    let of_elements = |limit| {
        let mut asm = Assembler::new();
        asm.string_set(&["a", "b"]);
        let strings = asm.strings(&["c", "d"]);
        let pattern = asm.pattern(crate::pattern::PatternSyntax::Regex, "x+");
        let patterns = crate::testing::append(&mut asm.program.pattern_pool, vec![pattern]);
        asm.element_set(ElementSetRecord { strings, patterns, ..ElementSetRecord::default() });
        limited(asm.program, Limits { set_elements: limit, ..Limits::default() })
    };
    assert_eq!([of_elements(3), of_elements(2)], [None, Some("set_elements")]);
    let of_tags = |limit| {
        let mut asm = Assembler::new();
        asm.const_set(false, &["a"]);
        asm.const_set(true, &["a", "b", "c"]);
        limited(asm.program, Limits { set_elements: limit, ..Limits::default() })
    };
    assert_eq!([of_tags(3), of_tags(2)], [None, Some("set_elements")]);
    let of_automata = |limit| {
        let mut asm = Assembler::new();
        asm.regex_set(r"(?:.*a.{30}b|.*c.{30}d).*");
        limited(asm.program, Limits { automata_bytes: limit, ..Limits::default() })
    };
    assert_eq!([of_automata(1 << 30), of_automata(10)], [None, Some("automata_bytes")]);
}

#[test]
fn rules_and_blocks_tell_what_they_are() {
    let mut asm = Assembler::new();
    let name = asm.string("other.sqrt");
    asm.program.files.push(name);
    let kinds = [(true, true), (true, false), (false, true), (false, false)];
    let rules = kinds.map(|(must, deny)| asm.rule(must, deny, None)).to_vec();
    let block = asm.exact("send").priority(7).rules(rules);
    asm.block(block);
    let mut preset = asm.regex("se.*");
    preset.priority = PriorityRecord::Preset(0);
    asm.block(preset);
    let (of_block, of_rule) = (asm.string("of the block"), asm.string("of the rule"));
    asm.program.blocks[0].description = Some(of_block);
    asm.program.blocks[0].position = PositionRecord { file: 1, line: 17, column: 23 };
    asm.program.rules[2].description = Some(of_rule);
    asm.program.rules[2].position = PositionRecord { file: 1, line: 29, column: 31 };
    let policy = Policy::new(VerifiedProgram::new(built(asm.program)).unwrap(), Limits::default()).unwrap();

    let block = policy.block(0).unwrap();
    assert_eq!((block.file(), block.line(), block.column()), ("other.sqrt", 17, 23));
    assert_eq!((block.tool_id(), block.priority()), ("send", Some(7)));
    assert_eq!(block.description(), Some("of the block"));
    let preset = policy.block(1).unwrap();
    assert_eq!((preset.tool_id(), preset.priority(), preset.description()), ("se.*", None, None));
    assert!(policy.block(2).is_none());

    let rule = |rule| policy.rule(RuleRef { block: 0, rule }).unwrap();
    for (index, kind) in (0..).zip(kinds) {
        assert_eq!((rule(index).is_must(), rule(index).is_deny()), kind);
    }
    assert_eq!((rule(2).file(), rule(2).line(), rule(2).column()), ("other.sqrt", 29, 31));
    assert_eq!((rule(2).tool_id(), rule(2).description()), ("send", Some("of the rule")));
    assert_eq!((rule(0).file(), rule(0).line(), rule(0).description()), ("test.sqrt", 1, None));
}
