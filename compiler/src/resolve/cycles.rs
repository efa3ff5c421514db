//! Strongly connected components of the graph of lets, without recursion (a chain of lets can be very long).

/// The state of a node in Tarjan's algorithm.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// When it was reached; `None` if it was not.
    index: Option<u32>,
    low: u32,
    on_stack: bool,
}

/// A component: its nodes, and whether they form a cycle (a single node does if it has an edge to itself).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) nodes: Vec<u32>,
    pub(super) is_cycle: bool,
}

/// The components in an order in which what a node has an edge to comes before it, cycles apart.
pub(super) fn components(edges: &[Vec<u32>]) -> Vec<Component> {
    let node = Node { index: None, low: 0, on_stack: false };
    let mut search =
        Search { edges, nodes: vec![node; edges.len()], stack: Vec::new(), next: 0, found: Vec::new() };
    for start in (0u32..).take(edges.len()) {
        if search.node(start).index.is_none() {
            search.run(start);
        }
    }
    search.found
}

struct Search<'e> {
    edges: &'e [Vec<u32>],
    nodes: Vec<Node>,
    /// Nodes whose component is not known yet.
    stack: Vec<u32>,
    next: u32,
    found: Vec<Component>,
}

impl Search<'_> {
    fn run(&mut self, start: u32) {
        // The path from `start`, each with the number of its edges that were followed.
        let mut path: Vec<(u32, usize)> = vec![(start, 0)];
        self.enter(start);
        while let Some(last) = path.last_mut() {
            let (current, followed) = *last;
            last.1 = followed.saturating_add(1);
            if let Some(target) = self.target(current, followed) {
                let state = self.node(target);
                match state.index {
                    None => {
                        self.enter(target);
                        path.push((target, 0));
                    }
                    Some(index) if state.on_stack => self.lower(current, index),
                    Some(_) => {}
                }
            } else {
                path.pop();
                let state = self.node(current);
                if let Some(&(parent, _)) = path.last() {
                    self.lower(parent, state.low);
                }
                if state.index == Some(state.low) {
                    self.take_component(current);
                }
            }
        }
    }

    fn node(&self, id: u32) -> Node {
        let unknown = Node { index: Some(0), low: 0, on_stack: false };
        self.nodes.get(id as usize).copied().unwrap_or(unknown)
    }

    fn target(&self, id: u32, edge: usize) -> Option<u32> {
        self.edges.get(id as usize)?.get(edge).copied()
    }

    fn enter(&mut self, id: u32) {
        if let Some(node) = self.nodes.get_mut(id as usize) {
            *node = Node { index: Some(self.next), low: self.next, on_stack: true };
        }
        self.next = self.next.saturating_add(1);
        self.stack.push(id);
    }

    fn lower(&mut self, id: u32, low: u32) {
        if let Some(node) = self.nodes.get_mut(id as usize) {
            node.low = node.low.min(low);
        }
    }

    fn take_component(&mut self, root: u32) {
        let mut nodes = Vec::new();
        while let Some(id) = self.stack.pop() {
            if let Some(node) = self.nodes.get_mut(id as usize) {
                node.on_stack = false;
            }
            nodes.push(id);
            if id == root {
                break;
            }
        }
        let to_itself = self.edges.get(root as usize).is_some_and(|targets| targets.contains(&root));
        let is_cycle = nodes.len() > 1 || to_itself;
        self.found.push(Component { nodes, is_cycle });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(edges: &[&[u32]]) -> Vec<(Vec<u32>, bool)> {
        let edges: Vec<Vec<u32>> = edges.iter().map(|targets| targets.to_vec()).collect();
        let sorted = |mut nodes: Vec<u32>| {
            nodes.sort_unstable();
            nodes
        };
        components(&edges).into_iter().map(|c| (sorted(c.nodes), c.is_cycle)).collect()
    }

    #[test]
    fn what_is_mentioned_comes_first() {
        assert_eq!(found(&[&[1, 2], &[2], &[]]), [(vec![2], false), (vec![1], false), (vec![0], false)]);
    }

    #[test]
    fn cycles_of_one_and_of_many() {
        assert_eq!(found(&[&[0]]), [(vec![0], true)]);
        assert_eq!(found(&[&[1], &[2, 3], &[0], &[]]), [(vec![3], false), (vec![0, 1, 2], true)]);
        // Two rounds through one node are one component.
        assert_eq!(found(&[&[1, 2], &[0], &[0]]), [(vec![0, 1, 2], true)]);
    }

    #[test]
    fn a_long_chain_takes_no_native_stack() {
        let edges: Vec<Vec<u32>> =
            (1..=200_000).map(|n| if n < 200_000 { vec![n] } else { vec![] }).collect();
        let components = components(&edges);
        assert_eq!(components.len(), 200_000);
        assert_eq!(components[0].nodes, [199_999]);
    }
}
