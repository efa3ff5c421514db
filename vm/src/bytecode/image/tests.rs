//! A program has one encoding; damage of every kind is refused and named.

use super::wire::Wire;
use super::*;
use crate::bytecode::VerifiedProgram;
use crate::bytecode::automata::*;
use crate::bytecode::dispatch::*;
use crate::bytecode::explanations::*;
use crate::bytecode::names::SetIndex;
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::bytecode::settings::{Branching, Level, Mode, Settings};
use crate::bytecode::verify::explanation_tests::sample;
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
    (tables.known, tables.known_places) = (vec![list], vec![7, 8, 9]);
    program.names.sets = vec![SetIndex { set: 3, index: program.names.tags, longest: 5 }];
    tables.prefixes = vec![AffixRecord { text: LiteralId(0), parent: Some(5) }];
    tables.finds.push(Find::Automaton(6));
    let at = LineColumn { line: 1, column: 2 };
    let (kind, text) = (ConditionKindRecord::Or, Some(ConditionTextId(0)));
    let updates = ExplainedUpdates { procedure: Some(1), conditions: list };
    // Its procedures, code and positions are the last of theirs.
    let mut procedure = program.procedures[0];
    procedure.explains = true;
    procedure.code.start = program.code.len() as u32;
    program.procedures.push(procedure);
    program.code.push(program.code[0]);
    program.code_positions.push((procedure.code.start, 1));
    program.positions.push(program.positions[0]);
    program.explanations = ExplanationTables {
        text: "x".to_owned(),
        strings: vec![1],
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

/// The same where explanations are left alone.
fn refused_without_explanations(image: &[u8]) -> Option<ImageErrorKind> {
    VerifiedProgram::from_image_without_explanations(image).err().map(|error| error.kind())
}

/// The message about an image whose groups were changed, with the header made right again.
fn changed(change: impl FnOnce(&mut [Vec<u8>; 2])) -> String {
    let program = program();
    let mut groups = [first_group(&program), second_group(&program)];
    change(&mut groups);
    let mut image = Header::new(Group::of(&groups[0]), Group::of(&groups[1])).to_bytes();
    groups.iter().for_each(|group| image.extend_from_slice(group));
    decode(&image).map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
}

/// Where the entry of a section is in its group, by its place from 0.
fn entry(section: usize) -> usize {
    u32::SIZE + section * 24
}

/// Where the first section of a group begins.
fn table_end(group: &[u8]) -> usize {
    entry(u32::read(&group[..4]).unwrap() as usize)
}

#[test]
fn every_table_is_there_and_comes_back() {
    let program = full_program();
    let image = encode(&program);
    let (decoded, id) = decode(&image).unwrap();
    assert_eq!(format!("{decoded:?}"), format!("{program:?}"));
    assert_eq!(encode(&decoded), image);
    assert_eq!(id, PolicyId::of(&program));
    for group in [first_group(&program), second_group(&program)] {
        let sections = u32::read(&group[..4]).unwrap() as usize;
        for section in 0..sections {
            let count = u64::read(&group[entry(section) + 16..][..8]).unwrap();
            assert!(count > 0, "section {section} of the test's program is empty, which shows nothing");
        }
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
        assert_eq!(
            refused_without_explanations(&image[..length]),
            Some(ImageErrorKind::CutShort),
            "{length}"
        );
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
    let explanations = image.len() - second_group(&program()).len();
    let id = decode(&image).unwrap().1;
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
            // What is not read is not noticed, and changes nothing.
            let expected = (at < explanations).then_some(expected);
            assert_eq!(refused_without_explanations(&flipped), expected, "bit {bit} of byte {at}");
            if expected.is_none() {
                assert_eq!(decode_without_explanations(&flipped).unwrap().1, id);
            }
            assert!(is_image(&flipped), "byte {at}");
        }
    }
}

/// What the checksum does not find (it can be made anew), decoding and verifying do; what they accept has one encoding.
/// `tests/tests/mutations.rs` has every value of every byte.
#[test]
fn every_changed_byte_under_a_right_checksum_is_refused_or_means_something() {
    let image = encode(&program());
    let (first, second) = (first_group(&program()), second_group(&program()));
    let behind = HEADER_SIZE + first.len();
    let is_section = |at: usize| {
        (HEADER_SIZE + table_end(&first)..behind).contains(&at) || at >= behind + table_end(&second)
    };
    let (mut accepted, mut refused) = (0, 0);
    for at in 0..image.len() {
        for value in [1 << (at % 8), 1 << (at / 8 % 8), 0xff] {
            let mut changed = image.clone();
            changed[at] ^= value;
            // Lengths and hashes are not made right where they are what was changed.
            if !(12..HEADER_SIZE).contains(&at) {
                reseal(&mut changed);
            }
            match decode(&changed) {
                Err(_) => refused += 1,
                Ok((program, id)) => {
                    assert!(is_section(at), "nothing before the sections can be otherwise: byte {at}");
                    assert_eq!(encode(&program), changed, "byte {at}: another encoding of one program");
                    assert_eq!(id, PolicyId::of(&program));
                    let verified: Result<_, VerifyError> = VerifiedProgram::new(program);
                    accepted += usize::from(verified.is_ok());
                }
            }
        }
    }
    assert!(accepted > 100 && refused > 3_000, "accepted {accepted}, refused {refused}");
}

#[test]
fn another_version_says_what_to_do() {
    let mut image = encode(&program());
    let version = FORMAT_VERSION + 1;
    image[MAGIC.len()..][..4].copy_from_slice(&version.to_le_bytes());
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
    let set = |group: &mut Vec<u8>, at: usize, value: u8| group[at] = value;
    assert_eq!(changed(|_| ()), "accepted");
    let check_in = |group: usize, change: &dyn Fn(&mut Vec<u8>), section: &str, what: &str| {
        assert_eq!(
            changed(|groups| change(&mut groups[group])),
            format!("the image is not valid: section `{section}`: {what}")
        );
    };
    let check = |change: &dyn Fn(&mut Vec<u8>), section: &str, what: &str| check_in(0, change, section, what);
    check(&|group| set(group, number(1), 1), "strings", "another section is in its place");
    check(&|group| set(group, number(1) + 4, 5), "strings", "its records have another size");
    check(&|group| group[number(1) + 8] -= 1, "strings", "it does not begin where the one before ends");
    check(
        &|group| set(group, number(1) + 23, 255),
        "strings",
        "it has more records than the image has room for",
    );
    check(&|group| group[number(1) + 16] -= 1, "tags", "it does not begin where the one before ends");
    for group in [0, 1] {
        check_in(group, &|group| group.push(0), "table of sections", "bytes follow the last section");
        check_in(group, &|group| set(group, 3, 1), "table of sections", "it is longer than the image");
        check_in(group, &|group| group.truncate(2), "table of sections", "it is longer than the image");
    }
    // One section less, and one more than there are; the bytes of the table stay where they are.
    let last = |group: &[u8]| u32::read(&group[..4]).unwrap() as usize - 1;
    let move_sections = |group: &mut Vec<u8>, by: i64| {
        for section in 0..=last(group) {
            let place = number(section) + 8;
            let offset = u64::read(&group[place..][..8]).unwrap().wrapping_add_signed(by);
            group[place..][..8].copy_from_slice(&offset.to_le_bytes());
        }
    };
    for (group, name) in [(0, "positions"), (1, "blocks")] {
        let less = |group: &mut Vec<u8>| {
            let at = number(last(group));
            group.drain(at..at + 24);
            group[0] -= 1;
            move_sections(group, -24);
        };
        check_in(group, &less, name, "it is missing");
        let more = |group: &mut Vec<u8>| {
            let at = number(last(group) + 1);
            move_sections(group, 24);
            group.splice(at..at, [0; 24]);
            group[0] += 1;
        };
        check_in(group, &more, "table of sections", "it has more sections than the format");
    }
}

#[test]
fn groups_that_are_not_as_long_as_the_image_or_divided_elsewhere_are_refused() {
    let program = sample().program;
    let (mut first, second) = (first_group(&program), second_group(&program));
    let (length, explanations) = (first.len(), Group::of(&second));
    let header = |first: &[u8]| Header::new(Group::of(first), explanations).to_bytes();
    let image = [header(&first), first.clone(), second.clone()].concat();
    assert_eq!(encode(&program), image);
    assert_eq!(refused(&image), None);
    // Lengths whose sum is right.
    first.push(second[0]);
    let moved = Header::new(Group::of(&first), Group::of(&second[..second.len() - 1])).to_bytes();
    assert_eq!(refused(&[moved, image[HEADER_SIZE..].to_vec()].concat()), Some(ImageErrorKind::Malformed));
    // What the second group should have is in the first.
    let (mut all, mut none) = (SectionWriter::default(), SectionWriter::default());
    groups::write_program(&program, &Division::whole(&program), &mut all);
    groups::write_explanations(&program, &Division::whole(&program), &mut none);
    let (all, none) = (all.finish(), none.finish());
    assert!(all.len() > length);
    let header = Header::new(Group::of(&all), Group::of(&none)).to_bytes();
    let whole = [header, all, none].concat();
    for error in [
        VerifiedProgram::from_image(&whole).unwrap_err(),
        VerifiedProgram::from_image_without_explanations(&whole).unwrap_err(),
    ] {
        assert!(error.to_string().contains("divided at another place"), "{error}");
    }
}

#[test]
fn a_program_is_the_same_without_its_explanations() {
    let mut program = sample().program;
    let image = encode(&program);
    let whole = VerifiedProgram::from_image(&image).unwrap();
    let without = VerifiedProgram::from_image_without_explanations(&image).unwrap();
    assert!(whole.program().explanations.are_there() && !without.program().explanations.are_there());
    assert!(without.program().procedures.iter().all(|procedure| !procedure.explains));
    assert!(without.ops().len() < whole.ops().len());
    assert_eq!(without.id(), whole.id());
    assert_eq!(without.program().late_args, whole.program().late_args);
    // An image that is made of it is one without.
    assert_ne!(PolicyId::of(without.program()), without.id());
    assert!(VerifiedProgram::from_image(&without.to_image()).is_ok());
    // Settings change the id of both alike.
    let branching =
        Branching { deny: true, tags: vec!["t".to_owned()], producers: vec![], consumers: vec![] };
    program.settings = Settings { branching: Some(branching), ..Settings::default() };
    let id = PolicyId::of(&program);
    assert_ne!(id, whole.id());
    assert_eq!(whole.with_settings(program.settings.clone()).id(), id);
    assert_eq!(without.with_settings(program.settings).id(), id);
}

#[test]
fn text_is_no_image() {
    for text in ["", "tool \"t\" {}", "\u{feff}let a = {};", "SQRT", "\t"] {
        assert!(!is_image(text.as_bytes()), "{text}");
    }
}

#[test]
fn a_program_without_spare_memory_is_the_same() {
    let mut program = program();
    let image = encode(&program);
    program.text.reserve(1_000);
    program.code.reserve(1_000);
    program.automata.literals.reserve(1_000);
    program.explanations.slots.reserve(1_000);
    program.shrink_to_fit();
    assert_eq!(encode(&program), image);
    let spare = [
        program.text.capacity() - program.text.len(),
        program.code.capacity() - program.code.len(),
        program.automata.literals.capacity() - program.automata.literals.len(),
        program.explanations.slots.capacity() - program.explanations.slots.len(),
    ];
    assert_eq!(spare, [0; 4]);
}
