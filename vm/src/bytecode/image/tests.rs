//! A program has one encoding; damage of every kind is refused and named.

use super::*;
use crate::bytecode::VerifiedProgram;
use crate::bytecode::automata::*;
use crate::bytecode::dispatch::*;
use crate::bytecode::explanations::*;
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::bytecode::settings::{Branching, Level, Mode, Settings};
use crate::bytecode::{Op, verify::VerifyError};
use crate::number::Number::{Float, Int};
use crate::pattern::PatternSyntax;
use crate::testing::{Assembler, append, built};

/// A valid program with something in every table.
fn program() -> Program {
    let mut asm = Assembler::new();
    let arg = asm.arg("to");
    asm.scalar(ScalarRecord::Number(Int(-5)));
    asm.scalar(ScalarRecord::Bool(true));
    asm.string_scalar("é");
    let tags = asm.const_set(true, &["b", "a"]);
    let pattern = asm.pattern(PatternSyntax::Wildcard, "a*");
    let program = &mut asm.program;
    let length = RangeRecord { lower: None, upper: Some((Float(7.5), false)) };
    let patterns = append(&mut program.pattern_pool, vec![pattern]);
    let numbers = append(&mut program.number_pool, vec![Float(-0.0), Int(1 << 63)]);
    let ints = append(
        &mut program.number_ranges,
        vec![RangeRecord { lower: Some((Int(3), true)), upper: None }, length],
    );
    let dates = append(&mut program.date_ranges, vec![RangeRecord { lower: None, upper: Some((-1, true)) }]);
    let sized = append(
        &mut program.sized_texts,
        vec![SizedTextRecord { text: TextRecord::Pattern(pattern), length }],
    );
    program.code_positions.push((0, 0));
    let strings = asm.strings(&["x", "y"]);
    let set = asm.element_set(ElementSetRecord {
        accepts_true: true,
        strings,
        numbers,
        ints,
        dates,
        sized,
        patterns,
        ..ElementSetRecord::default()
    });
    let condition = asm.condition(&[
        Op::LoadArg { dst: ValueReg(0), arg },
        Op::ValueIn { dst: BoolReg(0), value: ValueReg(0), reading: ReadingImm::Any, set },
        Op::ReturnBool { src: BoolReg(0) },
    ]);
    let update = asm.procedure(
        ProcedureKind::ResultUpdate,
        &[
            Op::LoadSet { dst: SetReg(0), set: tags },
            Op::StoreResult { field: FieldImm::Tags, set: SetReg(0) },
            Op::End {},
        ],
    );
    let rules = vec![asm.rule(true, true, Some(condition)), asm.rule(false, false, None)];
    let mut block = asm.regex("send_.*").priority(-3).rules(rules);
    block.result = Some(update);
    asm.block(block);
    let mut block = asm.exact("send");
    block.priority = PriorityRecord::Preset(1);
    asm.block(block);
    asm.program.settings = Settings {
        default_allow: false,
        default_level: Level::Hard,
        mode: Mode::Custom,
        fail_fast: false,
        branching: Some(Branching {
            deny: true,
            tags: vec!["secret".to_owned(), String::new()],
            producers: vec!["*".to_owned()],
            consumers: vec!["é".to_owned()],
        }),
    };
    built(asm.program)
}

/// A program with something in the tables, too, that the assembler leaves empty. It need not be valid.
fn full_program() -> Program {
    let mut program = program();
    // A tag beyond the head, which the small program has not.
    program.word_pool.push(WordRecord { index: 4, bits: 5 });
    let list = List { start: 1, len: 2 };
    let dfa = DfaRecord {
        classes: 1,
        transitions: 2,
        stride_log2: 3,
        states: 4,
        start: 5,
        first_accepting: 6,
        first_absorbing: 7,
        patterns: 8,
        accepts: list,
    };
    program.automata = AutomataTables {
        dfas: vec![dfa],
        dfa_classes: vec![9],
        dfa_transitions: vec![0x0a0b],
        dfa_accepts: vec![list],
        dfa_accept_pool: vec![10],
        literal_text: "ab".to_owned(),
        literals: vec![1, 2],
        text_sets: vec![TextSetRecord { suffixes: list, ..TextSetRecord::default() }],
        literal_pool: vec![LiteralId(1)],
        literal_pairs: vec![(LiteralId(1), LiteralId(0))],
        simulated: vec![PatternId(0)],
        elements: vec![TextsRecord { plain: None, line_mode: Some(TextSetId(3)) }],
        sized: vec![TextsRecord { plain: None, line_mode: Some(TextSetId(4)) }],
    };
    let tables = &mut program.dispatch;
    tables.substrings = vec![SubstringRecord { text: LiteralId(1), finds: list }];
    tables.automata = vec![
        ToolAutomatonRecord { engine: ToolEngine::Dfa(DfaId(2)), targets: list },
        ToolAutomatonRecord { engine: ToolEngine::Simulated(PatternId(3)), targets: list },
    ];
    tables.automaton_targets = vec![4];
    tables.prefixes = vec![AffixRecord { text: LiteralId(0), parent: Some(5) }];
    tables.finds.push(Find::Automaton(6));
    let at = LineColumn { line: 1, column: 2 };
    let (kind, text) = (ConditionKindRecord::Or, Some(StringId(0)));
    let updates = ExplainedUpdates { procedure: Some(1), conditions: list };
    program.explanations = ExplanationTables {
        conditions: vec![ConditionRecord { kind, parts: list, text, file: 3, start: at, end: at }],
        slots: vec![4],
        rules: vec![Some(ExplainedRule { procedure: 5, slot: 6 }), None],
        blocks: vec![ExplainedBlock { result: updates, ..ExplainedBlock::default() }],
    };
    program
}

/// The kind of error, or that there is none.
fn refused(image: &[u8]) -> Option<ImageErrorKind> {
    VerifiedProgram::from_image(image).err().map(|error| error.kind())
}

/// The message about an image whose bytes were changed, with the checksum made right again.
fn changed(change: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut image = encode(&program());
    change(&mut image);
    let length = (image.len() as u64).to_le_bytes();
    put(&mut image, HASH_AT - u64::SIZE, &length);
    reseal(&mut image);
    decode(&image).map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
}

/// Where the entry of a section is in the table, by its place from 0.
fn entry(section: usize) -> usize {
    HASH_AT + HASH + u32::SIZE + section * 24
}

#[test]
fn every_table_is_there_and_comes_back() {
    let program = full_program();
    let image = encode(&program);
    let (decoded, id) = decode(&image).unwrap();
    assert_eq!(format!("{decoded:?}"), format!("{program:?}"));
    assert_eq!(encode(&decoded), image);
    assert_eq!(id, PolicyId::of(&program));
    let sections = u32::read(&image[HASH_AT + HASH..][..4]).unwrap() as usize;
    for section in 0..sections {
        let count = u64::read(&image[entry(section) + 16..][..8]).unwrap();
        assert!(count > 0, "section {section} of the test's program is empty, which shows nothing");
    }
}

#[test]
fn an_empty_program_comes_back() {
    let image = encode(&Program::default());
    assert_eq!(encode(&decode(&image).unwrap().0), image);
}

#[test]
fn settings_are_part_of_the_program() {
    let image = VerifiedProgram::new(program()).unwrap().to_image();
    let loaded = VerifiedProgram::from_image(&image).unwrap();
    assert_eq!(loaded.id(), PolicyId::of(&program()));
    let same = loaded.with_settings(program().settings);
    assert_eq!(same.id(), PolicyId::of(&program()));
    assert_ne!(same.with_settings(Settings::default()).id(), PolicyId::of(&program()));
}

#[test]
fn every_truncation_is_refused_as_one() {
    let image = encode(&program());
    for length in 1..image.len() {
        assert_eq!(refused(&image[..length]), Some(ImageErrorKind::CutShort), "{length}");
        assert!(is_image(&image[..length]), "{length}");
    }
    assert_eq!(refused(&[]), Some(ImageErrorKind::NotAnImage));
    let longer = [image.as_slice(), &[0]].concat();
    assert_eq!(refused(&longer), Some(ImageErrorKind::TrailingBytes));
    let cut = VerifiedProgram::from_image(&image[..100]).unwrap_err().to_string();
    assert_eq!(cut, format!("the image is cut short: 100 of {} bytes are there", image.len()));
}

/// The checksum finds every change of one byte.
#[test]
fn every_flipped_byte_is_refused() {
    let image = encode(&program());
    for at in 0..image.len() {
        for bit in 0..8 {
            let mut flipped = image.clone();
            flipped[at] ^= 1 << bit;
            let expected = match at {
                0..8 => ImageErrorKind::NotAnImage,
                8..12 => ImageErrorKind::OtherVersion,
                // The length: more than there is, or less.
                12..20 if flipped[at] > image[at] => ImageErrorKind::CutShort,
                12..20 => ImageErrorKind::TrailingBytes,
                _ => ImageErrorKind::Altered,
            };
            assert_eq!(refused(&flipped), Some(expected), "bit {bit} of byte {at}");
            assert!(is_image(&flipped), "byte {at}");
        }
    }
}

/// What the checksum does not find (it can be made anew), decoding and verifying do; what they accept has one encoding.
#[test]
fn every_changed_byte_under_a_right_checksum_is_refused_or_means_something() {
    let image = encode(&program());
    let table_end = decode(&image).map(|_| entry(u32::read(&image[52..56]).unwrap() as usize)).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for at in 0..image.len() {
        let values: Vec<u8> = if at < table_end {
            (1..=255).collect()
        } else {
            (0..8).map(|bit| 1 << bit).chain([0xff]).collect()
        };
        for value in values {
            let mut changed = image.clone();
            changed[at] ^= value;
            if !(HASH_AT..HASH_AT + HASH).contains(&at) {
                reseal(&mut changed);
            }
            match decode(&changed) {
                Err(_) => refused += 1,
                Ok((program, id)) => {
                    assert!(at >= table_end, "nothing before the sections can be otherwise: byte {at}");
                    assert_eq!(encode(&program), changed, "byte {at}: another encoding of one program");
                    assert_eq!(id, PolicyId::of(&program));
                    let verified: Result<_, VerifyError> = VerifiedProgram::new(program);
                    accepted += usize::from(verified.is_ok());
                }
            }
        }
    }
    assert!(accepted > 100 && refused > 10_000, "accepted {accepted}, refused {refused}");
}

#[test]
fn another_version_says_what_to_do() {
    let mut image = encode(&program());
    let version = FORMAT_VERSION + 1;
    put(&mut image, MAGIC.len(), &version.to_le_bytes());
    reseal(&mut image);
    let error = VerifiedProgram::from_image(&image).unwrap_err();
    assert_eq!(error.kind(), ImageErrorKind::OtherVersion);
    let expected = format!(
        "the image has format version {version}, and this is version {FORMAT_VERSION}: compile the policy again"
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn sections_that_are_not_as_the_format_says_are_named() {
    let number = |section: usize| entry(section);
    let set = |image: &mut Vec<u8>, at: usize, value: u8| image[at] = value;
    let count = HASH_AT + HASH;
    assert_eq!(changed(|_| ()), "accepted");
    let check = |change: &dyn Fn(&mut Vec<u8>), section: &str, what: &str| {
        assert_eq!(
            changed(|image| change(image)),
            format!("the image is not valid: section `{section}`: {what}")
        );
    };
    check(&|image| set(image, number(1), 1), "strings", "another section is in its place");
    check(&|image| set(image, number(1) + 4, 5), "strings", "its records have another size");
    check(&|image| image[number(1) + 8] -= 1, "strings", "it does not begin where the one before ends");
    check(
        &|image| set(image, number(1) + 23, 255),
        "strings",
        "it has more records than the image has room for",
    );
    check(&|image| image[number(1) + 16] -= 1, "tags", "it does not begin where the one before ends");
    check(&|image| image.push(0), "table of sections", "bytes follow the last section");
    check(&|image| set(image, count + 3, 1), "table of sections", "it is longer than the image");
    check(&|image| image.truncate(count + 2), "table of sections", "it is longer than the image");
    // One section less, and one more than there are; the bytes of the table stay where they are.
    let sections = u32::read(&encode(&program())[count..][..4]).unwrap() as u8;
    check(
        &|image| {
            set(image, count, sections - 1);
            let at = number(usize::from(sections) - 1);
            image.drain(at..at + 24);
            for section in 0..usize::from(sections) - 1 {
                let place = number(section) + 8;
                let offset = u64::read(&image[place..][..8]).unwrap() - 24;
                put(image, place, &offset.to_le_bytes());
            }
        },
        "branching consumers",
        "it is missing",
    );
    check(
        &|image| {
            set(image, count, sections + 1);
            let at = number(usize::from(sections));
            image.splice(at..at, [0; 24]);
            for section in 0..usize::from(sections) {
                let place = number(section) + 8;
                let offset = u64::read(&image[place..][..8]).unwrap() + 24;
                put(image, place, &offset.to_le_bytes());
            }
        },
        "table of sections",
        "it has more sections than the format",
    );
}

#[test]
fn text_is_no_image() {
    for text in ["", "tool \"t\" {}", "\u{feff}let a = {};", "SQRT", "\t"] {
        assert!(!is_image(text.as_bytes()), "{text}");
    }
}
