//! Opcodes, the typed instruction [`Op`], its encoder and decoder and the visitor: all made from the one table.
//!
//! Invariants: [`decode`] accepts exactly what [`encode`] writes (unused fields are zero), so an instruction has one
//! encoding; a type that implements [`OpVisitor`] handles every instruction or does not compile.

#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "`B[dst]` in the table of instructions is notation, no link"
)]

use std::fmt;

use super::op::Instruction;
use super::operand::*;
use crate::for_each_op;

macro_rules! define_opcode {
    ($($(#[doc = $doc:literal])* $mnemonic:ident = $name:ident { $($field:ident: $role:ident),* };)*) => {
        /// The first byte of an instruction; numbered in the order of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Opcode {$(
            $(#[doc = $doc])*
            $name,
        )*}

        impl Opcode {
            /// All opcodes, each at the index that is its byte.
            pub const ALL: &'static [Opcode] = &[$(Opcode::$name),*];

            /// The name in the disassembly.
            pub fn mnemonic(self) -> &'static str {
                match self { $(Opcode::$name => stringify!($mnemonic),)* }
            }

            /// The meaning, in the notation of the table: the lines of the doc comment.
            pub fn doc(self) -> &'static [&'static str] {
                match self { $(Opcode::$name => &[$($doc),*],)* }
            }

            /// The names of the operands and of their roles, in order.
            pub fn operands(self) -> &'static [(&'static str, &'static str)] {
                match self { $(Opcode::$name => &[$((stringify!($field), stringify!($role))),*],)* }
            }
        }
    };
}

macro_rules! define_op {
    ($($(#[doc = $doc:literal])* $mnemonic:ident = $name:ident { $($field:ident: $role:ident),* };)*) => {
        /// An instruction with its operands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Op {$(
            $(#[doc = $doc])*
            $name {$(
                #[doc = concat!("The operand `", stringify!($field), "`.")]
                $field: $role,
            )*},
        )*}

        impl Op {
            /// The opcode.
            #[inline]
            pub fn opcode(self) -> Opcode {
                match self { $(Op::$name { .. } => Opcode::$name,)* }
            }

            /// Hands each operand, in order and with its name, to `visitor`.
            #[inline(always)]
            pub fn visit_operands<V: OperandVisitor>(self, visitor: &mut V) {
                match self {$(
                    Op::$name { $($field),* } => { $(visitor.operand(stringify!($field), $field.into());)* }
                )*}
            }

            /// Calls the method of `visitor` that is named like the instruction.
            #[inline(always)]
            pub fn visit<V: OpVisitor>(self, visitor: &mut V) -> V::Output {
                match self { $(Op::$name { $($field),* } => visitor.$mnemonic($($field),*),)* }
            }
        }

        /// One method per instruction.
        pub trait OpVisitor {
            /// What a method gives back.
            type Output;
            $(
                $(#[doc = $doc])*
                fn $mnemonic(&mut self, $($field: $role),*) -> Self::Output;
            )*
        }

        // An instruction has room for three narrow operands and a wide one.
        $(const _: () = {
            let wide: usize = 0 $(+ <$role as Operand>::WIDE as usize)*;
            let all: usize = 0 $(+ { let _: Option<$role> = None; 1 })*;
            assert!(wide <= 1 && all - wide <= NARROW_FIELDS, stringify!($mnemonic));
        };)*

        /// Encodes an instruction.
        pub fn encode(op: Op) -> Instruction {
            let mut fields = FieldWriter::new(op.opcode());
            match op { $(Op::$name { $($field),* } => { $(fields.put($field);)* })* }
            fields.instruction()
        }

        /// Decodes an instruction.
        ///
        /// # Errors
        /// When the opcode is unknown, an operand is none of its role, or an unused field is not zero. Whether operands fit
        /// the program is for the verifier to say.
        #[inline(always)]
        pub fn decode(instruction: Instruction) -> Result<Op, DecodeError> {
            let (opcode, mut fields) = FieldReader::new(instruction)?;
            let op = match opcode {
                $(Opcode::$name => Op::$name { $($field: fields.take(stringify!($field))?),* },)*
            };
            fields.finish()?;
            Ok(op)
        }
    };
}

for_each_op!(define_opcode);
for_each_op!(define_op);

// A program has its instructions decoded; that costs no space.
const _: () = assert!(size_of::<Op>() == size_of::<Instruction>());

/// Sees the operands of an instruction.
pub trait OperandVisitor {
    /// An operand and its name. A register called `dst` is written, every other one is read.
    fn operand(&mut self, name: &'static str, operand: AnyOperand);
}

/// Why an instruction could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeError {
    kind: DecodeErrorKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DecodeErrorKind {
    UnknownOpcode(u8),
    BadOperand { opcode: Opcode, operand: &'static str, bits: u32 },
    UnusedNotZero(Opcode),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            DecodeErrorKind::UnknownOpcode(byte) => write!(f, "no instruction has the opcode {byte}"),
            DecodeErrorKind::BadOperand { opcode, operand, bits } => {
                write!(f, "operand `{operand}` of `{}` cannot be {bits}", opcode.mnemonic())
            }
            DecodeErrorKind::UnusedNotZero(opcode) => {
                write!(f, "a field that `{}` does not use is not zero", opcode.mnemonic())
            }
        }
    }
}

impl std::error::Error for DecodeError {}

/// How many narrow fields an instruction has.
const NARROW_FIELDS: usize = 3;

/// Puts operands into the fields of an instruction: narrow ones into `x`, `y`, `z` in order, the wide one into `w`.
struct FieldWriter {
    opcode: Opcode,
    narrow: [u8; NARROW_FIELDS],
    used: usize,
    wide: u32,
}

impl FieldWriter {
    fn new(opcode: Opcode) -> Self {
        FieldWriter { opcode, narrow: [0; NARROW_FIELDS], used: 0, wide: 0 }
    }

    fn put<O: Operand>(&mut self, operand: O) {
        if O::WIDE {
            self.wide = operand.to_bits();
        } else if let Some(field) = self.narrow.get_mut(self.used) {
            // A narrow role has a value of one byte.
            *field = operand.to_bits() as u8;
            self.used += 1;
        }
    }

    fn instruction(self) -> Instruction {
        let [x, y, z] = self.narrow;
        let [w0, w1, w2, w3] = self.wide.to_le_bytes();
        Instruction([self.opcode as u8, x, y, z, w0, w1, w2, w3])
    }
}

/// Takes operands out of the fields of an instruction, as [`FieldWriter`] put them there.
struct FieldReader {
    opcode: Opcode,
    /// The narrow fields that are left, the next one in the lowest byte.
    narrow: u32,
    wide: u32,
}

impl FieldReader {
    #[inline(always)]
    fn new(instruction: Instruction) -> Result<(Opcode, Self), DecodeError> {
        let [opcode, x, y, z, w0, w1, w2, w3] = instruction.0;
        let opcode = Opcode::ALL
            .get(usize::from(opcode))
            .copied()
            .ok_or(DecodeError { kind: DecodeErrorKind::UnknownOpcode(opcode) })?;
        let narrow = u32::from_le_bytes([x, y, z, 0]);
        let wide = u32::from_le_bytes([w0, w1, w2, w3]);
        Ok((opcode, FieldReader { opcode, narrow, wide }))
    }

    #[inline(always)]
    fn take<O: Operand>(&mut self, name: &'static str) -> Result<O, DecodeError> {
        let bits = if O::WIDE {
            std::mem::take(&mut self.wide)
        } else {
            let field = self.narrow & 0xff;
            self.narrow >>= u8::BITS;
            field
        };
        let error = DecodeErrorKind::BadOperand { opcode: self.opcode, operand: name, bits };
        O::from_bits(bits).ok_or(DecodeError { kind: error })
    }

    #[inline(always)]
    fn finish(self) -> Result<(), DecodeError> {
        // `take` leaves zero behind.
        if self.narrow == 0 && self.wide == 0 {
            Ok(())
        } else {
            Err(DecodeError { kind: DecodeErrorKind::UnusedNotZero(self.opcode) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Instructions of every opcode with fields around the bounds of the roles.
    fn instructions() -> impl Iterator<Item = Instruction> {
        const NARROW: [u8; 5] = [0, 1, 2, 3, u8::MAX];
        const WIDE: [u32; 5] = [0, 1, 2, 3, u32::MAX];
        Opcode::ALL.iter().flat_map(|&opcode| {
            NARROW.into_iter().flat_map(move |x| {
                NARROW.into_iter().flat_map(move |y| {
                    NARROW.into_iter().flat_map(move |z| {
                        WIDE.into_iter().map(move |w| {
                            let [a, b, c, d] = w.to_le_bytes();
                            Instruction([opcode as u8, x, y, z, a, b, c, d])
                        })
                    })
                })
            })
        })
    }

    #[test]
    fn every_opcode_is_the_index_of_itself() {
        for (index, &opcode) in Opcode::ALL.iter().enumerate() {
            assert_eq!(opcode as usize, index);
        }
    }

    #[test]
    fn every_instruction_round_trips_and_has_one_encoding() {
        let mut accepted = vec![0_usize; Opcode::ALL.len()];
        for instruction in instructions() {
            let Ok(op) = decode(instruction) else { continue };
            assert_eq!(encode(op), instruction, "{op:?}");
            assert_eq!(decode(encode(op)), Ok(op));
            accepted[op.opcode() as usize] += 1;
        }
        for &opcode in Opcode::ALL {
            assert!(accepted[opcode as usize] > 0, "`{}` was never decoded", opcode.mnemonic());
        }
    }

    #[test]
    fn refuses_what_no_encoder_writes() {
        let load = encode(Op::LoadBool { dst: BoolReg(1), value: Flag(true) });
        let with = |index: usize, byte: u8| {
            let mut bytes = load.0;
            bytes[index] = byte;
            decode(Instruction(bytes)).unwrap_err().to_string()
        };
        assert_eq!(with(0, 255), "no instruction has the opcode 255");
        assert_eq!(with(2, 2), "operand `value` of `load_bool` cannot be 2");
        assert_eq!(with(3, 1), "a field that `load_bool` does not use is not zero");
        assert_eq!(with(7, 1), "a field that `load_bool` does not use is not zero");
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_what_encodes_to_them(bytes: [u8; 8]) {
            if let Ok(op) = decode(Instruction(bytes)) {
                prop_assert_eq!(encode(op).0, bytes);
            }
        }
    }
}
