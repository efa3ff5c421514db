//! S6.2 to S6.9, rule by rule.
//!
//! A policy is written as text: blocks separated by `|`, each a priority and its rules; `D` must deny, `A` must allow, `d`
//! should deny, `a` should allow; a rule followed by `!` fires. Rules are numbered from 0.

use super::{DefaultOutcome, RuleOrder, Verdict, decide};
use crate::bytecode::program::{PriorityRecord, Program};
use crate::testing::{Assembler, Block};

const SOFT_ALLOW: DefaultOutcome = DefaultOutcome { allow: true, hard: false };
const SOFT_DENY: DefaultOutcome = DefaultOutcome { allow: false, hard: false };
const HARD_ALLOW: DefaultOutcome = DefaultOutcome { allow: true, hard: true };
const HARD_DENY: DefaultOutcome = DefaultOutcome { allow: false, hard: true };

/// The program, and for each rule whether it fires.
fn parse(text: &str) -> (Program, Vec<bool>) {
    let mut asm = Assembler::new();
    let mut firing = Vec::new();
    for part in text.split('|') {
        let mut words = part.split_whitespace();
        let priority = words.next().expect("a priority");
        let mut rules = Vec::new();
        for word in words {
            let kind = word.trim_end_matches('!');
            let (must, deny) = match kind {
                "D" => (true, true),
                "A" => (true, false),
                "d" => (false, true),
                "a" => (false, false),
                other => panic!("no rule is written `{other}`"),
            };
            firing.push(word != kind);
            rules.push(asm.rule(must, deny, None));
        }
        let mut block: Block = asm.exact("t").rules(rules);
        block.priority = match priority.strip_prefix('p') {
            Some(rank) => PriorityRecord::Preset(rank.parse().unwrap()),
            None => PriorityRecord::Number(priority.parse().unwrap()),
        };
        asm.block(block);
    }
    (asm.program, firing)
}

/// The verdict as text, and the rules that were asked about.
fn verdict_and_questions(text: &str, default: DefaultOutcome) -> (String, Vec<u32>) {
    let (program, firing) = parse(text);
    let policy = crate::testing::policy(program.clone(), crate::bytecode::Settings::default());
    let known = policy.known_blocks("t").expect("it is the only tool");
    assert_eq!(known.ascending, policy.program().dispatch.order);
    let blocks = known.descending;
    let mut asked = Vec::new();
    let order = policy.rule_order();
    let mut first_firing = |block: &u32, kind| {
        let turns = order.turns(*block, kind);
        let fires = |rule: u32| {
            asked.push(rule);
            firing[rule as usize]
        };
        let first = order.rules(turns.clone()).iter().copied().position(fires);
        Ok::<_, ()>(first.map(|place| turns.start + place as u32))
    };
    let verdict = decide(&program, order, blocks, default, &mut first_firing).unwrap();
    let Verdict { outcome, basis, rule } = verdict;
    let rule = rule.map_or(String::new(), |rule| format!(" {}", rule.rule));
    (format!("{} {}{rule}", outcome.name(), basis.name()), asked)
}

#[track_caller]
fn decides(text: &str, expected: &str) {
    decides_with(SOFT_ALLOW, text, expected);
}

#[track_caller]
fn decides_with(default: DefaultOutcome, text: &str, expected: &str) {
    assert_eq!(verdict_and_questions(text, default).0, expected, "{text}");
}

#[test]
fn s6_2_must_deny_comes_first() {
    decides("0 A! D!", "deny must_deny 1");
    decides("0 A | 9 D!", "deny must_deny 1");
    decides("0 D | 0 a!", "allow should_allow 1");
}

#[test]
fn s6_3_a_requirement_is_met_or_denies() {
    decides("0 A", "deny must_allow_unmet 0");
    decides("0 A A!", "allow must_allow 1");
    // Another block's allow does not meet it, nor does a softer way elsewhere lift it.
    decides("0 A | 9 A!", "deny must_allow_unmet 0");
    decides("0 A | 0 a!", "deny must_allow_unmet 0");
    // A softer way in the block lifts it.
    decides("0 A a!", "allow should_allow 1");
    decides("0 A a d!", "deny should_deny 2");
    decides_with(HARD_ALLOW, "0 A", "deny must_allow_unmet 0");
}

#[test]
fn s6_4_must_allow_beats_everything_softer() {
    decides("0 A! d!", "allow must_allow 0");
    decides("9 d! | 0 A!", "allow must_allow 1");
    decides_with(HARD_DENY, "0 A!", "allow must_allow 0");
}

#[test]
fn s6_5_a_hard_default_comes_before_soft_rules() {
    decides_with(HARD_DENY, "0 a!", "deny default");
    decides_with(HARD_ALLOW, "0 d!", "allow default");
    decides_with(HARD_ALLOW, "0 a", "allow default");
}

#[test]
fn s6_6_soft_rules_by_priority() {
    decides("0 d! | 1 a!", "allow should_allow 1");
    decides("1 d | 0 a!", "allow should_allow 1");
    // Within a block the first that fires speaks.
    decides("0 a! d!", "allow should_allow 0");
    decides("0 a d! a!", "deny should_deny 1");
    // Among blocks of one priority a deny beats an allow.
    decides("3 a! | 3 d!", "deny should_deny 1");
    decides("3 a! d! | 3 a!", "allow should_allow 0");
    decides("-1 d! | -2 a!", "deny should_deny 0");
    decides("-9223372036854775808 a! | 9223372036854775807 d!", "deny should_deny 1");
}

#[test]
fn s6_7_an_allow_list_denies_what_is_not_on_it() {
    decides("0 a", "deny allow_list");
    decides("0 A a", "deny allow_list");
    decides("0 a | 0 d", "deny allow_list");
}

#[test]
fn s6_8_the_default() {
    decides("0 D d", "allow default");
    decides("0", "allow default");
    decides_with(SOFT_DENY, "0 D d", "deny default");
}

#[test]
fn s6_9_the_deciding_rule() {
    decides("0 D! | 5 D!", "deny must_deny 1");
    decides("5 D! | 5 D!", "deny must_deny 0");
    decides("0 A! | 5 A!", "allow must_allow 1");
    decides("0 A A | 5 A A", "deny must_allow_unmet 2");
    decides("2 d! | 2 a! | 2 d!", "deny should_deny 0");
    decides("2 a! | 2 a!", "allow should_allow 0");
}

#[test]
fn s8_presets_are_above_every_number() {
    decides("9223372036854775807 a! | p1 d!", "deny should_deny 1");
    decides("p1 a! | p0 d!", "deny should_deny 1");
    decides("0 D! | p0 D!", "deny must_deny 1");
}

#[test]
fn s6_9_nothing_is_asked_once_the_outcome_is_known() {
    assert_eq!(verdict_and_questions("0 D! D! A! | 0 D!", SOFT_ALLOW).1, [0]);
    assert_eq!(verdict_and_questions("1 d! d! | 0 a!", SOFT_ALLOW).1, [0]);
    assert_eq!(verdict_and_questions("1 a! d | 1 a! | 0 d!", SOFT_ALLOW).1, [0, 2]);
    assert!(verdict_and_questions("1 a! d", HARD_ALLOW).1.is_empty());
}

#[test]
fn s6_12_a_further_deny_rule_never_allows() {
    let kinds = ["D", "D!", "A", "A!", "d", "d!", "a", "a!"];
    for first in kinds {
        for second in kinds {
            for (third, added) in [("d!", "D!"), ("", "D"), ("a!", "d!"), ("A!", "d")] {
                for place in ["0 {} {} | 1 {} +", "0 + {} {} | 1 {}", "0 {} + | 1 {} {}", "0 {} {} {} | 1 +"]
                {
                    let fill = |added: &str| {
                        [first, second, third]
                            .into_iter()
                            .fold(place.to_owned(), |text, rule| text.replacen("{}", rule, 1))
                            .replace('+', added)
                    };
                    let denied = |text: &str| verdict_and_questions(text, SOFT_ALLOW).0.starts_with("deny");
                    assert!(
                        !denied(&fill("")) || denied(&fill(added)),
                        "{} against {}",
                        fill(""),
                        fill(added)
                    );
                }
            }
        }
    }
}

#[test]
fn a_failing_question_fails_the_decision() {
    let (program, _) = parse("0 D");
    let order = RuleOrder::of(&program);
    let decided = decide(&program, &order, &[0_u32], SOFT_ALLOW, &mut |_, _| Err("broken"));
    assert_eq!(decided, Err("broken"));
}
