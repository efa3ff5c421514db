//! A policy that runs: a verified program with what running needs built once. Immutable, shared between threads.

mod about;

use std::fmt;
use std::sync::Arc;

use crate::automata::{Automata, ElementSet, LoadError, MatcherCache, Room};
use crate::bytecode::names::{NameFinder, Sought};
use crate::bytecode::operand::{Arg, ConstSet, Elements};
use crate::bytecode::program::{
    BlockRecord, ElementSetRecord, PositionRecord, PriorityRecord, ProcedureKind, Program, RuleRecord,
    ScalarRecord,
};
use crate::bytecode::{FrameNeeds, ImageError, Op, PolicyId, Settings, VerifiedProgram};
use crate::decision::{RuleOrder, RuleRef};
use crate::direct::Direct;
use crate::dispatch::{Blocks, Dispatch, DispatchScratch, blocks_at, by_priority};
use crate::handle::FoundArg;
use crate::limits::{LimitExceeded, Limits};
use crate::metadata::{SetView, Universe};
use crate::needs::BlockNeeds;
use crate::pattern::{PatternSyntax, class_count};
use crate::value::Value;
use crate::work::{PER_INSTRUCTION, of_len};

/// A policy that runs.
#[derive(Debug)]
pub struct Policy {
    verified: VerifiedProgram,
    id: PolicyId,
    limits: Limits,
    universe: Universe,
    /// The arguments that it mentions.
    args: NameFinder,
    automata: Automata,
    procedures: Vec<Procedure>,
    keeping: usize,
    needs: BlockNeeds,
    order: RuleOrder,
    direct: Direct,
    dispatch: Dispatch,
    /// Tells whose a scratch is.
    identity: Arc<()>,
}

/// What running a procedure needs to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Procedure {
    pub(crate) kind: ProcedureKind,
    /// Its first instruction.
    pub(crate) first: usize,
    pub(crate) bools: u16,
    pub(crate) values: u16,
    pub(crate) sets: u16,
    /// What entering it costs at most, what it calls and asks apart.
    pub(crate) cost: u64,
    /// Where it keeps its answer.
    pub(crate) keeps: Option<usize>,
}

/// Why an image or a verified program does not make a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError {
    message: String,
    image: Option<ImageError>,
    limit: Option<LimitExceeded>,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PolicyError {}

impl PolicyError {
    fn new(error: impl fmt::Display) -> Self {
        PolicyError { message: error.to_string(), image: None, limit: None }
    }

    /// The limit that was passed, if that is why.
    pub fn limit(&self) -> Option<&LimitExceeded> {
        self.limit.as_ref()
    }

    /// What is wrong with the image, if that is why.
    pub fn image(&self) -> Option<&ImageError> {
        self.image.as_ref()
    }
}

impl From<LimitExceeded> for PolicyError {
    fn from(limit: LimitExceeded) -> Self {
        PolicyError { limit: Some(limit.clone()), ..PolicyError::new(limit) }
    }
}

impl From<LoadError> for PolicyError {
    fn from(error: LoadError) -> Self {
        PolicyError { limit: error.limit().cloned(), ..PolicyError::new(error) }
    }
}

impl From<ImageError> for PolicyError {
    fn from(error: ImageError) -> Self {
        PolicyError { image: Some(error.clone()), ..PolicyError::new(error) }
    }
}

impl Policy {
    /// Loads a policy from its image: what a compilation wrote with [`VerifiedProgram::to_image`]. Nothing in an image is
    /// trusted: the program is verified before anything of it runs.
    ///
    /// Its explanations, about half of most images, are neither read nor held: [`Scratch::explain`] shows rules and no
    /// conditions. Answers, id, sessions and pending calls are the same as with [`Policy::load_with_explanations`].
    ///
    /// [`Scratch::explain`]: crate::scratch::Scratch::explain
    ///
    /// # Errors
    /// When the image is over the limit `image_bytes`, damaged, of another version of the format, or not valid
    /// ([`PolicyError::image`] tells which), and as [`Policy::new`] does.
    pub fn load(image: &[u8], limits: Limits) -> Result<Policy, PolicyError> {
        LimitExceeded::check("image_bytes", image.len(), limits.image_bytes)?;
        Policy::new(VerifiedProgram::from_image_without_explanations(image)?, limits)
    }

    /// Loads a policy from its image, with its explanations, if the image has some.
    ///
    /// # Errors
    /// As [`Policy::load`], and when the explanations are not valid.
    pub fn load_with_explanations(image: &[u8], limits: Limits) -> Result<Policy, PolicyError> {
        LimitExceeded::check("image_bytes", image.len(), limits.image_bytes)?;
        Policy::new(VerifiedProgram::from_image(image)?, limits)
    }

    /// Makes a verified program runnable: builds what cannot be part of it.
    ///
    /// # Errors
    /// When that is over the limits.
    pub fn new(verified: VerifiedProgram, limits: Limits) -> Result<Policy, PolicyError> {
        let program = verified.program();
        check_sizes(program, &limits)?;
        let universe = Universe::new(Arc::clone(verified.shared_program()));
        let mut room = Room::new(&limits);
        let automata = Automata::load(program, &mut room)?;
        let dispatch = Dispatch::load(program, &mut room)?;
        let (procedures, keeping) = procedures(program);
        let needs = BlockNeeds::of(program);
        let order = RuleOrder::of(program);
        let direct = Direct::new(program, &order);
        Ok(Policy {
            universe,
            args: NameFinder::new(program, &program.names.args, &program.args),
            automata,
            procedures,
            keeping,
            needs,
            order,
            direct,
            dispatch,
            identity: Arc::new(()),
            id: verified.id(),
            verified,
            limits,
        })
    }

    /// Its identity: a hash of the whole program, settings included.
    pub fn id(&self) -> PolicyId {
        self.id
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.program().settings
    }

    /// What calls and sessions may need.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The tags that it names.
    pub(crate) fn universe(&self) -> &Universe {
        &self.universe
    }

    /// The program that it runs.
    pub fn program(&self) -> &Program {
        self.verified.program()
    }

    /// What a person wants to know of a rule.
    pub fn rule(&self, rule: RuleRef) -> Option<RuleInfo<'_>> {
        let program = self.program();
        let record = program.rules.get(rule.rule as usize)?;
        let block = program.blocks.get(rule.block as usize)?;
        Some(RuleInfo { program, record, block })
    }

    /// What a person wants to know of a tool block.
    pub fn block(&self, block: u32) -> Option<BlockInfo<'_>> {
        let program = self.program();
        program.blocks.get(block as usize).map(|record| BlockInfo { program, record })
    }

    #[cfg(test)]
    pub(crate) fn verified_program(&self) -> &Arc<Program> {
        self.verified.shared_program()
    }

    pub(crate) fn identity(&self) -> &Arc<()> {
        &self.identity
    }

    pub(crate) fn ops(&self) -> &[Op] {
        self.verified.ops()
    }

    pub(crate) fn frame_needs(&self) -> FrameNeeds {
        self.verified.frame_needs()
    }

    /// How many procedures keep an answer.
    pub(crate) fn keeping(&self) -> usize {
        self.keeping
    }

    pub(crate) fn procedure(&self, index: u32) -> Option<&Procedure> {
        self.procedures.get(index as usize)
    }

    /// Which metadata can be asked for, block by block.
    pub(crate) fn needs(&self) -> &BlockNeeds {
        &self.needs
    }

    /// The order in which decisions ask about rules.
    pub(crate) fn rule_order(&self) -> &RuleOrder {
        &self.order
    }

    /// What deciding calls directly needs.
    pub(crate) fn direct(&self) -> &Direct {
        &self.direct
    }

    pub(crate) fn arg_count(&self) -> usize {
        self.program().args.len()
    }

    /// The name of an argument that it mentions.
    pub(crate) fn arg_name(&self, arg: u32) -> Option<&str> {
        let program = self.program();
        program.string(*program.args.get(arg as usize)?)
    }

    pub(crate) fn find_arg(&self, name: &str) -> FoundArg {
        let (program, sought) = (self.program(), Sought::new(name));
        let hash = self.args.hash(sought);
        match self.args.find_hashed(program, &program.args, sought, hash) {
            Some(index) => FoundArg::Mentioned(Arg(index)),
            None => FoundArg::Other(hash),
        }
    }

    /// Whether the value of this argument can be read after the call was allowed.
    pub(crate) fn arg_is_late(&self, name: &str) -> bool {
        match self.find_arg(name) {
            FoundArg::Mentioned(arg) => self.program().late_args.get(arg.index()).is_some_and(|late| *late),
            FoundArg::Other(_) => false,
        }
    }

    pub(crate) fn automata(&self) -> &Automata {
        &self.automata
    }

    pub(crate) fn elements(&self, set: Elements) -> Option<ElementSet<'_>> {
        ElementSet::new(self.program(), &self.automata, set)
    }

    /// A constant set.
    pub(crate) fn const_set(&self, set: ConstSet) -> Option<SetView<'_>> {
        let program = self.program();
        SetView::constant(program, program.const_sets.get(set.index())?)
    }

    pub(crate) fn scalar(&self, index: u32) -> Option<Value<'_>> {
        let program = self.program();
        Some(match *program.scalars.get(index as usize)? {
            ScalarRecord::String(id) => Value::Str(program.string(id)?),
            ScalarRecord::Number(number) => Value::Number(number),
            ScalarRecord::Bool(value) => Value::Bool(value),
        })
    }

    /// The blocks about a tool, if they are known without a search.
    #[inline]
    pub(crate) fn known_blocks(&self, tool: &str) -> Option<Blocks<'_>> {
        self.dispatch.known(self.program(), tool)
    }

    /// Finds the blocks that are about a tool: `ascending` in the order of their updates, `descending` in that of their
    /// rules.
    pub(crate) fn find_blocks(
        &self,
        tool: &str,
        scratch: &mut DispatchScratch,
        cache: &mut MatcherCache,
        ascending: &mut Vec<u32>,
        descending: &mut Vec<u32>,
    ) {
        ascending.clear();
        descending.clear();
        match self.known_blocks(tool) {
            Some(blocks) => {
                ascending.extend_from_slice(blocks.ascending);
                descending.extend_from_slice(blocks.descending);
            }
            None => self.search_blocks(tool, scratch, cache, ascending, descending),
        }
    }

    /// The same where the blocks are not known; both lists must be empty.
    pub(crate) fn search_blocks(
        &self,
        tool: &str,
        scratch: &mut DispatchScratch,
        cache: &mut MatcherCache,
        ascending: &mut Vec<u32>,
        descending: &mut Vec<u32>,
    ) {
        let program = self.program();
        ascending.extend(blocks_at(program, self.dispatch.places(program, tool, scratch, cache)));
        by_priority(program, ascending, descending);
    }

    /// Memory for finding blocks, and for remembering so many names.
    pub(crate) fn dispatch_scratch(&self, names: usize) -> DispatchScratch {
        DispatchScratch::new(self.program(), &self.dispatch, names)
    }
}

/// A rule, for people.
#[derive(Debug, Clone, Copy)]
pub struct RuleInfo<'p> {
    program: &'p Program,
    record: &'p RuleRecord,
    block: &'p BlockRecord,
}

impl<'p> RuleInfo<'p> {
    /// The file, as given, or `preset:NAME`.
    pub fn file(&self) -> &'p str {
        file(self.program, self.record.position)
    }

    /// The line of the first keyword, from 1.
    pub fn line(&self) -> u32 {
        self.record.position.line
    }

    /// The column of the first keyword, from 1, in Unicode scalar values.
    pub fn column(&self) -> u32 {
        self.record.position.column
    }

    /// The tool id of its block: the name, or the regex literal as written.
    pub fn tool_id(&self) -> &'p str {
        self.program.string(self.block.tool_text).unwrap_or_default()
    }

    /// The priority of its block; none of a preset, which is above every number.
    pub fn priority(&self) -> Option<i64> {
        number(self.block.priority)
    }

    /// The description from its doc comment.
    pub fn description(&self) -> Option<&'p str> {
        self.record.description.and_then(|id| self.program.string(id))
    }

    /// Whether it is hard (`must`).
    pub fn is_must(&self) -> bool {
        self.record.must
    }

    /// Whether it denies.
    pub fn is_deny(&self) -> bool {
        self.record.deny
    }
}

/// A tool block, for people.
#[derive(Debug, Clone, Copy)]
pub struct BlockInfo<'p> {
    program: &'p Program,
    record: &'p BlockRecord,
}

impl<'p> BlockInfo<'p> {
    /// The file, as given, or `preset:NAME`.
    pub fn file(&self) -> &'p str {
        file(self.program, self.record.position)
    }

    /// The line on which it begins, from 1.
    pub fn line(&self) -> u32 {
        self.record.position.line
    }

    /// The column at which it begins, from 1, in Unicode scalar values.
    pub fn column(&self) -> u32 {
        self.record.position.column
    }

    /// The tool id: the name, or the regex literal as written.
    pub fn tool_id(&self) -> &'p str {
        self.program.string(self.record.tool_text).unwrap_or_default()
    }

    /// The description from its doc comment.
    pub fn description(&self) -> Option<&'p str> {
        self.record.description.and_then(|id| self.program.string(id))
    }

    /// Its priority; none of a preset, which is above every number.
    pub fn priority(&self) -> Option<i64> {
        number(self.record.priority)
    }
}

fn number(priority: PriorityRecord) -> Option<i64> {
    match priority {
        PriorityRecord::Number(number) => Some(number),
        PriorityRecord::Preset(_) => None,
    }
}

fn file(program: &Program, position: PositionRecord) -> &str {
    program.files.get(position.file as usize).and_then(|&id| program.string(id)).unwrap_or_default()
}

/// Refuses more tool blocks, classes of patterns, or larger sets, than a policy may have: an image may come from who has other limits.
fn check_sizes(program: &Program, limits: &Limits) -> Result<(), LimitExceeded> {
    let own = program.blocks.iter().filter(|block| matches!(block.priority, PriorityRecord::Number(_)));
    LimitExceeded::check("tool_blocks", own.count(), limits.tool_blocks)?;
    // Each text once for each syntax, as it is parsed: any number of patterns of an image may share a long one.
    let mut counted = [vec![false; program.strings.len()], vec![false; program.strings.len()]];
    let texts = program.patterns.iter().filter(|pattern| {
        let [regexes, wildcards] = &mut counted;
        let counted = match pattern.syntax {
            PatternSyntax::Regex => regexes.get_mut(pattern.text.0 as usize),
            PatternSyntax::Wildcard => wildcards.get_mut(pattern.text.0 as usize),
        };
        counted.is_some_and(|counted| !std::mem::replace(counted, true))
    });
    let classes =
        texts.filter_map(|pattern| Some(class_count(pattern.syntax, program.string(pattern.text)?)));
    LimitExceeded::check(
        "patterns_classes",
        classes.fold(0, usize::saturating_add),
        limits.patterns_classes,
    )?;
    let elements = program.element_sets.iter().map(|set| {
        let ElementSetRecord { strings, numbers, ints, floats, dates, sized, patterns, .. } = set;
        [strings, numbers, ints, floats, dates, sized, patterns]
            .into_iter()
            .map(|list| list.len as usize)
            .sum::<usize>()
    });
    let tags =
        program.const_sets.iter().filter_map(|set| SetView::constant(program, set)).map(SetView::listed_len);
    let largest = elements.chain(tags).max().unwrap_or(0);
    LimitExceeded::check("set_elements", largest, limits.set_elements)
}

/// The procedures with the places of kept answers, and how many answers are kept.
fn procedures(program: &Program) -> (Vec<Procedure>, usize) {
    let mut keeping = 0;
    let procedures = program.procedures.iter().map(|record| {
        let keeps = record.memo.then_some(keeping);
        keeping += usize::from(record.memo);
        Procedure {
            kind: record.kind,
            first: record.code.start as usize,
            bools: record.bools,
            values: record.values,
            sets: record.sets,
            cost: of_len(record.code.len as usize)
                .saturating_mul(PER_INSTRUCTION)
                .saturating_add(record.sets.into()),
            keeps,
        }
    });
    (procedures.collect(), keeping)
}

#[cfg(test)]
mod tests;
