//! The text is readable and complete, also of programs with dangling indices.

use super::{disasm, disasm_op};
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::testing::{Assembler, append, built};

#[test]
fn shows_blocks_procedures_and_tables() {
    let mut asm = Assembler::new();
    let arg = asm.arg("to");
    let set = asm.regex_set(r".*@evil\.com");
    asm.program.code_positions.push((0, 0));
    let condition = asm.condition(&[
        Op::LoadArg { dst: ValueReg(0), arg },
        Op::ValueIn { dst: BoolReg(0), value: ValueReg(0), reading: ReadingImm::Any, set },
        Op::ReturnBool { src: BoolReg(0) },
    ]);
    let external = asm.const_set(false, &["external"]);
    let update = asm.procedure(
        ProcedureKind::ResultUpdate,
        &[
            Op::LoadSet { dst: SetReg(0), set: external },
            Op::StoreResult { field: FieldImm::Tags, set: SetReg(0) },
            Op::End {},
        ],
    );
    let rule = asm.rule(true, true, Some(condition));
    let mut block = asm.exact("send").priority(7).rules(vec![rule]);
    block.result = Some(update);
    asm.block(block);
    let expected = r#"
block 0 "send" priority 7  ; test.sqrt:1:1
  rule 0 must deny when procedure 0  ; test.sqrt:1:1
  result: procedure 1

procedure 0 condition (bools 1, values 1, sets 0)
     0  load_arg           v0, "to"                                   ; test.sqrt:1:1
     1  value_in           b0, v0, any, {regex ".*@evil\\.com"}       ; test.sqrt:1:1
     2  return_bool        b0                                         ; test.sqrt:1:1

procedure 1 result update (bools 0, values 0, sets 1)
     3  load_set           s0, {"external"}                           ; test.sqrt:1:1
     4  store_result       tags, s0                                   ; test.sqrt:1:1
     5  end                                                           ; test.sqrt:1:1

files
     0  "test.sqrt"

tags
     0  "external"

arguments
     0  "to"

patterns
     0  regex ".*@evil\\.com"

constant sets
     0  {"external"}

element sets
     0  {regex ".*@evil\\.com"}  ; text set 0

text sets
     0  {…"@evil.com"}

"#;
    assert_eq!(disasm(&built(asm.program)), expected.trim_start());
}

#[test]
fn shows_what_patterns_became() {
    let mut asm = Assembler::new();
    let regex = crate::pattern::PatternSyntax::Regex;
    let ids =
        ["x", "a.*", ".*b", "c.*d", ".*e.*", "f+", "(?s).*", r"\bg"].map(|text| asm.pattern(regex, text));
    let patterns = append(&mut asm.program.pattern_pool, ids.to_vec());
    asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() });
    let text = disasm(&built(asm.program));
    for part in [
        "; text set 0, 1\n",
        r#"     0  {"x", "a"…, …"b", "c"…"d", …"e"…, automaton 0, simulated pattern 7}"#,
        "     1  {everything}\n",
        "automata\n     0  3 states, 2 byte classes, 12 bytes\n",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn shows_what_leads_nowhere() {
    let mut asm = Assembler::new();
    asm.condition(&[
        Op::LoadArg { dst: ValueReg(0), arg: Arg(7) },
        Op::LoadSet { dst: SetReg(0), set: ConstSet(9) },
        Op::Contains { dst: BoolReg(0), set: SetReg(0), tag: Tag(3) },
    ]);
    let text = disasm(&asm.program);
    for part in ["argument?7", "set?9", "tag?3"] {
        assert!(text.contains(part), "{text}");
    }
    asm.program.procedures[0].code.len = 99;
    assert!(disasm(&asm.program).contains("instruction?3"));
}

/// Else the text could be as long as the product of records and pools.
#[test]
fn lists_that_share_a_pool_are_told_once() {
    let mut asm = Assembler::new();
    let names: Vec<String> = (0..50).map(|at| format!("name-{at:02}")).collect();
    asm.string_set(&names.iter().map(String::as_str).collect::<Vec<_>>());
    asm.regex_set("(?:prefix-1|prefix-2|prefix-3).*");
    asm.condition(&[Op::LoadBool { dst: BoolReg(0), value: Flag(true) }, Op::ReturnBool { src: BoolReg(0) }]);
    let rules = vec![asm.rule(true, true, None)];
    let block = asm.exact("t").rules(rules);
    asm.block(block);
    let mut program = built(asm.program);
    let whole = disasm(&program);
    assert!(!whole.contains("left out") && whole.matches("name-49").count() >= 1, "{whole}");
    let once = whole.matches("name-49").count();
    for _ in 0..100 {
        program.element_sets.push(program.element_sets[0]);
        program.automata.text_sets.push(program.automata.text_sets[0]);
        program.procedures.push(program.procedures[0]);
        program.blocks.push(program.blocks[0]);
    }
    let text = disasm(&program);
    assert!(text.contains("left out"), "{text}");
    assert!(text.matches("name-49").count() <= once + 5, "{text}");
}

/// Lists say how long they are; the text must not be as long as they say.
#[test]
fn lists_that_lead_nowhere_are_told_once() {
    let mut asm = Assembler::new();
    let rules = vec![asm.rule(true, true, None)];
    let block = asm.exact("t").rules(rules);
    asm.block(block);
    let regex = asm.pattern(crate::pattern::PatternSyntax::Regex, "f+");
    let patterns = append(&mut asm.program.pattern_pool, vec![regex]);
    asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() });
    let mut program = built(asm.program);
    let whole = disasm(&program);
    program.blocks[0].rules.len = u32::MAX;
    program.automata.text_sets[0].dfas.len = u32::MAX;
    let text = disasm(&program);
    assert!(text.contains("rule?1\n") && !text.contains("rule?2"), "{text}");
    assert!(text.contains("<a part is missing>") && text.len() < whole.len() + 100, "{text}");
}

/// Else what is told would be as long as the product of a long text and all that names it.
#[test]
fn long_texts_are_whole_a_few_times_and_then_cut() {
    let mut asm = Assembler::new();
    let (long, end) = ("é".repeat(300), "the end");
    let text = format!("{long}{end}");
    let (arg, tag, set) = (asm.arg(&text), asm.tag(&text), asm.string_set(&[&text]));
    let value_in = Op::ValueIn { dst: BoolReg(0), value: ValueReg(0), reading: ReadingImm::Any, set };
    let mut code = vec![Op::LoadArg { dst: ValueReg(0), arg }, value_in];
    let external = asm.const_set(false, &[&text]);
    code.extend([
        Op::LoadSet { dst: SetReg(0), set: external },
        Op::Contains { dst: BoolReg(0), set: SetReg(0), tag },
        Op::ReturnBool { src: BoolReg(0) },
    ]);
    let condition = asm.condition(&code);
    let description = Some(asm.string(&text));
    let rule = RuleRecord { description, ..asm.rule(true, true, Some(condition)) };
    let block = asm.exact("t").rules(vec![rule; 100]);
    asm.block(block);
    let program = built(asm.program);
    let told = disasm(&program);
    // With the first rules, and in the tables of arguments, tags and both kinds of sets.
    assert_eq!(told.matches(end).count(), 4 + 4, "{told}");
    assert_eq!(told.matches(&format!("\"{}\"…", "é".repeat(200))).count(), 96 + 4, "{told}");
    assert!(code.len() == 5 && disasm_op(&program, code[0]).ends_with("\"…"));
}
