//! Tool blocks and shorthands: ids, priorities, rules and statements (S6.10, S7.4, S9).

use super::decode::number;
use super::lowering::{Lowering, Scope};
use super::source::Source;
use super::updates::History;
use crate::diagnostics::blocks as messages;
use crate::ir::{Block, Outcome, Place, Priority, Rule, RuleId, Stance, Statement, Timing, ToolMatcher};
use crate::syntax::ast::{
    self, DeclarationKind, Member, MemberKind, Numeral, Shorthand, ShorthandTarget, Tool, ToolId,
};
use crate::syntax::token::TokenRange;

impl<'a> Lowering<'_, 'a> {
    /// All blocks of a file, in source order.
    pub(super) fn blocks(&mut self, source: &'a Source<'a>) {
        for declaration in source.file.declarations {
            let (id, range, description) = match declaration.kind {
                DeclarationKind::Tool(tool) => (tool.id, declaration.range, declaration.description),
                DeclarationKind::Shorthand(shorthand) => {
                    (shorthand.id, declaration.range, declaration.description)
                }
                DeclarationKind::Let(_) | DeclarationKind::Error => continue,
            };
            let mut block = self.block_head(source, id, range, description);
            match &declaration.kind {
                DeclarationKind::Tool(tool) => self.tool(source, tool, &mut block),
                DeclarationKind::Shorthand(shorthand) => self.shorthand(source, shorthand, &mut block),
                DeclarationKind::Let(_) | DeclarationKind::Error => {}
            }
            self.tables.policy.blocks.push(block);
        }
    }

    fn block_head(
        &mut self,
        source: &'a Source<'a>,
        id: ToolId<'a>,
        range: TokenRange,
        description: Option<&'a str>,
    ) -> Block {
        let (tool, tool_text) = self.tool_id(source, id);
        Block {
            tool,
            tool_text,
            priority: source.preset.map_or(Priority::Number(0), Priority::Preset),
            position: source.position(range),
            description: description.map(str::to_owned),
            shorthand: false,
            rules: Vec::new(),
            before: Vec::new(),
            result: Vec::new(),
            after: Vec::new(),
        }
    }

    /// Which tools a block is about, and how answers show that.
    fn tool_id(&mut self, source: &Source<'a>, id: ToolId<'a>) -> (ToolMatcher, String) {
        let written = source.text(id.literal.range).to_owned();
        if !id.is_regex {
            let name = self.string(source, id.literal);
            // What is no string was told by the parser.
            if name.contains('*') && written.starts_with('"') {
                self.sink.report(messages::star_in_tool_name(source.origin(id.literal.range), &written));
            }
            return (ToolMatcher::Exact(name.clone()), name);
        }
        match self.regex(source, id.literal) {
            Some(pattern) => (ToolMatcher::Pattern(pattern), written),
            None => (ToolMatcher::Exact(written.clone()), written),
        }
    }

    fn tool(&mut self, source: &'a Source<'a>, tool: &Tool<'a>, block: &mut Block) {
        let mut first_priority = None;
        let mut histories = Histories::default();
        for member in tool.members {
            match member.kind {
                MemberKind::Priority(numeral) => {
                    let at = source.origin(member.range);
                    match first_priority {
                        Some(first) => self.sink.report(messages::duplicate_priority(at, first)),
                        None => first_priority = Some(at),
                    }
                    self.priority(source, numeral, block);
                }
                MemberKind::Rule(rule) => {
                    let rule = self.rule(source, member, rule);
                    block.rules.push(rule);
                }
                MemberKind::Result(statements) => {
                    let scope = update_scope(source, Place::Result);
                    self.statements(scope, statements, &mut histories.result, &mut block.result);
                }
                MemberKind::Session(timing, statements) => {
                    let scope = update_scope(source, Place::Session);
                    let (history, out) = match timing {
                        Timing::Before => (&mut histories.before, &mut block.before),
                        Timing::After => (&mut histories.after, &mut block.after),
                    };
                    self.statements(scope, statements, history, out);
                }
                MemberKind::Error => {}
            }
        }
    }

    fn priority(&mut self, source: &Source<'a>, numeral: Numeral<'a>, block: &mut Block) {
        match number::priority(numeral.text) {
            // A preset stands above every number, whatever its text says (S8).
            Some(priority) if source.preset.is_none() => block.priority = Priority::Number(priority),
            Some(_) => {}
            None => {
                self.sink.report(messages::priority_too_large(source.origin(numeral.range), numeral.text))
            }
        }
    }

    fn rule(&mut self, source: &'a Source<'a>, member: &Member<'a>, rule: ast::Rule<'a>) -> Rule {
        let stance = match rule.outcome {
            Outcome::Allow => Stance::Allow,
            Outcome::Deny => Stance::Deny,
        };
        let scope = Scope { source, place: Place::Result, stance };
        let condition = rule.condition.map(|condition| self.condition(scope, condition, false));
        let id = RuleId(self.rules);
        self.rules = self.rules.saturating_add(1);
        Rule {
            id,
            enforcement: rule.enforcement,
            outcome: rule.outcome,
            condition,
            position: source.position(member.range),
            description: member.description.map(str::to_owned),
        }
    }

    /// A block with one update (S7.4).
    fn shorthand(&mut self, source: &'a Source<'a>, shorthand: &'a Shorthand<'a>, block: &mut Block) {
        block.shorthand = true;
        if let Some(numeral) = shorthand.priority {
            self.priority(source, numeral, block);
        }
        let (place, out) = match shorthand.target {
            ShorthandTarget::Result => (Place::Result, &mut block.result),
            ShorthandTarget::SessionBefore => (Place::Session, &mut block.before),
            ShorthandTarget::SessionAfter => (Place::Session, &mut block.after),
        };
        let scope = update_scope(source, place);
        let mut history = History::default();
        match shorthand.condition {
            None => out.extend(self.update(scope, &shorthand.update, &mut history).map(Statement::Update)),
            Some(condition) => {
                let updates = std::slice::from_ref(&shorthand.update);
                out.push(Statement::When(self.when(scope, condition, updates, &mut history)));
            }
        }
    }
}

#[derive(Default)]
struct Histories {
    before: History,
    result: History,
    after: History,
}

/// The scope of update blocks. Their sets have no stance; that of a `when` comes from what it guards (S4.4).
fn update_scope<'a>(source: &'a Source<'a>, place: Place) -> Scope<'a> {
    Scope { source, place, stance: Stance::Allow }
}
