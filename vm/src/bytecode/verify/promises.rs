//! The promises: every property of a program on which the VM relies and which it does not check again.
//!
//! This is the one table of them. The verifier checks each when a program is loaded and names the one that it found broken
//! ([`VerifyError::promise`](super::VerifyError::promise)); what is marked `at every step` is checked again by the
//! interpreter in debug builds (`exec/checked.rs`). `docs/verifier.md` is made from it. A promise without a program that
//! breaks just it, in `verify/hostile.rs`, fails a test.

/// Makes the enum and its table.
macro_rules! promises {
    ($($part:literal { $($promise:ident = $name:ident, $steps:ident, $text:literal, $relied:literal;)* })*) => {
        /// A property of a program on which the VM relies. The names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Promise {
            $($(#[doc = $text] $promise,)*)*
        }

        impl Promise {
            /// All promises, in the order of the table.
            pub const ALL: &'static [Promise] = &[$($(Promise::$promise,)*)*];

            /// The name, in snake case.
            pub fn name(self) -> &'static str {
                match self { $($(Promise::$promise => stringify!($name),)*)* }
            }

            /// What is promised, in a sentence or two.
            pub fn text(self) -> &'static str {
                match self { $($(Promise::$promise => $text,)*)* }
            }

            /// Who relies on it, and for what.
            pub fn relied_on_by(self) -> &'static str {
                match self { $($(Promise::$promise => $relied,)*)* }
            }

            /// What part of a program it is about.
            pub fn part(self) -> &'static str {
                match self { $($(Promise::$promise => $part,)*)* }
            }

            /// Whether the interpreter checks it again, in debug builds, at every step that relies on it.
            pub fn is_checked_at_steps(self) -> bool {
                match self { $($(Promise::$promise => at_steps!($steps),)*)* }
            }
        }
    };
}

macro_rules! at_steps {
    (at_load) => {
        false
    };
    (at_every_step) => {
        true
    };
}

promises! {
    "Tables" {
        StringsLieInText = strings_lie_in_text, at_load,
            "The strings of a text (of the program, of literals, of conditions) end in ascending order, on character boundaries, \
             and the last where the text ends.",
            "Every look-up of a string: one that is not there would be an empty name, and an empty prefix is that of all texts. \
             As texts are shorter than 4 GiB, there are also less than two to the power of 31 different tags, where the ids \
             begin that only calls have.";
        TableIdsInRange = table_ids_in_range, at_load,
            "Every index that a record of a table has is below the length of the table that it names.",
            "Look-ups of strings, files, positions, patterns, literals, text sets, targets and conditions, which fall back to \
             nothing.";
        ListsLieInPools = lists_lie_in_pools, at_load,
            "Every list lies within its pool, also if it is empty.",
            "Whatever walks a list: one that is not there would be taken for an empty one, so sets would lose elements and \
             blocks their rules.";
        PoolsAreNotShared = pools_are_not_shared, at_load,
            "The lists of a pool together are no longer than the pool, and the texts of text sets together no longer than four \
             times all texts.",
            "The time and memory of loading, which are linear in the size of the program.";
        NamesAreFound = names_are_found, at_load,
            "Every tag, argument name and tool name is found at its place by its hash table, so no two are equal; and so is every \
             string of an element set that has a table.",
            "Calls: a tag, argument or tool that the policy names and that is not found would be one that no rule is about, a \
             string that is not found would not be in its set. Sets compare tags by their ids.";
        NoTagIsStar = no_tag_is_star, at_load,
            "No tag is `*`.",
            "Sets of metadata, where `*` is the universal set (S2.3).";
        ToolsAreListed = tools_are_listed, at_load,
            "A block that names a tool names one of the list of tools.",
            "Dispatch, which finds names by the hash table of that list.";
        ConstSetsHaveOneForm = const_sets_have_one_form, at_load,
            "The words of a constant set have tags of the program; those in the pool are beyond the head, ascend and are not zero.",
            "Tests and operators on sets, which search words by their index and take equal words for equal sets.";
        SetsAreSorted = sets_are_sorted, at_load,
            "The strings of an element set ascend by content, its numbers by value; so none is there twice.",
            "Binary search in element sets.";
        NoNumberIsNan = no_number_is_nan, at_load,
            "No number and no bound is a NaN.",
            "Comparisons in element sets and of values, which take numbers to be ordered.";
        PlacesCountFrom1 = places_count_from_1, at_load,
            "Lines and columns of source positions count from 1.",
            "Answers, traces and diagnostics.";
        CodePositionsAscend = code_positions_ascend, at_load,
            "Runs of source positions ascend by their first instruction.",
            "Binary search for the position of an instruction; and where an image is divided.";
    }
    "Automata" {
        DfaTablesClosed = dfa_tables_closed, at_every_step,
            "Every automaton has rows and byte classes of its own within their pools, its classes are below its stride, and it \
             leads to states that it has.",
            "The walk over a text, which takes the dead state for what is not there.";
        DfaFinalStatesStay = dfa_final_states_stay, at_every_step,
            "States are in order: the dead one, those without a match, those that accept, those that accept and are never left. \
             The dead state and the last ones lead only to themselves.",
            "The walk, which stops there and compares numbers of states to tell whether it accepts.";
        DfaAcceptsComplete = dfa_accepts_complete, at_load,
            "An automaton that tells patterns apart has a list of its patterns, ascending and not empty, for each accepting state; \
             another has none.",
            "Dispatch, to which these lists are the targets that were found.";
        TextSetsSorted = text_sets_sorted, at_load,
            "The texts of a text set are in the order in which they are searched, and so are its simulated patterns; no prefix \
             begins with another, no suffix ends with another.",
            "Binary search for the only prefix or suffix that a text can have.";
        EverySetHasTexts = every_set_has_texts, at_load,
            "There are texts for every element set and for every sized text.",
            "Element sets, whose patterns are in these texts.";
        PatternsParse = patterns_parse, at_load,
            "Simulated patterns are patterns of their syntax.",
            "Loading, which makes simulations of them.";
    }
    "Dispatch" {
        BlocksInOrder = blocks_in_order, at_load,
            "Every block is in the order of updates once, by ascending priority, then in source order.",
            "The order of updates and rules (S6.9, S7.1).";
        DispatchComplete = dispatch_complete, at_load,
            "A block that names a tool is found by that name and by nothing else, a block with a pattern at one target at most. \
             What is known of a tool is all blocks that name it, and beside them blocks with patterns only. Places ascend within \
             a list.",
            "Calls: a block that is not found has no say. Whether a block is found, or known, at the names that its pattern matches is \
             for whoever made the tables (`automata::differences` compares).";
        DispatchTextsSorted = dispatch_texts_sorted, at_load,
            "Prefixes, suffixes, pairs and substrings are in the order in which they are searched, so none is there twice; no \
             substring is empty.",
            "Binary search for what a name begins and ends with; the size of the search for substrings.";
        AffixParents = affix_parents, at_load,
            "The parent of a prefix is the longest other that it begins with, of a suffix the longest other that it ends with.",
            "The walk from the longest text that a name has to all others.";
        AutomataHaveTargets = automata_have_targets, at_load,
            "Every automaton of tools has a target for each of its patterns.",
            "Dispatch, which passes over a pattern without a target.";
    }
    "Procedures" {
        ProceduresCoverCode = procedures_cover_code, at_load,
            "Procedures cover the code, one after another, without gaps; none is empty.",
            "The entry of a procedure; the memory of verifying, which is that of one procedure.";
        RegistersAreFew = registers_are_few, at_every_step,
            "A procedure has at most 256 registers of a kind, and no more than it has instructions.",
            "The memory for frames, which is never larger than the code.";
        InstructionsFitKinds = instructions_fit_kinds, at_every_step,
            "An instruction stands only where the kind of its procedure allows it: what leaves gives the answer that the kind has, \
             only updates store, and membership procedures test their subject and nothing else.",
            "Callers, for the answer; phases, for what a procedure changes; and questions about subjects, which never nest.";
        RegistersInRange = registers_in_range, at_every_step,
            "Registers are below the counts of their procedure.",
            "Frames, which lie next to each other in the same memory.";
        OperandsInRange = operands_in_range, at_every_step,
            "Operands that name an argument, a scalar, an element set, a constant set, a tag or a condition name one that exists.",
            "The instructions that look these up.";
        CallsGoDown = calls_go_down, at_every_step,
            "A call goes to a procedure of lower number.",
            "Every program ends, and the frames of the deepest chain of calls are known before it runs.";
        CalleesFit = callees_fit, at_every_step,
            "What an instruction calls or asks is a procedure of the kind that its operand says.",
            "The caller, for the kind of the answer.";
        CalleesKeepAnswers = callees_keep_answers, at_every_step,
            "What is called keeps its answer, and updates keep none.",
            "The time that a chain of calls takes, which would be exponential.";
    }
    "Flow" {
        JumpsGoForward = jumps_go_forward, at_every_step,
            "Jumps go forward, to an instruction of the same procedure.",
            "Every procedure ends.";
        ProceduresAreLeft = procedures_are_left, at_every_step,
            "The last instruction of a procedure leaves it.",
            "The interpreter, which would run on into the next procedure.";
        RegistersWrittenFirst = registers_written_first, at_every_step,
            "On every path a register is written before it is read, a set register also after the last store.",
            "Registers, which hold what another procedure left there; and handles of sets, which a store outdates.";
        PatternSetsConfined = pattern_sets_confined, at_every_step,
            "A set register that may hold a pattern set is read only by instructions that take one, and left by a set procedure \
             only if its kind says so.",
            "Operators and tests of metadata sets (S5.4).";
    }
    "Blocks and rules" {
        RulesBelongToBlocks = rules_belong_to_blocks, at_load,
            "Every rule belongs to exactly one block, and rules are in the order of blocks.",
            "The decision procedure, and answers that tell a rule's block.";
        EntriesFit = entries_fit, at_every_step,
            "Rules and blocks name procedures of the right kinds.",
            "Phases, for the answer of a condition and for what an update changes.";
        ResultNotReadEarly = result_not_read_early, at_every_step,
            "Check rules do not read the result's value, `session before` reads nothing of the result, nor does what they call (S3.5).",
            "Phases before there is a result.";
        LateArgsComplete = late_args_complete, at_every_step,
            "There is a row for each argument name, and it is true if the code, as far as it is loaded, reads the value after the \
             check.",
            "Pending calls as text, which take along the values of these arguments and no others.";
    }
    "Explanations" {
        ExplanationsComplete = explanations_complete, at_load,
            "All tables of explanations are empty, or there is a row for every rule and block, with procedures at the same places.",
            "Explained calls, which run these procedures instead; a rule without one would run unexplained.";
        ExplanationsApart = explanations_apart, at_every_step,
            "Only procedures that belong to explanations record outcomes. They come after all others, so nothing else calls them, \
             and blocks and rules name none.",
            "Calls that nobody explains, which cost nothing more; and hosts that leave explanations in the image.";
        ConditionPartsDescend = condition_parts_descend, at_load,
            "The parts of a condition come before it, and there are as many as its kind has.",
            "Traces, which walk from a condition to its parts.";
        ConditionsStandOnce = conditions_stand_once, at_load,
            "A condition is that of one rule, of one update, or a part of one other condition, in all of these once at most; only \
             what a let stands for may be a part of many lets.",
            "Whoever walks a trace and each let in it once: conditions that others share would be exponentially many.";
    }
}

/// A promise that was found broken, and how. As small as a pointer: each check gives back one or nothing, and few fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw(Box<Broken>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Broken {
    promise: Promise,
    message: String,
}

impl Flaw {
    pub(super) fn promise(&self) -> Promise {
        self.0.promise
    }

    pub(super) fn message(&self) -> &str {
        &self.0.message
    }
}

impl Promise {
    /// The promise is broken in this way.
    #[cold]
    pub(super) fn broken(self, message: impl Into<String>) -> Flaw {
        Flaw(Box::new(Broken { promise: self, message: message.into() }))
    }

    /// Refuses in this way what does not hold.
    #[inline]
    pub(super) fn check(self, holds: bool, message: &str) -> Result<(), Flaw> {
        if holds { Ok(()) } else { Err(self.broken(message)) }
    }
}
