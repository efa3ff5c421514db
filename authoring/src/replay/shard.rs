//! Deciding the calls of a shard, each under the policies that are compared, in sessions of their own.
//!
//! Invariants: a session has a state for each policy, and neither sees the other's; a line that is not valid changes neither. A
//! call that one policy cannot decide counts as denied by it (S6.11), and as a problem.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use sqrt_vm::json::{AnswerError, BranchLine, CallLine, Line as Read, LineDecider, read_line};
use sqrt_vm::limits::LimitExceeded;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::value::Arena;

use super::changes::{At, ByVerdict, Changed, Changes, Fields, GroupKey, Kind, Shown, Verdict};
use super::pairs::RulePairs;
use super::recorded::{Answer, Pair, RulePlace, place};
use super::report::RuleText;
use super::route;
use super::schedule::{Job, Line};
use super::side::{Side, count, differences, recorded_differences};

/// So many problems and diverged sessions are kept of a shard and told.
pub(super) const TOLD: usize = 10;
/// So many tools of a shard are counted apart.
const TOOLS: usize = 10_000;
/// So many rules that only recorded answers know are told apart.
const RECORDED_RULES: usize = 100_000;

/// What is compared with.
pub(super) enum Old<'p> {
    Nothing,
    Recorded(RecordedRules),
    Policy(&'p Policy, &'p RulePairs),
}

/// The rules that recorded answers name, by number: those of the policy first.
#[derive(Default)]
pub(super) struct RecordedRules {
    pub(super) of_policy: HashMap<RulePlace, u32>,
    pub(super) count: usize,
    pub(super) others: Mutex<(HashMap<RulePlace, u32>, Vec<RuleText>)>,
}

impl RecordedRules {
    fn number(&self, rule: RuleText) -> Option<u32> {
        let place = place(&rule.file, rule.line, rule.column);
        if let Some(number) = self.of_policy.get(&place) {
            return Some(*number);
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let (numbers, texts) = &mut *others;
        if !numbers.contains_key(&place) && texts.len() < RECORDED_RULES {
            numbers.insert(place.clone(), u32::try_from(self.count.saturating_add(texts.len())).ok()?);
            texts.push(rule);
        }
        numbers.get(&place).copied()
    }
}

/// What all threads share.
pub(super) struct Replaying<'p> {
    pub(super) old: Old<'p>,
    pub(super) new: &'p Policy,
    pub(super) examples: usize,
    /// How many sessions there are.
    pub(super) sessions: AtomicUsize,
    /// The limit that ended the replay.
    pub(super) passed: Mutex<Option<LimitExceeded>>,
    /// Whether a policy can change what a session carries; if none does, sessions stay the same on both sides.
    pub(super) changes_sessions: bool,
    pub(super) on_lines: &'p (dyn Fn(u64) + Sync),
}

/// The memory of a thread.
pub(super) struct Bench {
    arena: Arena,
    old: Option<LineDecider>,
    new: LineDecider,
    /// How often what decided.
    pub(super) old_counts: ByVerdict<Verdict, u64>,
    pub(super) new_counts: ByVerdict<Verdict, u64>,
}

/// What belongs to the sessions of a shard.
#[derive(Default)]
pub(super) struct Shard {
    places: HashMap<Box<str>, usize>,
    pairs: Vec<SessionPair>,
    /// The session of calls without a name.
    nameless: Option<SessionPair>,
    pub(super) tally: Tally,
}

/// What is counted of a shard.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) lines: u64,
    pub(super) calls: u64,
    pub(super) branches: u64,
    pub(super) problems: u64,
    pub(super) first_problems: Vec<(At, String, Option<LimitExceeded>)>,
    pub(super) diverged: u64,
    pub(super) first_diverged: Vec<Shown>,
    /// Allowed and denied.
    pub(super) tools: HashMap<Box<str>, [u64; 2]>,
    pub(super) changes: Changes,
}

/// A session under each policy.
struct SessionPair {
    old: Option<Session>,
    new: Session,
    /// Whether their metadata differs now, and whether it ever did.
    differs: bool,
    has_differed: bool,
}

/// Why a line is not answered.
struct Unanswered(String, Option<LimitExceeded>);

impl From<AnswerError> for Unanswered {
    fn from(error: AnswerError) -> Self {
        Unanswered(error.to_string(), error.limit().cloned())
    }
}

impl From<String> for Unanswered {
    fn from(message: String) -> Self {
        Unanswered(message, None)
    }
}

impl Job for Replaying<'_> {
    type Shard = Shard;
    type Bench = Bench;

    fn shard_of(&self, line: &[u8]) -> usize {
        match self.old {
            Old::Recorded(_) => route::call(line).map_or(0, route::shard),
            _ => route::shard(line),
        }
    }

    fn line(&self, bench: &mut Bench, shard: &mut Shard, line: Line<'_>) -> bool {
        let at = At { file: line.file, line: line.number };
        shard.tally.lines = shard.tally.lines.saturating_add(1);
        let answered = match line.bytes {
            Some(bytes) => self.answer(bench, shard, at, bytes),
            None => Err(too_long(self.new.limits().line_bytes())),
        };
        match answered {
            Ok(()) => true,
            Err(problem) => {
                shard.tally.problem(at, problem);
                self.passed.lock().unwrap_or_else(PoisonError::into_inner).is_none()
            }
        }
    }

    fn done(&self, lines: u64) {
        (self.on_lines)(lines);
    }
}

fn too_long(limit: usize) -> Unanswered {
    let limit = LimitExceeded::check("line_bytes", limit.saturating_add(1), limit).err();
    Unanswered("the line is over the limit `line_bytes`".to_owned(), limit)
}

impl Tally {
    fn problem(&mut self, at: At, Unanswered(message, limit): Unanswered) {
        self.problems = self.problems.saturating_add(1);
        if self.first_problems.len() < TOLD {
            self.first_problems.push((at, message, limit));
        }
    }

    fn count_tool(&mut self, tool: &str, verdict: Verdict) {
        let tool =
            if self.tools.contains_key(tool) || self.tools.len() < TOOLS { tool } else { "(other tools)" };
        if !self.tools.contains_key(tool) {
            self.tools.insert(tool.into(), [0; 2]);
        }
        if let Some([allowed, denied]) = self.tools.get_mut(tool) {
            let count = match verdict.outcome {
                sqrt_vm::decision::Outcome::Allow => allowed,
                sqrt_vm::decision::Outcome::Deny => denied,
            };
            *count = count.saturating_add(1);
        }
    }
}

/// A call on its way through the comparison.
struct Asked<'c> {
    at: At,
    tool: Option<&'c str>,
    session: Option<&'c str>,
}

impl Replaying<'_> {
    pub(super) fn bench(&self) -> Bench {
        let old = match self.old {
            Old::Policy(policy, _) => Some(LineDecider::new(policy)),
            _ => None,
        };
        let new = LineDecider::new(self.new);
        Bench {
            arena: Arena::new(),
            old,
            new,
            old_counts: ByVerdict::default(),
            new_counts: ByVerdict::default(),
        }
    }

    /// Decides what a line asks, and compares.
    fn answer(&self, bench: &mut Bench, shard: &mut Shard, at: At, line: &[u8]) -> Result<(), Unanswered> {
        let Bench { arena, old: old_decider, new: new_decider, old_counts, new_counts } = bench;
        arena.reset_for_line();
        let recorded = match &self.old {
            Old::Recorded(_) => Some(pair(line)?),
            _ => None,
        };
        let text = recorded.as_ref().map_or(line, |(pair, _)| pair.call.get().as_bytes());
        let answer = recorded.as_ref().map(|(_, answer)| answer);
        let read = read_line(text, arena, self.new.limits())
            .map_err(|error| Unanswered(error.to_string(), error.limit().cloned()))?;
        match read {
            Read::Branch(question) => self.branch(shard, at, &question, answer),
            Read::Call(call) => {
                let deciders = Deciders { old: old_decider, new: new_decider, old_counts, new_counts };
                self.call(deciders, shard, at, &call, answer)
            }
        }
    }

    fn branch(
        &self,
        shard: &mut Shard,
        at: At,
        question: &BranchLine<'_>,
        recorded: Option<&Answer>,
    ) -> Result<(), Unanswered> {
        self.new
            .check_set_sizes(&question.metadata)
            .map_err(|limit| Unanswered(limit.to_string(), Some(limit)))?;
        let verdict = |outcome| Verdict { outcome, basis: None, rule: None };
        let old = match (&self.old, recorded) {
            (Old::Policy(old, _), _) => Some(old.check_branch(&question.metadata)),
            (_, Some(answer)) => Some(answer.outcome(true)?),
            _ => None,
        };
        let new = verdict(self.new.check_branch(&question.metadata));
        shard.tally.branches = shard.tally.branches.saturating_add(1);
        let asked = Asked { at, tool: None, session: question.session };
        if let Some(old) = old.map(verdict) {
            self.compare_verdicts(&mut shard.tally, &asked, [old, new], false);
        }
        Ok(())
    }

    fn call(
        &self,
        deciders: Deciders<'_>,
        shard: &mut Shard,
        at: At,
        line: &CallLine<'_>,
        recorded: Option<&Answer>,
    ) -> Result<(), Unanswered> {
        let old_said = recorded.map(|answer| self.recorded_verdict(answer)).transpose()?;
        let Shard { places, pairs, nameless, tally } = shard;
        let sessions = match line.session {
            None => nameless.get_or_insert_with(|| {
                self.sessions.fetch_add(1, Ordering::Relaxed);
                self.new_pair()
            }),
            Some(name) => {
                let place = match places.get(name) {
                    Some(place) => *place,
                    None => self.add_session(places, pairs, name)?,
                };
                pairs.get_mut(place).ok_or_else(|| "internal error: a session is lost".to_owned())?
            }
        };
        let mut decide = |decider: &mut LineDecider, policy: &Policy, session: &mut Session| {
            decider.decide(policy, line, session).map_or_else(
                |error| {
                    tally.problem(at, error.into());
                    Verdict::FAILED
                },
                |decision| Verdict::from(&decision),
            )
        };
        let new = decide(deciders.new, self.new, &mut sessions.new);
        let mut old = old_said;
        if let (Old::Policy(policy, _), Some(decider), Some(session)) =
            (&self.old, deciders.old.as_mut(), sessions.old.as_mut())
        {
            // Told once, if neither can decide it.
            old = Some(if new == Verdict::FAILED {
                decider
                    .decide(policy, line, session)
                    .map_or(Verdict::FAILED, |decision| Verdict::from(&decision))
            } else {
                decide(decider, policy, session)
            });
        }
        tally.calls = tally.calls.saturating_add(1);
        count(deciders.new_counts, new);
        let asked = Asked { at, tool: Some(line.call.tool()), session: line.session };
        let Some(old) = old else {
            tally.count_tool(line.call.tool(), new);
            return Ok(());
        };
        count(deciders.old_counts, old);
        self.compare_verdicts(tally, &asked, [old, new], sessions.differs);
        let decided = Decided { asked: &asked, old, new, sessions };
        let new_side = Side { policy: self.new, decider: deciders.new };
        match (&self.old, deciders.old.as_ref(), recorded) {
            (Old::Policy(policy, _), Some(decider), _) => {
                self.compare_metadata(tally, decided, &Side { policy, decider }, &new_side);
            }
            (_, _, Some(answer)) => self.compare_recorded(tally, decided, answer, &new_side),
            _ => {}
        }
        Ok(())
    }

    fn recorded_verdict(&self, answer: &Answer) -> Result<Verdict, String> {
        let outcome = answer.outcome(false)?;
        let rule = match (&self.old, answer.rule()) {
            (Old::Recorded(rules), Some(rule)) => rules.number(rule),
            _ => None,
        };
        Ok(Verdict { outcome, basis: answer.basis()?, rule })
    }

    fn new_pair(&self) -> SessionPair {
        let old = match self.old {
            Old::Policy(policy, _) => Some(Session::new(policy)),
            _ => None,
        };
        SessionPair { old, new: Session::new(self.new), differs: false, has_differed: false }
    }

    /// Adds a session of a new name; its place.
    fn add_session(
        &self,
        places: &mut HashMap<Box<str>, usize>,
        pairs: &mut Vec<SessionPair>,
        name: &str,
    ) -> Result<usize, Unanswered> {
        let limits = self.new.limits();
        LimitExceeded::check("session_name_bytes", name.len(), limits.session_name_bytes())
            .map_err(|limit| Unanswered(limit.to_string(), Some(limit)))?;
        let count = self.sessions.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        // Which session would be one too many depends on luck, so the replay as a whole fails.
        LimitExceeded::check("eval_sessions", count, limits.eval_sessions()).map_err(|limit| {
            let told = Unanswered(limit.to_string(), Some(limit.clone()));
            self.passed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(limit);
            told
        })?;
        let place = pairs.len();
        pairs.push(self.new_pair());
        places.insert(name.into(), place);
        Ok(place)
    }

    /// Whether the same rule decided, or none on both sides.
    fn same_rule(&self, old: Verdict, new: Verdict) -> bool {
        match (&self.old, old.rule, new.rule) {
            (_, None, None) => true,
            // An answer may have been recorded without its rule.
            (Old::Recorded(_), None, Some(_)) => old.basis.is_none(),
            (Old::Policy(_, pairs), Some(old), Some(new)) => pairs.are_one(old, new),
            (_, Some(old), Some(new)) => old == new,
            _ => false,
        }
    }

    fn compare_verdicts(
        &self,
        tally: &mut Tally,
        asked: &Asked<'_>,
        [old, new]: [Verdict; 2],
        after_divergence: bool,
    ) {
        use sqrt_vm::decision::Outcome::{Allow, Deny};
        let kind = match (old.outcome, new.outcome) {
            (Deny, Allow) => Kind::NewlyAllowed,
            (Allow, Deny) => Kind::NewlyDenied,
            _ => {
                let same_basis = old.basis.is_none() || old.basis == new.basis;
                if same_basis && self.same_rule(old, new) {
                    return;
                }
                Kind::OtherRule
            }
        };
        let key = GroupKey { kind, old, new, fields: Fields::default() };
        self.add(tally, asked, key, after_divergence, Vec::new);
    }

    fn add(
        &self,
        tally: &mut Tally,
        asked: &Asked<'_>,
        key: GroupKey,
        after_divergence: bool,
        details: impl FnOnce() -> Vec<String>,
    ) {
        let Asked { at, tool, session } = *asked;
        let change = Changed { key, tool, session, at, after_divergence };
        tally.changes.add(&change, self.examples, details);
    }

    /// Compares the metadata of results and sessions under both policies.
    fn compare_metadata(&self, tally: &mut Tally, decided: Decided<'_, '_>, old: &Side<'_>, new: &Side<'_>) {
        let Decided { asked, old: old_said, new: new_said, sessions } = decided;
        let Some(old_session) = &sessions.old else { return };
        let [old_tags, new_tags] = [old.tags(old_session), new.tags(&sessions.new)];
        let key = |kind, fields| GroupKey { kind, old: old_said, new: new_said, fields };
        if let (Some(before), Some(now)) = (old.result(), new.result()) {
            let fields: Fields = old_tags.different_fields(before, &new_tags, now).collect();
            if !fields.is_empty() {
                let details = || differences(old_tags, before, new_tags, now);
                self.add(tally, asked, key(Kind::ResultMetadata, fields), sessions.differs, details);
            }
        }
        if !self.changes_sessions {
            return;
        }
        let (before, now) = (old_session.metadata(), sessions.new.metadata());
        let fields: Fields = old_tags.different_fields(before, &new_tags, now).collect();
        let differs = !fields.is_empty();
        if differs && !sessions.differs {
            let details = || differences(old_tags, before, new_tags, now);
            if !sessions.has_differed {
                tally.diverge(asked, details());
            }
            self.add(tally, asked, key(Kind::SessionMetadata, fields), sessions.has_differed, details);
        }
        sessions.differs = differs;
        sessions.has_differed |= differs;
    }

    /// The same with what was recorded.
    fn compare_recorded(
        &self,
        tally: &mut Tally,
        decided: Decided<'_, '_>,
        recorded: &Answer,
        new: &Side<'_>,
    ) {
        let Decided { asked, old, new: new_said, sessions } = decided;
        let tags = new.tags(&sessions.new);
        let key = |kind, fields| GroupKey { kind, old, new: new_said, fields };
        if let (Some(before), Some(now)) = (&recorded.result_meta, new.result()) {
            let fields: Fields = before.different_fields(now, &tags).collect();
            if !fields.is_empty() {
                let details = || recorded_differences(before, tags, now);
                self.add(tally, asked, key(Kind::ResultMetadata, fields), sessions.differs, details);
            }
        }
        let Some(before) = &recorded.session_meta else { return };
        let now = sessions.new.metadata();
        let fields: Fields = before.different_fields(now, &tags).collect();
        let differs = !fields.is_empty();
        if differs && !sessions.differs {
            let details = || recorded_differences(before, tags, now);
            if !sessions.has_differed {
                tally.diverge(asked, details());
            }
            self.add(tally, asked, key(Kind::SessionMetadata, fields), sessions.has_differed, details);
        }
        sessions.differs = differs;
        sessions.has_differed |= differs;
    }
}

impl Tally {
    /// Notes that a session has become different.
    fn diverge(&mut self, asked: &Asked<'_>, details: Vec<String>) {
        self.diverged = self.diverged.saturating_add(1);
        if self.first_diverged.len() < TOLD {
            let session = asked.session.map(Box::from);
            self.first_diverged.push(Shown { at: asked.at, session, details });
        }
    }
}

/// What decides and counts.
struct Deciders<'b> {
    old: &'b mut Option<LineDecider>,
    new: &'b mut LineDecider,
    old_counts: &'b mut ByVerdict<Verdict, u64>,
    new_counts: &'b mut ByVerdict<Verdict, u64>,
}

/// A call that was decided.
struct Decided<'a, 'c> {
    asked: &'a Asked<'c>,
    old: Verdict,
    new: Verdict,
    sessions: &'a mut SessionPair,
}

/// A line with a call and its recorded answer.
fn pair(line: &[u8]) -> Result<(Pair<'_>, Answer), Unanswered> {
    let what = |place: usize| {
        format!("the line is not `{{\"call\": …, \"answer\": …}}` with a recorded answer (column {place})")
    };
    let pair: Pair<'_> = serde_json::from_slice(line).map_err(|error| what(error.column()))?;
    let answer = Answer::read(pair.answer.get())?;
    Ok((pair, answer))
}
