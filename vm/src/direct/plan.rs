//! Plans: the formulas of a block in the form in which they are asked quickly; [`layout`](super::layout) makes them.
//!
//! A plan has the arguments that its formulas ask about, found by name; tags of an argument's metadata are bits of a few words,
//! so that a test against a constant set is a comparison of words; and what a value is tested against is in the step itself,
//! where it is small.
//!
//! **Sets as words.** A plan tells [`BITS`] tags apart in each word. One more bit ([`OTHERS`]) stands for the tags that a set
//! lists and the plan does not tell apart, the last for all that the set does not list. A set of some tags has
//! their bits, a complement all bits but theirs. No constant set tells those two kinds apart from each other, so every test
//! of a set against a constant is one of the words.
//!
//! **Chains.** The rules of one kind are chained: what says that a rule does not fire leads to the rule of the next turn, so that
//! asking all of them is one walk, which ends with the first that fires, or behind the last.
//!
//! **Rows.** What a call about one rule touches is together: a plan is two lines of a cache, and in them are its first argument,
//! its first step, and what that compares a text with.
//!
//! Invariants: a step leads to steps of lower number only, so every walk ends. Whatever a plan answers, its formulas would.

use super::formula::{Comparison, Joined};
use super::texts::{Affix, Texts};
use crate::bytecode::names::NamedId;
use crate::bytecode::operand::{ConstSet, Elements, FieldImm, Tag};
use crate::bytecode::program::List;
use crate::decision::{Kind, RuleKinds};
use crate::metadata::HeadWord;

/// So many tags have bits in a word.
pub(super) const BITS: usize = 62;
/// The bit of listed tags that have none. The one above is that of all that is not listed.
pub(super) const OTHERS: u64 = 1 << BITS;

/// A block whose formulas ask about more arguments is left to the general way, which finds them by hash.
pub(super) const MOST_ARGS: usize = 16;
/// The same of one whose sets need more words each, or together.
pub(super) const MOST_WORDS_EACH: usize = 4;
pub(super) const MOST_WORDS: usize = 8;

/// What deciding directly needs of a block.
#[derive(Debug, Clone, Copy)]
#[repr(align(128))]
pub(super) struct Plan {
    /// The first of the arguments that it asks about, if there is one.
    pub(super) first_arg: NamedId,
    /// The step that is asked first, and its number.
    pub(super) first_step: Option<Step>,
    pub(super) first_number: Goto,
    /// How long the names are of all of them, and of the tags that it tells apart.
    pub(super) arg_lengths: Lengths,
    pub(super) tag_lengths: Lengths,
    /// The arguments, in `Direct::args`.
    pub(super) args: List,
    /// The tags that it tells apart, in `Direct::tags`, by ascending id; none if it is all of the policy's.
    pub(super) tags: List,
    pub(super) tell: Tell,
    /// How many words each set of an argument has, and all that it asks about have together.
    pub(super) words_each: u8,
    pub(super) words: u8,
    /// How many steps it has.
    pub(super) steps: u32,
    /// Where the rules of each kind begin.
    pub(super) chains: [Goto; Kind::ALL.len()],
    /// What kinds of rules the block has: a copy that is at hand.
    pub(super) kinds: RuleKinds,
}

// Two lines of a cache, also where a block may have none.
const _: () = assert!(size_of::<Option<Plan>>() == 128);

/// Lengths of names, as bits: a name of another length is none of them, whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lengths(u32);

impl Lengths {
    #[inline]
    pub(super) fn add(&mut self, length: usize) {
        self.0 |= Lengths::bit(length);
    }

    /// Whether a name of this length can be one of them.
    #[inline]
    pub(super) fn may_have(self, length: usize) -> bool {
        self.0 & Lengths::bit(length) != 0
    }

    /// Long ones share a bit.
    #[inline]
    fn bit(length: usize) -> u32 {
        1 << length.min(31)
    }
}

/// How a plan finds the bit of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tell {
    /// By its name, in the plan's short list of tags.
    Name,
    /// By its id, which is its place: the policy names few tags.
    Id,
    /// By its id, in the plan's list.
    Search,
}

impl Tell {
    /// The place of a tag that the policy names, if the plan tells it apart; these are the plan's tags.
    #[inline]
    pub(super) fn place(self, tags: &[NamedId], tag: u32) -> Option<usize> {
        match self {
            Tell::Id => Some(tag as usize),
            Tell::Name => tags.iter().position(|named| named.id == tag),
            Tell::Search => tags.binary_search_by_key(&tag, |named| named.id).ok(),
        }
    }
}

/// Where a walk goes on: at a step, or nowhere, as it is known which rule is the first of its kind that fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Goto(u32);

impl Goto {
    /// No step has such a high number.
    const END: u32 = 1 << 31;

    /// No rule of the kind fires.
    pub(super) const NONE_FIRES: Goto = Goto(Goto::END);

    /// The rule of this turn fires.
    pub(super) fn fires(turn: u32) -> Option<Goto> {
        (turn < Goto::END - 1).then_some(Goto(Goto::END + 1 + turn))
    }

    pub(super) fn step(number: usize) -> Option<Goto> {
        u32::try_from(number).ok().filter(|number| *number < Goto::END).map(Goto)
    }

    /// The number of the step; of none, if it is an end.
    #[inline]
    pub(super) fn number(self) -> usize {
        self.0 as usize
    }

    /// The turn of the rule that fires, at an end; nothing if none fires, or it is none.
    #[inline]
    pub(super) fn turn(self) -> Option<u32> {
        self.0.checked_sub(Goto::END + 1)
    }

    /// Whether it is an end.
    #[inline]
    pub(super) fn is_end(self) -> bool {
        self.0 >= Goto::END
    }
}

/// A test, and where its outcomes lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) test: Test,
    pub(super) if_true: Goto,
    pub(super) if_false: Goto,
}

/// What a step asks. Arguments are places in the plan's list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    /// Whether a word of a set of an argument, by its place among the words of the plan, has of the bits in `of` just those in
    /// `just`.
    Word { set: SetOfArgs, word: u8, of: u64, just: u64 },
    /// Whether a value is an integer in a range, both ends included, of integers that a word can hold; these stand for all
    /// beyond as well. What is no integer as written is asked of the element set.
    Int { value: ValueOfArg, set: Elements, first: i64, last: i64 },
    /// Whether a value is this string.
    Is { value: ValueOfArg, string: NamedId },
    /// Whether a value begins with this.
    Begins { value: ValueOfArg, with: Affix },
    /// Whether a value ends with this.
    Ends { value: ValueOfArg, with: Affix },
    /// Whether a value is one of some other texts.
    Text { value: ValueOfArg, texts: Texts },
    /// Whether a value is in an element set.
    Element { value: ValueOfArg, set: Elements },
    /// How a set of the session compares with a constant.
    Session { field: FieldImm, comparison: Comparison, right: ConstSet },
    /// Whether it has an element of this set.
    SessionOverlaps { field: FieldImm, right: HeadWord },
    /// Whether it has all elements of this set.
    SessionHas { field: FieldImm, right: HeadWord },
    /// Whether it is empty.
    SessionEmpty(FieldImm),
    /// Whether it is universal.
    SessionUniversal(FieldImm),
    /// Whether a tag is in it.
    SessionContains(FieldImm, Tag),
}

/// A metadata set of arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SetOfArgs {
    pub(super) of: Of,
    pub(super) field: FieldImm,
    /// Where its words begin among those of the plan.
    pub(super) words: u8,
}

/// Whose set it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// That of an argument.
    Arg(u8),
    /// Those of all arguments together.
    All(Joined),
}

impl Joined {
    /// The words of two sets joined; nothing if what the plan does not tell apart matters: whether two sets list, or leave
    /// out, the same other tags.
    #[inline]
    pub(super) fn join(self, left: u64, right: u64) -> Option<u64> {
        // Whether it lists others without being a complement, and whether it is one that leaves out others.
        let lists = |word: u64| word >> BITS == 0b01;
        let leaves_out = |word: u64| word >> BITS == 0b10;
        let differ = (lists(left) && leaves_out(right)) || (leaves_out(left) && lists(right));
        let (joined, same_kind) = match self {
            Joined::Union => (left | right, leaves_out(left) && leaves_out(right)),
            Joined::Intersection => (left & right, lists(left) && lists(right)),
        };
        (!differ && !same_kind).then_some(joined)
    }
}

/// The value of an argument, and how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ValueOfArg {
    pub(super) arg: u8,
    /// The answer where there is no such argument. Else every reading of one leaf is the same.
    pub(super) if_absent: bool,
    /// Whether patterns match texts with line ends (S4.5).
    pub(super) lines: bool,
}
