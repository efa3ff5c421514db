//! Operand roles: registers, immediates, table ids and jump targets.
//!
//! Each role is a type of its own, so that an instruction cannot be built with operands in the wrong place, and knows its
//! field ([`Operand::WIDE`]) and which bits are a value of it.

/// What an operand role must say about itself.
pub trait Operand: Copy + Into<AnyOperand> {
    /// Whether it takes the wide field; else one of the narrow ones, and its bits fit a byte.
    const WIDE: bool;
    /// The operand as the bits of its field.
    fn to_bits(self) -> u32;
    /// The operand from the bits of its field, if they are one.
    fn from_bits(bits: u32) -> Option<Self>;
}

macro_rules! any_operand {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// An operand of any role.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum AnyOperand {$(
            $(#[$doc])*
            $name($name),
        )*}
        $(impl From<$name> for AnyOperand {
            #[inline]
            fn from(operand: $name) -> AnyOperand { AnyOperand::$name(operand) }
        })*
    };
}

any_operand! {
    /// A bool register.
    BoolReg,
    /// A value register.
    ValueReg,
    /// A set register.
    SetReg,
    /// A jump target.
    Target,
    /// An argument name.
    Arg,
    /// A scalar constant.
    Scalar,
    /// An element set.
    Elements,
    /// A constant metadata set.
    ConstSet,
    /// A tag.
    Tag,
    /// A condition of the source.
    Slot,
    /// A condition procedure.
    ConditionProc,
    /// A membership procedure.
    MembershipProc,
    /// A set procedure.
    SetProc,
    /// A truth value.
    Flag,
    /// A field of metadata.
    FieldImm,
    /// An operator on metadata sets.
    OperatorImm,
    /// A reading in a narrow field.
    ReadingImm,
    /// A reading in the wide field.
    WideReading,
}

macro_rules! narrow {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u8);
        impl $name {
            /// The operand as an index of its registers.
            #[inline]
            pub fn index(self) -> usize { usize::from(self.0) }
        }
        impl Operand for $name {
            const WIDE: bool = false;
            fn to_bits(self) -> u32 { u32::from(self.0) }
            #[inline]
            fn from_bits(bits: u32) -> Option<Self> { u8::try_from(bits).ok().map($name) }
        }
    )*};
}

macro_rules! wide {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// The operand as an index of its table.
            #[inline]
            pub fn index(self) -> usize { self.0 as usize }
        }
        impl Operand for $name {
            const WIDE: bool = true;
            fn to_bits(self) -> u32 { self.0 }
            #[inline]
            fn from_bits(bits: u32) -> Option<Self> { Some($name(bits)) }
        }
    )*};
}

narrow! {
    /// A bool register.
    BoolReg,
    /// A value register.
    ValueReg,
    /// A set register.
    SetReg,
}

wide! {
    /// The index of an instruction in the code of the whole program; always further on in the same procedure.
    Target,
    /// An argument name in `Program::args`.
    Arg,
    /// A scalar in `Program::scalars`.
    Scalar,
    /// A set of elements for value conditions and patterns, in `Program::element_sets`.
    Elements,
    /// A metadata set in `Program::const_sets`.
    ConstSet,
    /// A tag (a string of a metadata set, of any field) in `Program::tags`.
    Tag,
    /// A condition of the source in `ExplanationTables::conditions`.
    Slot,
    /// A condition procedure in `Program::procedures`.
    ConditionProc,
    /// A membership procedure in `Program::procedures`.
    MembershipProc,
    /// A set procedure in `Program::procedures`.
    SetProc,
}

/// A truth value in the instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flag(pub bool);

/// The three sets of metadata (S2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldImm {
    /// `tags`
    Tags,
    /// `producers`
    Producers,
    /// `consumers`
    Consumers,
}

/// An operator on two metadata sets (S5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OperatorImm {
    /// Union.
    Union,
    /// Intersection.
    Intersect,
    /// Difference.
    Minus,
    /// Symmetric difference.
    Xor,
}

/// How a value condition is read (S4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReadingImm {
    /// Some leaf is in the set.
    Any,
    /// There is a leaf, and all leaves are in the set.
    All,
    /// Some leaf is in the set, or there is no leaf.
    AnyOrNone,
}

/// A [`ReadingImm`] in the wide operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WideReading(pub ReadingImm);

impl Operand for Flag {
    const WIDE: bool = false;
    fn to_bits(self) -> u32 {
        u32::from(self.0)
    }
    #[inline]
    fn from_bits(bits: u32) -> Option<Self> {
        match bits {
            0 => Some(Flag(false)),
            1 => Some(Flag(true)),
            _ => None,
        }
    }
}

impl FieldImm {
    /// The three fields, each at the index that encodes it.
    pub const ALL: [FieldImm; 3] = [FieldImm::Tags, FieldImm::Producers, FieldImm::Consumers];

    /// The name of the field in policies and answers.
    pub fn name(self) -> &'static str {
        match self {
            FieldImm::Tags => "tags",
            FieldImm::Producers => "producers",
            FieldImm::Consumers => "consumers",
        }
    }
}

impl Operand for FieldImm {
    const WIDE: bool = false;
    fn to_bits(self) -> u32 {
        self as u32
    }
    #[inline]
    fn from_bits(bits: u32) -> Option<Self> {
        FieldImm::ALL.get(bits as usize).copied()
    }
}

impl OperatorImm {
    /// The operators, each at the index that encodes it.
    pub const ALL: [OperatorImm; 4] =
        [OperatorImm::Union, OperatorImm::Intersect, OperatorImm::Minus, OperatorImm::Xor];

    /// The sign of the operator in policies.
    pub fn sign(self) -> &'static str {
        match self {
            OperatorImm::Union => "|",
            OperatorImm::Intersect => "&",
            OperatorImm::Minus => "-",
            OperatorImm::Xor => "^",
        }
    }
}

impl Operand for OperatorImm {
    const WIDE: bool = false;
    fn to_bits(self) -> u32 {
        self as u32
    }
    #[inline]
    fn from_bits(bits: u32) -> Option<Self> {
        OperatorImm::ALL.get(bits as usize).copied()
    }
}

impl ReadingImm {
    /// The readings, each at the index that encodes it.
    pub const ALL: [ReadingImm; 3] = [ReadingImm::Any, ReadingImm::All, ReadingImm::AnyOrNone];

    /// What takes the safe side where no exact answer exists (S5.4): true unless the reading is `all`.
    pub fn safe_side(self) -> bool {
        self != ReadingImm::All
    }
}

impl Operand for ReadingImm {
    const WIDE: bool = false;
    fn to_bits(self) -> u32 {
        self as u32
    }
    #[inline]
    fn from_bits(bits: u32) -> Option<Self> {
        ReadingImm::ALL.get(bits as usize).copied()
    }
}

impl Operand for WideReading {
    const WIDE: bool = true;
    fn to_bits(self) -> u32 {
        self.0.to_bits()
    }
    #[inline]
    fn from_bits(bits: u32) -> Option<Self> {
        ReadingImm::from_bits(bits).map(WideReading)
    }
}
