//! A graph as a tree of text, from the result to the leaves.

use super::{Graph, Kind};
use std::collections::HashSet;

/// No longer than this many lines.
const MOST: usize = 200;

pub(super) fn tree(graph: &Graph) -> String {
    let mut lines = vec![graph.nodes[0].lines().join(" ")];
    let mut seen = HashSet::new();
    // Each with what stands in front of it; a stack, because networks are deep.
    let mut waiting: Vec<(usize, String, bool)> = Vec::new();
    let inputs = |node: usize, front: &str, waiting: &mut Vec<(usize, String, bool)>| {
        let inputs: Vec<usize> = graph
            .inputs(node)
            .filter(|input| graph.nodes[*input].kind != Kind::Leaf)
            .collect();
        let last = inputs.last().copied();
        let count = inputs.len();
        let entries = inputs.into_iter().enumerate();
        waiting.extend(entries.rev().map(|(at, input)| {
            (
                input,
                front.to_owned(),
                at + 1 == count && last == Some(input),
            )
        }));
    };
    inputs(0, "", &mut waiting);
    if waiting.is_empty() {
        lines.push("└─ (nothing was recorded)".into());
    }
    let mut left_out = 0;
    while let Some((node, front, is_last)) = waiting.pop() {
        if lines.len() >= MOST {
            left_out += 1;
            continue;
        }
        let branch = if is_last { "└─ " } else { "├─ " };
        let mut line = format!("{front}{branch}{}", graph.nodes[node].name);
        let leaf = graph
            .inputs(node)
            .find(|input| graph.nodes[*input].kind == Kind::Leaf);
        if let Some(leaf) = leaf {
            line += &format!(": {}", graph.nodes[leaf].lines().join(" "));
        } else if !seen.insert(node) {
            line += " (above)";
        } else {
            let front = format!("{front}{}", if is_last { "   " } else { "│  " });
            inputs(node, &front, &mut waiting);
        }
        lines.push(line);
    }
    if left_out > 0 {
        lines.push(format!("… {} nodes in all", graph.nodes.len()));
    }
    lines.join("\n")
}
