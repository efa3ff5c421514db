//! Which blocks are about a tool: exact names by hash, patterns one by one.

use std::collections::HashMap;
use std::sync::Arc;

use crate::bytecode::program::{Program, ToolRecord};
use crate::matcher::{Matcher, MatcherCache};

/// The tool ids of all blocks.
#[derive(Debug, Default)]
pub(crate) struct Tools {
    exact: HashMap<Box<str>, Vec<u32>>,
    patterns: Vec<(Arc<Matcher>, u32)>,
}

impl Tools {
    pub(crate) fn new(program: &Program, matchers: &[Arc<Matcher>]) -> Self {
        let mut tools = Tools::default();
        for (index, block) in (0..).zip(&program.blocks) {
            match block.tool {
                ToolRecord::Exact(id) => {
                    let name = program.string(id).unwrap_or_default();
                    tools.exact.entry(name.into()).or_default().push(index);
                }
                ToolRecord::Pattern(id) => {
                    let matcher = matchers.get(id.0 as usize).cloned();
                    tools.patterns.extend(matcher.map(|matcher| (matcher, index)));
                }
            }
        }
        tools
    }

    /// Appends the blocks whose id is `tool` or matches the whole of it.
    pub(crate) fn find(&self, tool: &str, cache: &mut MatcherCache, blocks: &mut Vec<u32>) {
        blocks.extend(self.exact.get(tool).into_iter().flatten());
        let matching = self.patterns.iter().filter(|(matcher, _)| matcher.is_match(tool, cache));
        blocks.extend(matching.map(|&(_, block)| block));
    }
}
