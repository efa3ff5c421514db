//! What a policy has to say about a tool, for people: its blocks and their rules.

use super::{Policy, RuleInfo};
use crate::decision::RuleRef;
use crate::handle::ToolRef;
use crate::scratch::Scratch;

impl Policy {
    /// The rules of a block, in source order; none of a block that is not there.
    pub fn rules_of(&self, block: u32) -> impl Iterator<Item = RuleInfo<'_>> {
        let record = self.program().blocks.get(block as usize);
        let rules = record.map_or(0..0, |record| record.rules.indices());
        rules.filter_map(move |rule| self.rule(RuleRef { block, rule }))
    }

    /// The numbers of the blocks that are about a tool, in source order; nothing if finding them costs more than a call may.
    pub fn blocks_of(&self, tool: &str) -> Option<Vec<u32>> {
        let mut scratch = Scratch::new(self);
        scratch.memory.begin_call(self.limits().work);
        self.match_blocks(ToolRef::Name(tool), None, &mut scratch).ok()?;
        scratch.memory.work().check().ok()?;
        let mut blocks = scratch.blocks;
        blocks.sort_unstable();
        Some(blocks)
    }
}
