//! The text is readable and complete, also of programs with dangling indices.

use super::disasm;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::testing::Assembler;

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
     0  {regex ".*@evil\\.com"}

"#;
    assert_eq!(disasm(&asm.program), expected.trim_start());
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
