//! Which tools the blocks of a policy are about, which blocks are about none, and which tools have no block.

use super::{Fit, Problem, Scope};
use crate::nearest::nearest;
use sqrt_compiler::ir::{Block, BlockId, PatternId, Policy, ToolMatcher};
use std::collections::HashSet;

/// So many names are compared with patterns.
const MOST_MATCHES: usize = 20_000_000;

/// The blocks of the files, each with its tools. Presets are not looked at: they are about tools of others, too.
pub(super) fn scopes<'p>(fit: &mut Fit<'p>) -> Vec<Scope<'p>> {
    let policy = fit.policy;
    let mut left = MOST_MATCHES;
    let presets: HashSet<_> = policy.files.iter().filter(|f| f.preset.is_some()).map(|f| f.id).collect();
    let blocks = policy.blocks.iter().enumerate();
    let own = blocks.filter(|(_, block)| !presets.contains(&block.position.origin.file));
    own.map(|(at, block)| Scope {
        id: BlockId(u32::try_from(at).unwrap_or(u32::MAX)),
        block,
        tools: match &block.tool {
            ToolMatcher::Exact(name) => Some(fit.tools.by_name.get(name).copied().into_iter().collect()),
            ToolMatcher::Pattern(id) => {
                left = left.saturating_sub(fit.tools.tools().len());
                if left > 0 { matched(fit, policy, *id) } else { None }
            }
        },
    })
    .collect()
}

/// The tools that a pattern matches; none if that cannot be told.
fn matched(fit: &mut Fit<'_>, policy: &Policy, id: PatternId) -> Option<Vec<usize>> {
    let pattern = policy.patterns.get(id.index())?;
    let language = fit.membership.languages.of_policy(pattern.syntax, &pattern.text)?;
    let tools = fit.tools.tools().iter().enumerate();
    Some(tools.filter(|(_, tool)| language.accepts(&tool.name)).map(|(at, _)| at).collect())
}

/// Blocks about no tool, and tools without a block.
pub(super) fn problems(fit: &Fit<'_>, scopes: &[Scope<'_>]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for scope in scopes.iter().filter(|scope| scope.tools.as_ref().is_some_and(Vec::is_empty)) {
        let nearest = match &scope.block.tool {
            ToolMatcher::Exact(name) => {
                let names = fit.tools.tools().iter().map(|tool| tool.name.as_str());
                nearest(name, names).map(str::to_owned)
            }
            // Where there are no tools at all, a block about every tool is about those to come.
            ToolMatcher::Pattern(_) if fit.tools.tools().is_empty() => continue,
            ToolMatcher::Pattern(_) => None,
        };
        problems.push(Problem::UnknownTool { block: scope.id, nearest });
    }
    let uncovered = uncovered(fit, scopes);
    if !uncovered.is_empty() {
        problems.push(Problem::Uncovered { tools: uncovered });
    }
    problems
}

/// The tools that no block names and no block with rules is about. Updates of many tools at once, such as a tag on all results,
/// say nothing of whether a tool may be called.
fn uncovered(fit: &Fit<'_>, scopes: &[Scope<'_>]) -> Vec<String> {
    let speaks = |block: &Block| matches!(block.tool, ToolMatcher::Exact(_)) || !block.rules.is_empty();
    let speaking: Vec<&Scope<'_>> = scopes.iter().filter(|scope| speaks(scope.block)).collect();
    if speaking.iter().any(|scope| scope.tools.is_none()) {
        return Vec::new();
    }
    let covered: HashSet<usize> = speaking.iter().flat_map(|s| s.tools.iter().flatten().copied()).collect();
    let tools = fit.tools.tools().iter().enumerate().filter(|(at, _)| !covered.contains(at));
    tools.map(|(_, tool)| tool.name.clone()).collect()
}
