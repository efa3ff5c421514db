//! The reference page of the instruction set, `docs/instructions.md`, made from the table's doc comments.

use super::instruction::Opcode;

const INTRODUCTION: &str = "\
<!-- Made from the instruction table by `BLESS=1 cargo test -p sqrt-vm --test reference`; do not edit. -->

# The instruction set

An instruction is eight bytes: the opcode, three narrow operands of one byte and one wide operand of four bytes,
little-endian. Narrow operands take the three bytes in order; an unused field is zero.

`B[n]`, `V[n]` and `S[n]` are the bool, value and set registers of the running procedure. A *leaf* is a scalar of a value
(S4.4). The *subject* is the leaf, or the string of a metadata set, that a membership procedure is asked about. A set register
holds a metadata set (S2.3) or, after the `pattern` instructions only, a *pattern set*: something that is no set of S2.3. It is
*clean* if no complement took part in making it (S5.4). A register called `dst` is written, every other one is read.

Jumps go forward only, and a call goes to a procedure of lower number only, so every procedure ends.
";

/// The text of `docs/instructions.md`.
pub fn instruction_reference() -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n| Opcode | Instruction | Operands | Meaning |\n|---|---|---|---|\n");
    for &opcode in Opcode::ALL {
        let operands: Vec<String> =
            opcode.operands().iter().map(|(name, role)| format!("{name}: {}", role_name(role))).collect();
        let meaning: Vec<&str> = opcode.doc().iter().map(|line| line.trim()).collect();
        let row = [
            (opcode as u8).to_string(),
            format!("`{}`", opcode.mnemonic()),
            operands.join(", "),
            meaning.join(" ").replace('|', "\\|"),
        ];
        page.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    page
}

/// What the page calls an operand role.
fn role_name(role: &'static str) -> &'static str {
    match role {
        "BoolReg" => "bool register",
        "ValueReg" => "value register",
        "SetReg" => "set register",
        "Target" => "instruction",
        "Arg" => "argument name",
        "Scalar" => "scalar",
        "Elements" => "element set",
        "ConstSet" => "constant set",
        "Tag" => "tag",
        "ConditionProc" => "condition procedure",
        "MembershipProc" => "membership procedure",
        "SetProc" => "set procedure",
        "Flag" => "flag",
        "FieldImm" => "field",
        "ReadingImm" | "WideReading" => "reading",
        other => other,
    }
}
