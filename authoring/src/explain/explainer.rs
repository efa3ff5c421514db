//! Calls of a session one after another, the last of them explained.
//!
//! Invariants: each call is evaluated once, by the engine, and what fails changes no session (S6.11). Every call is followed, as a
//! tag of a later one may come from it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use sqrt_vm::engine::Decision;
use sqrt_vm::json::CallLine;
use sqrt_vm::limits::LimitExceeded;
use sqrt_vm::metadata::{FIELDS, Session, SessionError};
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::trace::{BlockTrace, SeenCall, SeenMetadata, UpdatePhase};
use sqrt_vm::value::{Arena, Value};

use super::Options;
use super::conditions::Conditions;
use super::decision::{Block, Rules, Tested, words};
use super::model::{
    Event, Explanation, Place, ShownArgument, ShownBlock, ShownCall, ShownMetadata, ShownRule, Update,
};
use super::origins::{Followed, target};
use super::sets::{MetadataOrigins, final_metadata, shown_metadata, shown_set};
use super::statements::Statements;
use super::values::shown_value;
use crate::mistyped::{Mistyped, mistyped};

/// The most arguments that are shown, unless everything was asked for.
const MOST_ARGUMENTS: usize = 50;

/// Why a call cannot be explained.
#[derive(Debug)]
pub enum Failed {
    /// There are too many sessions, or the name of one is too long.
    Sessions(LimitExceeded),
    /// The value of the session cannot be set.
    Value(SessionError),
    /// Deciding it fails (S6.11); with the limit that was passed, if that is why.
    Deciding(String, Option<LimitExceeded>),
}

impl Failed {
    /// The limit that was passed, if that is why.
    pub fn limit(&self) -> Option<&LimitExceeded> {
        match self {
            Failed::Sessions(limit) => Some(limit),
            Failed::Value(error) => error.limit(),
            Failed::Deciding(_, limit) => limit.as_ref(),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failed::Sessions(limit) => limit.fmt(f),
            Failed::Value(error) => error.fmt(f),
            Failed::Deciding(message, _) => f.write_str(message),
        }
    }
}

impl std::error::Error for Failed {}

/// A session that is followed.
#[derive(Debug)]
struct Known {
    session: Session,
    origins: MetadataOrigins,
    calls: u64,
}

/// What is to be done with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It comes before the one that is explained.
    Replay,
    /// It is the one.
    Explain(Options),
}

impl From<Options> for Step {
    fn from(options: Options) -> Step {
        Step::Explain(options)
    }
}

impl PartialEq for Options {
    fn eq(&self, other: &Options) -> bool {
        (self.show_values, self.full) == (other.show_values, other.full)
    }
}

impl Eq for Options {}

/// Explains calls under one policy; keeps their sessions.
#[derive(Debug)]
pub struct Explainer {
    policy: Arc<Policy>,
    statements: Statements,
    scratch: Scratch,
    sessions: HashMap<Option<Box<str>>, Known>,
}

impl Explainer {
    /// No session yet; `statements` says how the updates of the policy are written, which [can be explained](Self::can_explain).
    pub fn new(policy: Arc<Policy>, statements: Statements) -> Self {
        let mut scratch = Scratch::new(&policy);
        scratch.explain(&policy, true);
        Explainer { policy, statements, scratch, sessions: HashMap::new() }
    }

    /// Whether a policy can be explained: an image may have been compiled without what that takes.
    pub fn can_explain(policy: &Policy) -> bool {
        policy.program().explanations.blocks.len() == policy.program().blocks.len()
    }

    /// The session of a name, as the calls so far left it.
    pub fn session(&self, name: Option<&str>) -> Option<&Session> {
        self.sessions.get(&name.map(Box::from)).map(|known| &known.session)
    }

    /// The scratch, with the trace of the last call.
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// Puts a session in the place of the one of a name; where its tags came from is told by `origin`.
    pub fn set_session(&mut self, name: Option<&str>, session: Session, origin: &str) {
        let mut origins = MetadataOrigins::default();
        let tags = self.scratch.tags(&self.policy, &session);
        for field in FIELDS {
            let listed = session.metadata().field(field).view().listed().filter_map(|tag| tags.name(tag));
            let told = listed.map(|string| (string.to_owned(), vec![origin.to_owned()]));
            origins.of_mut(field).extend(told.collect::<Vec<_>>());
        }
        self.sessions.insert(name.map(Box::from), Known { session, origins, calls: 0 });
    }

    /// The metadata of a session, and where its strings came from as far as the one of this name tells.
    pub fn told(&self, name: Option<&str>, session: &Session, options: Options) -> ShownMetadata {
        let none = MetadataOrigins::default();
        let origins = self.sessions.get(&name.map(Box::from)).map_or(&none, |known| &known.origins);
        final_metadata(
            session.metadata(),
            &Scratch::new(&self.policy).tags(&self.policy, session),
            origins,
            options,
        )
    }

    /// Forgets a session.
    pub fn forget(&mut self, name: Option<&str>) {
        self.sessions.remove(&name.map(Box::from));
    }

    /// Evaluates a call, the one on line `number`, and explains it if it is the one.
    ///
    /// # Errors
    /// If it cannot be decided; then it changes no session.
    pub fn call(
        &mut self,
        number: u64,
        line: &CallLine<'_>,
        step: Step,
    ) -> Result<Option<Explanation>, Failed> {
        let key: Option<Box<str>> = line.session.map(Box::from);
        if !self.sessions.contains_key(&key) {
            self.check_sessions(line.session).map_err(Failed::Sessions)?;
            let known =
                Known { session: Session::new(&self.policy), origins: MetadataOrigins::default(), calls: 0 };
            self.sessions.insert(key.clone(), known);
        }
        let Explainer { policy, statements, scratch, sessions } = self;
        let (policy, statements): (&Policy, &Statements) = (policy, statements);
        let Some(known) = sessions.get_mut(&key) else { return Ok(None) };
        let before = known.session.clone();
        let decision = match decide(policy, line, &mut known.session, scratch) {
            Ok(decision) => decision,
            Err(failed) => {
                known.session = before;
                return Err(failed);
            }
        };
        let Some(seen) = scratch.seen(policy) else { return Ok(None) };
        let origins_before = std::mem::take(&mut known.origins);
        let shown = match step {
            Step::Explain(options) => Some((options, origins_before.clone())),
            Step::Replay => None,
        };
        let mut followed = Followed::new(number, line, seen, statements, origins_before);
        followed.inherit();
        let inherited = shown.is_some().then(|| followed.result.clone());
        followed.host_returned();
        let returned = shown.is_some().then(|| followed.result.clone());
        seen.changes().for_each(|change| followed.change(&change));
        let Followed { session: origins, result, .. } = followed;
        known.origins = origins;
        known.calls = known.calls.saturating_add(1);
        let Some((options, session_before)) = shown else { return Ok(None) };
        let stages = Stages {
            session_before,
            inherited: inherited.unwrap_or_default(),
            returned: returned.unwrap_or_default(),
            result,
        };
        let told = Telling { policy, statements, scratch, line, options, seen, decision: &decision };
        Ok(Some(told.explanation(number, known, &stages)))
    }

    fn check_sessions(&self, name: Option<&str>) -> Result<(), LimitExceeded> {
        let limits = self.policy.limits();
        if let Some(name) = name {
            LimitExceeded::check("session_name_bytes", name.len(), limits.session_name_bytes())?;
        }
        LimitExceeded::check("eval_sessions", self.sessions.len().saturating_add(1), limits.eval_sessions())
    }
}

fn decide(
    policy: &Policy,
    line: &CallLine<'_>,
    session: &mut Session,
    scratch: &mut Scratch,
) -> Result<Decision, Failed> {
    if let Some(value) = line.session_value {
        session.set_value(value, policy.limits()).map_err(Failed::Value)?;
    }
    let decision = policy.evaluate(session, &line.call, line.returned.as_ref(), scratch);
    match decision.failure() {
        Some(failure) => Err(Failed::Deciding(failure.to_string(), failure.limit().cloned())),
        None => Ok(decision),
    }
}

/// Where strings came from, at each stage.
struct Stages {
    session_before: MetadataOrigins,
    inherited: MetadataOrigins,
    returned: MetadataOrigins,
    result: MetadataOrigins,
}

/// All that an explanation is made of.
struct Telling<'t> {
    policy: &'t Policy,
    statements: &'t Statements,
    scratch: &'t Scratch,
    line: &'t CallLine<'t>,
    options: Options,
    seen: SeenCall<'t>,
    decision: &'t Decision,
}

impl<'t> Telling<'t> {
    fn explanation(&self, number: u64, known: &Known, stages: &Stages) -> Explanation {
        let arena = Arena::new();
        let session_value = known.session.value(&arena);
        let mut conditions = Conditions::new(self.line, session_value, self.options);
        let blocks: Vec<BlockTrace<'t>> = self.scratch.trace(self.policy).collect();
        let before = self.updates(&blocks, UpdatePhase::Before, &mut conditions);
        let (rules, traces) = self.rules(&blocks);
        let basis = self.decision.basis().name();
        let decides = self.deciding(&rules, basis);
        let mut rule = None;
        let mut told = vec![false; traces.len()];
        let steps = rules.steps(basis, decides, |tested, is_deciding, because| {
            let trace = traces.get(tested.number).copied().flatten();
            let first = told.get_mut(tested.number).is_some_and(|told| !std::mem::replace(told, true));
            let condition = trace.filter(|_| first);
            let condition = condition.map(|condition| conditions.of(condition, None)).unwrap_or_default();
            let shown = shown_rule(tested, is_deciding, because, condition);
            if is_deciding {
                rule = Some(ShownRule { conditions: Vec::new(), ..shown.clone() });
            }
            shown
        });
        let result = self.updates(&blocks, UpdatePhase::Result, &mut conditions);
        let after = self.updates(&blocks, UpdatePhase::After, &mut conditions);
        let tags = self.scratch.tags(self.policy, &known.session);
        let result_after = self.scratch.result_metadata();
        let call = self.call(number, known, session_value);
        Explanation {
            mistyped: self.mistyped(&call),
            call,
            decision: self.decision.outcome().name(),
            basis,
            because: rules.because(basis),
            rule,
            session_before: self.metadata(self.seen.session_before(), &stages.session_before),
            before,
            inherited: self.metadata(self.seen.inherited(), &stages.inherited),
            steps,
            returned: self.seen.returned().map(|returned| self.metadata(Some(returned), &stages.returned)),
            result,
            after,
            result_after: result_after
                .map(|metadata| final_metadata(metadata, &tags, &stages.result, self.options)),
            session_after: final_metadata(known.session.metadata(), &tags, &known.origins, self.options),
            conditions_left_out: conditions.left_out,
            shows_values: self.options.show_values,
        }
    }

    /// The rules of the blocks, and the traces of their conditions by the rules' numbers.
    fn rules(
        &self,
        blocks: &[BlockTrace<'t>],
    ) -> (Rules<'t>, Vec<Option<sqrt_vm::trace::ConditionTrace<'t>>>) {
        let mut traces = Vec::new();
        let mut told = Vec::new();
        for block in blocks {
            let Some(info) = block.block() else { continue };
            let rules = block.rules().map(|rule| {
                let number = traces.len();
                traces.push(rule.condition());
                Tested { info: rule.rule(), fired: rule.fired().unwrap_or_default(), number }
            });
            let rules = rules.collect();
            told.push(Block::new(info, rules));
        }
        (Rules::new(told, self.policy.settings()), traces)
    }

    /// The number of the rule that decided, by the engine's word.
    fn deciding(&self, rules: &Rules<'_>, basis: &str) -> Option<usize> {
        let decided = self.decision.rule().and_then(|rule| self.policy.rule(rule))?;
        let (expected, number) = rules.expected();
        let is_it = |info: sqrt_vm::policy::RuleInfo<'_>| {
            (info.file(), info.line(), info.column()) == (decided.file(), decided.line(), decided.column())
        };
        debug_assert_eq!(expected, basis, "what fired leads to another basis");
        number
            .filter(|&number| rules.rule(number).is_some_and(|rule| is_it(rule.info)))
            .or_else(|| rules.find(is_it))
    }

    fn call(&self, number: u64, known: &Known, session_value: Option<Value<'_>>) -> ShownCall {
        let args = self.line.call.args();
        let most = if self.options.full { usize::MAX } else { MOST_ARGUMENTS };
        let origins = MetadataOrigins::default();
        let shown = args.iter().enumerate().take(most).map(|(place, argument)| ShownArgument {
            name: argument.name().to_owned(),
            value: shown_value(argument.value(), self.options),
            metadata: self.metadata(self.seen.argument(place), &origins),
        });
        ShownCall {
            line: number,
            calls_before: known.calls.saturating_sub(1),
            session: self.line.session.map(str::to_owned),
            tool: self.line.call.tool().to_owned(),
            arguments: shown.collect(),
            arguments_left_out: args.len().saturating_sub(most),
            session_value: session_value.map(|value| shown_value(value, self.options)),
            result: self.line.returned.as_ref().map(|returned| shown_value(returned.value(), self.options)),
        }
    }

    fn mistyped(&self, call: &ShownCall) -> Vec<Mistyped> {
        let arguments = call.arguments.iter();
        let strings = arguments.clone().flat_map(|argument| {
            let ShownMetadata { tags, producers, consumers } = &argument.metadata;
            [tags, producers, consumers].into_iter().flat_map(|set| &set.strings)
        });
        let strings = strings.map(|string| string.string.as_str());
        mistyped(self.policy, &call.tool, arguments.map(|argument| argument.name.as_str()), strings)
    }

    fn metadata(&self, metadata: Option<SeenMetadata<'_>>, origins: &MetadataOrigins) -> ShownMetadata {
        metadata
            .map_or_else(ShownMetadata::default, |metadata| shown_metadata(metadata, origins, self.options))
    }

    /// The updates of a phase, blocks in the order in which they run (S7.1).
    fn updates(
        &self,
        blocks: &[BlockTrace<'t>],
        phase: UpdatePhase,
        conditions: &mut Conditions<'_>,
    ) -> Vec<ShownBlock> {
        // Blocks without a change keep their place by priority, which is the order of updates turned round.
        let mut ordered: Vec<&BlockTrace<'t>> = blocks.iter().collect();
        ordered.sort_by_key(|block| {
            let priority = block.block().and_then(|block| block.priority());
            (priority.is_none(), priority)
        });
        let presets =
            ordered.iter().position(|block| block.block().is_some_and(|block| block.priority().is_none()));
        if let Some(presets) = presets.and_then(|first| ordered.get_mut(first..)) {
            // The preset that is first among them is the highest, and so the last to run.
            presets.reverse();
        }
        let shown = ordered.into_iter().filter_map(|trace| {
            let events = self.events(trace, phase, conditions);
            let block = trace.block().filter(|_| !events.is_empty())?;
            Some(ShownBlock { block: place(block), events })
        });
        shown.collect()
    }

    fn events(
        &self,
        trace: &BlockTrace<'t>,
        phase: UpdatePhase,
        conditions: &mut Conditions<'_>,
    ) -> Vec<Event> {
        let mut events: Vec<((u32, u32), Event)> = Vec::new();
        for (_, condition) in trace.updates().filter(|(of, _)| *of == phase) {
            // A phase that did not run has nothing to tell.
            if condition.outcome().is_some() {
                events.push((
                    condition.start(),
                    Event::When { conditions: conditions.of(condition, Some(phase)) },
                ));
            }
        }
        for change in trace.changes().filter(|change| change.phase() == Some(phase)) {
            let ((line, column), before, after) = (change.start(), change.before(), change.after());
            let update = Update {
                file: change.file().to_owned(),
                line,
                column,
                text: self.statements.at(change.file(), change.start()).map(|written| written.text.clone()),
                target: target(&change),
                before: shown_set(before, self.options),
                after: shown_set(after, self.options),
                unchanged: same(before, after),
                safe_side: change.took_safe_side(),
            };
            events.push((change.start(), Event::Update(update)));
        }
        events.sort_by_key(|(at, _)| *at);
        events.into_iter().map(|(_, event)| event).collect()
    }
}

fn same(before: sqrt_vm::trace::SeenSet<'_>, after: sqrt_vm::trace::SeenSet<'_>) -> bool {
    before.is_complement() == after.is_complement()
        && before.len() == after.len()
        && before.strings().eq(after.strings())
}

fn place(block: sqrt_vm::policy::BlockInfo<'_>) -> Place {
    Place {
        file: block.file().to_owned(),
        line: block.line(),
        column: block.column(),
        tool_id: block.tool_id().to_owned(),
        priority: block.priority(),
        description: block.description().map(str::to_owned),
    }
}

fn shown_rule(
    tested: &Tested<'_>,
    decides: bool,
    because: String,
    conditions: Vec<super::model::ShownCondition>,
) -> ShownRule {
    let info = tested.info;
    ShownRule {
        rule: words(info),
        file: info.file().to_owned(),
        line: info.line(),
        column: info.column(),
        tool_id: info.tool_id().to_owned(),
        priority: info.priority(),
        description: info.description().map(str::to_owned),
        fired: tested.fired,
        decides,
        because,
        conditions,
    }
}
