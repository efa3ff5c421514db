//! Faults: what a verified program cannot do. Each tells which promise of the verifier rules it out, or that the engine does.
//!
//! A fault denies the call (S6.11). None is ever met, whatever the policy, the image and the call; so tests and fuzzing take
//! every one for a failure.

use std::fmt;

use crate::bytecode::Promise;

macro_rules! faults {
    ($($fault:ident = $text:literal, $promise:expr;)*) => {
        /// An internal error: something that a verified program cannot do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Fault {
            $(#[doc = $text] $fault,)*
            /// A promise that a step relies on does not hold (found by `checked.rs`, in debug builds).
            #[cfg_attr(not(debug_assertions), allow(dead_code, reason = "only debug builds check again"))]
            Broken(Promise),
        }

        impl Fault {
            fn text(self) -> &'static str {
                match self {
                    $(Fault::$fault => $text,)*
                    Fault::Broken(promise) => promise.text(),
                }
            }

            /// The promise that rules it out; none if it is for the engine itself to rule out.
            pub(crate) fn promise(self) -> Option<Promise> {
                match self {
                    $(Fault::$fault => $promise,)*
                    Fault::Broken(promise) => Some(promise),
                }
            }
        }
    };
}

faults! {
    NoInstruction = "an instruction that is not there", Some(Promise::ProceduresAreLeft);
    NoProcedure = "a procedure that is not there", Some(Promise::CallsGoDown);
    NoFrame = "no frame to leave", Some(Promise::InstructionsFitKinds);
    BoolForSet = "a bool where a set was called for", Some(Promise::CalleesFit);
    SetForBool = "a set where a bool was called for", Some(Promise::CalleesFit);
    KeepsNoAnswer = "a called procedure that does not keep its answer", Some(Promise::CalleesKeepAnswers);
    NoPlaceForAnswer = "no place to keep an answer", Some(Promise::CalleesKeepAnswers);
    NoBoolRegister = "no such bool register", Some(Promise::RegistersInRange);
    NoValueRegister = "no such value register", Some(Promise::RegistersInRange);
    NoSetRegister = "no such set register", Some(Promise::RegistersInRange);
    NoScalar = "no such scalar", Some(Promise::OperandsInRange);
    NoElements = "no such element set", Some(Promise::OperandsInRange);
    NoSet = "no such set", Some(Promise::OperandsInRange);
    PatternSet = "a pattern set where a metadata set was called for", Some(Promise::PatternSetsConfined);
    NoSubject = "no subject", Some(Promise::InstructionsFitKinds);
    // What the interpreter makes, it finds again.
    NoTemporary = "no such temporary", None;
    NoRule = "no such rule", None;
    NoTag = "a tag without a string", None;
    // No fault of the engine, but the end of a call over its limit: hosts are told of the limit `work`.
    Work = "the budget of work is spent", None;
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "internal error: {}", self.text())?;
        match self.promise() {
            Some(promise) => write!(f, " (`{}`)", promise.name()),
            None => Ok(()),
        }
    }
}
