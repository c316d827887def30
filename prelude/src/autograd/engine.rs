//! The backward pass: from the outputs' nodes to the leaves, latest operation first, without recursion.

use super::grad_mode::set_grad_enabled;
use super::node::Node;
use crate::error::{Result, bail};
use crate::tensor::Tensor;
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

type NodeId = *const Node;

/// What a backward pass is to do besides walking.
pub(super) struct Plan {
    /// Keep what the derivatives need, so that the graph can be walked again.
    pub retain_graph: bool,
    /// Record the derivatives.
    pub create_graph: bool,
    /// Give back the gradients that arrive at these nodes and touch nothing else; `None`: accumulate at all leaves.
    pub captures: Option<Vec<Arc<Node>>>,
}

/// Walks the graph from `roots` with their gradients. Returns the captured gradients, in the order of the plan.
pub(super) fn run(roots: Vec<(Arc<Node>, Tensor)>, plan: &Plan) -> Result<Vec<Option<Tensor>>> {
    let _mode = set_grad_enabled(plan.create_graph);
    let graph = Graph::explore(&roots, plan);
    let mut captured: HashMap<NodeId, Tensor> = HashMap::new();
    let mut gradients: HashMap<NodeId, Tensor> = HashMap::new();
    let mut waiting = graph.dependencies.clone();
    let mut ready = BinaryHeap::new();
    for (node, gradient) in roots {
        add(&mut gradients, &node, gradient)?;
        if waiting.get(&Arc::as_ptr(&node)).copied().unwrap_or(0) == 0 && graph.needs(&node) {
            ready.push(Ready(node));
        }
    }
    let mut done: HashSet<NodeId> = HashSet::new();
    while let Some(Ready(node)) = ready.pop() {
        let id = Arc::as_ptr(&node);
        if !done.insert(id) {
            continue;
        }
        wick_runtime::interrupt::check();
        let edges = node.edges();
        let mut results = vec![None; edges.len()];
        if let Some(gradient) = gradients.remove(&id) {
            let gradient = run_hooks(&node, gradient)?;
            if graph.captures.contains(&id) {
                captured.insert(id, gradient.clone());
            }
            if let Some(leaf) = node.leaf() {
                if plan.captures.is_none() {
                    accumulate(leaf, gradient, plan.create_graph)?;
                }
            } else {
                let wanted: Vec<bool> = edges
                    .iter()
                    .map(|edge| edge.as_ref().is_some_and(|next| graph.needs(next)))
                    .collect();
                if wanted.contains(&true) {
                    results = node.apply(&gradient, &wanted)?;
                }
                if !plan.retain_graph {
                    node.release();
                }
            }
        }
        for (next, result) in edges.iter().zip(results) {
            let Some(next) = next else { continue };
            if !graph.needs(next) {
                continue;
            }
            if let Some(gradient) = result {
                add(&mut gradients, next, fit(gradient, next)?)?;
            }
            if let Some(count) = waiting.get_mut(&Arc::as_ptr(next)) {
                *count -= 1;
                if *count == 0 {
                    ready.push(Ready(next.clone()));
                }
            }
        }
    }
    let captures = plan.captures.iter().flatten();
    Ok(captures
        .map(|node| captured.get(&Arc::as_ptr(node)).cloned())
        .collect())
}

/// A node whose gradient is complete. The latest operation comes first.
struct Ready(Arc<Node>);

impl Ord for Ready {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.sequence().cmp(&other.0.sequence())
    }
}
impl PartialOrd for Ready {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Ready {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Ready {}

/// What is known of the graph before gradients flow.
struct Graph {
    /// How many gradients each node waits for.
    dependencies: HashMap<NodeId, usize>,
    captures: HashSet<NodeId>,
    /// Nodes that lead to a captured one; `None` where everything counts.
    needed: Option<HashSet<NodeId>>,
}

impl Graph {
    fn explore(roots: &[(Arc<Node>, Tensor)], plan: &Plan) -> Graph {
        let mut order = Vec::new();
        let mut seen = HashSet::new();
        let mut stack: Vec<Arc<Node>> = roots.iter().map(|(node, _)| node.clone()).collect();
        while let Some(node) = stack.pop() {
            if seen.insert(Arc::as_ptr(&node)) {
                stack.extend(node.edges().iter().flatten().cloned());
                order.push(node);
            }
        }
        let captures: HashSet<NodeId> = plan.captures.iter().flatten().map(Arc::as_ptr).collect();
        let needed = plan.captures.is_some().then(|| {
            // An operation is younger than what made its inputs, so the oldest come first; leaves, which have the
            // largest number, lead nowhere and go before all.
            order.sort_by_key(|node| {
                if node.leaf().is_some() {
                    0
                } else {
                    node.sequence()
                }
            });
            let mut needed = captures.clone();
            for node in &order {
                if node
                    .edges()
                    .iter()
                    .flatten()
                    .any(|next| needed.contains(&Arc::as_ptr(next)))
                {
                    needed.insert(Arc::as_ptr(node));
                }
            }
            needed
        });
        let mut graph = Graph {
            dependencies: HashMap::new(),
            captures,
            needed,
        };
        for node in &order {
            if graph.needs(node) {
                for next in node.edges().iter().flatten() {
                    *graph.dependencies.entry(Arc::as_ptr(next)).or_default() += 1;
                }
            }
        }
        graph
    }

    fn needs(&self, node: &Arc<Node>) -> bool {
        self.needed
            .as_ref()
            .is_none_or(|needed| needed.contains(&Arc::as_ptr(node)))
    }
}

/// Adds to the gradient that waits for a node.
fn add(gradients: &mut HashMap<NodeId, Tensor>, node: &Arc<Node>, gradient: Tensor) -> Result<()> {
    let id = Arc::as_ptr(node);
    let sum = match gradients.remove(&id) {
        Some(earlier) => earlier.try_add(&gradient)?,
        None => gradient,
    };
    gradients.insert(id, sum);
    Ok(())
}

/// Brings a gradient to the shape, dtype and device of what it is the gradient of.
fn fit(gradient: Tensor, node: &Node) -> Result<Tensor> {
    let mut gradient = gradient;
    if gradient.shape() != node.shape {
        gradient = gradient.try_sum_to(&node.shape)?;
    }
    if gradient.dtype() != node.dtype {
        gradient = gradient.try_to_dtype(node.dtype)?;
    }
    if gradient.device() != node.device {
        gradient = gradient.try_to_device(node.device)?;
    }
    Ok(gradient)
}

/// Runs what listens at a node, which may replace the gradient.
fn run_hooks(node: &Node, gradient: Tensor) -> Result<Tensor> {
    let mut gradient = gradient;
    let on_leaf = node.leaf().map(Tensor::leaf_hooks).unwrap_or_default();
    for hook in node.hooks().into_iter().chain(on_leaf) {
        if let Some(replaced) = hook(&gradient) {
            if replaced.shape() != gradient.shape() {
                bail!("hook '' has changed the size of value");
            }
            gradient = replaced;
        }
    }
    for tensor in node.retained() {
        tensor.set_grad(Some(gradient.clone()));
    }
    Ok(gradient)
}

/// Adds a gradient to the leaf's. The first one becomes the leaf's own if nobody else holds its numbers.
fn accumulate(leaf: &Tensor, gradient: Tensor, create_graph: bool) -> Result<()> {
    let _adding = leaf.adding();
    let sum = match leaf.grad() {
        Some(earlier) if create_graph => earlier.try_add(&gradient)?,
        Some(earlier) => {
            // Every handle that the user has to this gradient sees the sum, as in PyTorch.
            earlier.try_add_(&gradient)?;
            return Ok(());
        }
        None if create_graph => gradient,
        None => {
            let array = gradient.array();
            drop(gradient);
            let own = Arc::strong_count(&array.storage) == 1 && array.is_contiguous();
            Tensor::from_array(if own {
                array
            } else {
                crate::kernels::transfer::copy(&array)?
            })
        }
    };
    leaf.set_grad(Some(sum));
    Ok(())
}
