//! Operand roles: registers, immediates, table ids and jump targets.
//!
//! Each role is a type of its own, so that an instruction cannot be built with operands in the wrong place.

macro_rules! narrow {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u8);
    )*};
}

macro_rules! wide {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// The operand as an index of its table.
            pub fn index(self) -> usize { self.0 as usize }
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
