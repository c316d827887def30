//! The graph that autograd has recorded, drawn: `make_dot(&loss)`.
//!
//! It is the live one: what [`Tensor::backward`](crate::Tensor::backward) would walk. Data flows from the leaves at the
//! top to the result at the bottom, gradients the other way.
//!
//! ```
//! use wick::prelude::*;
//!
//! let a = tensor!([[1., 2.]]).requires_grad_(true);
//! let x = tensor!([[3.], [4.]]).requires_grad_(true);
//! let y = a.matmul(&x).sum();
//! let graph = make_dot(&y).names([("A", &a), ("x", &x)]);
//! let tree = [
//!     "()",
//!     "└─ SumBackward0",
//!     "   └─ MmBackward0",
//!     "      ├─ AccumulateGrad: A (1, 2)",
//!     "      └─ AccumulateGrad: x (2, 1)",
//! ];
//! assert_eq!(graph.to_string(), tree.join("\n"));
//! ```

mod layout;
mod svg;
mod tree;

use crate::Tensor;
use crate::autograd::node::Node;
use crate::error::OrPanic;
use crate::plot::{Theme, escaped};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use wick_runtime::display::DisplayHandle;
use wick_runtime::{Forms, MimeBundle, Rich};

/// What led to a tensor. Shown as the last line of a cell: a picture, or a tree of text.
///
/// ```
/// use wick::graph::Graph;
/// use wick::prelude::*;
/// let x = tensor!([1., 2.]).requires_grad_(true);
/// let graph: Graph = make_dot(&x.exp().sum()).names([("x", &x)]).theme(Theme::Dark);
/// assert!(graph.to_string().ends_with("AccumulateGrad: x (2,)"));
/// assert!(graph.svg().starts_with("<svg"));
/// assert!(graph.dot().contains("ExpBackward0"));
/// graph.show();
/// ```
#[derive(Clone)]
pub struct Graph {
    nodes: Vec<Vertex>,
    /// From what comes earlier to what is made of it.
    edges: Vec<(usize, usize)>,
    theme: Option<Theme>,
}

#[derive(Clone, Debug)]
struct Vertex {
    kind: Kind,
    /// `MmBackward0`, or the name of a tensor.
    name: String,
    /// `(2, 3)`, of tensors.
    shape: String,
    /// Which tensor it is.
    tensor: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Function,
    Leaf,
    Output,
}

/// The graph behind `output` (torchviz's `make_dot`).
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([1., 2.]).requires_grad_(true);
/// let tree = ["()", "└─ SumBackward0", "   └─ ExpBackward0", "      └─ AccumulateGrad: (2,)"];
/// assert_eq!(make_dot(&x.exp().sum()).to_string(), tree.join("\n"));
/// ```
#[track_caller]
pub fn make_dot(output: &Tensor) -> Graph {
    Graph::of(output)
}

impl Graph {
    #[track_caller]
    fn of(output: &Tensor) -> Self {
        let mut graph = Self {
            nodes: vec![Vertex {
                kind: Kind::Output,
                name: String::new(),
                shape: tuple(&output.shape()),
                tensor: Some(output.id()),
            }],
            edges: Vec::new(),
            theme: None,
        };
        let Some(root) = output.grad_fn_target().or_panic() else {
            return graph;
        };
        let mut known: HashMap<*const Node, usize> = HashMap::new();
        let mut waiting = vec![(root.node, 0)];
        while let Some((node, user)) = waiting.pop() {
            if let Some(&at) = known.get(&Arc::as_ptr(&node)) {
                graph.edges.push((at, user));
                continue;
            }
            let at = graph.add(Kind::Function, node.name(), String::new(), None);
            known.insert(Arc::as_ptr(&node), at);
            graph.edges.push((at, user));
            if let Some(leaf) = node.leaf() {
                let leaf = graph.add(Kind::Leaf, "", tuple(&leaf.shape()), Some(leaf.id()));
                graph.edges.push((leaf, at));
            }
            // The last is taken first.
            let inputs = node.edges().iter().rev().flatten();
            waiting.extend(inputs.map(|input| (input.node.clone(), at)));
        }
        graph
    }

    fn add(&mut self, kind: Kind, name: &str, shape: String, tensor: Option<u64>) -> usize {
        self.nodes.push(Vertex {
            kind,
            name: name.to_owned(),
            shape,
            tensor,
        });
        self.nodes.len() - 1
    }

    /// Names tensors: `names([("x", &x)])`, or `names(net.named_parameters())`.
    pub fn names<S: AsRef<str>, T: Borrow<Tensor>>(
        mut self,
        names: impl IntoIterator<Item = (S, T)>,
    ) -> Self {
        for (name, tensor) in names {
            let id = Some(tensor.borrow().id());
            for node in self.nodes.iter_mut().filter(|node| node.tensor == id) {
                node.name = name.as_ref().to_owned();
            }
        }
        self
    }

    /// Colours of the arrows and of the ground.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = Some(theme);
        self
    }

    /// The picture.
    pub fn svg(&self) -> String {
        svg::svg(self)
    }

    /// The graph in the language of Graphviz.
    pub fn dot(&self) -> String {
        let mut dot =
            String::from("digraph {\n  node [shape=box, style=filled, fontname=monospace]\n");
        for (at, node) in self.nodes.iter().enumerate() {
            let color = match node.kind {
                Kind::Function => "lightgrey",
                Kind::Leaf => "lightblue",
                Kind::Output => "darkolivegreen1",
            };
            let label = node.lines().join("\\n").replace('"', "\\\"");
            dot += &format!("  n{at} [label=\"{label}\", fillcolor={color}]\n");
        }
        for (from, to) in &self.edges {
            dot += &format!("  n{from} -> n{to}\n");
        }
        dot + "}\n"
    }

    /// Shows it here, in the middle of a cell.
    pub fn show(&self) -> DisplayHandle {
        wick_runtime::display::display(self)
    }

    /// What comes right before a node.
    fn inputs(&self, node: usize) -> impl Iterator<Item = usize> {
        self.edges
            .iter()
            .filter(move |edge| edge.1 == node)
            .map(|edge| edge.0)
    }
}

impl Vertex {
    /// The lines that stand in its box.
    fn lines(&self) -> Vec<String> {
        let lines = [&self.name, &self.shape];
        lines
            .into_iter()
            .filter(|line| !line.is_empty())
            .cloned()
            .collect()
    }
}

/// As Python writes a tuple: `(2, 3)`, `(2,)`, `()`.
pub(crate) fn tuple(dims: &[usize]) -> String {
    match dims {
        [one] => format!("({one},)"),
        many => {
            let words: Vec<String> = many.iter().map(ToString::to_string).collect();
            format!("({})", words.join(", "))
        }
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&tree::tree(self))
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// More nodes than this are no picture that anybody could read.
const MOST: usize = 3000;

impl Rich for Graph {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        let text = Forms::text(self.to_string());
        if self.nodes.len() > MOST {
            let note = format!(
                "{} nodes are too many to draw; .dot() gives them to Graphviz",
                self.nodes.len()
            );
            return text
                .html(format!(
                    "<pre>{}</pre><p>{note}</p>",
                    escaped(&self.to_string())
                ))
                .into();
        }
        text.svg(self.svg()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;

    #[test]
    fn what_is_used_twice_stands_once() {
        let x = tensor!([1., 2.]).requires_grad_(true);
        let y = (&x * &x).sum();
        let graph = make_dot(&y).names([("x", &x), ("y", &y)]);
        assert_eq!(graph.nodes.len(), 5);
        assert_eq!(
            graph.to_string(),
            "y ()\n└─ SumBackward0\n   └─ MulBackward0\n      ├─ AccumulateGrad: x (2,)\n      └─ AccumulateGrad: x (2,)"
        );
        assert_eq!(graph.dot().matches(" -> ").count(), 5);
    }

    #[test]
    fn what_has_been_shown_is_not_shown_again() {
        let x = tensor!([1., 2.]).requires_grad_(true);
        let mut y = &x + 1.;
        for _ in 0..30 {
            y = &y + &y;
        }
        let text = make_dot(&y).to_string();
        assert_eq!(text.lines().count(), 1 + 31 + 30 + 1, "{text}");
        assert!(text.contains("(above)"));
    }

    #[test]
    fn a_tensor_without_a_graph_is_alone() {
        let graph = make_dot(&tensor!([1., 2.]));
        assert_eq!(graph.to_string(), "(2,)\n└─ (nothing was recorded)");
        assert!(graph.svg().ends_with("</svg>\n"));
    }
}
