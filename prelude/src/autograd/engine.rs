//! The backward pass: from the outputs' nodes to the leaves, latest operation first, without recursion.

use super::anomaly::watched;
use super::checkpoint::forget_recomputed;
use super::grad_mode::set_grad_enabled;
use super::node::{Form, Gradients, Node, Target};
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
    /// Go no further than to these outputs of nodes; `None`: to all leaves.
    pub only: Option<Vec<Target>>,
    /// Give back the gradients that arrive at `only` and touch no leaf; otherwise accumulate at the leaves.
    pub capture: bool,
}

/// Walks the graph from `roots` with their gradients. Returns the captured gradients, in the order of the plan.
pub(super) fn run(roots: Vec<(Target, Tensor)>, plan: &Plan) -> Result<Gradients> {
    struct Forget;
    impl Drop for Forget {
        fn drop(&mut self) {
            forget_recomputed();
        }
    }
    let _mode = set_grad_enabled(plan.create_graph);
    let _forget = Forget;
    let mut pass = Pass {
        graph: Graph::explore(&roots, plan),
        plan,
        gradients: HashMap::new(),
        captured: HashMap::new(),
        ready: BinaryHeap::new(),
    };
    for (target, gradient) in &roots {
        pass.add(target, gradient.clone())?;
        let id = Arc::as_ptr(&target.node);
        if !pass.graph.dependencies.contains_key(&id) && pass.graph.needs(&target.node) {
            pass.ready.push(Ready(target.node.clone()));
        }
    }
    drop(roots);
    let mut done: HashSet<NodeId> = HashSet::new();
    while let Some(Ready(node)) = pass.ready.pop() {
        if done.insert(Arc::as_ptr(&node)) {
            wick_runtime::interrupt::check();
            pass.visit(&node)?;
        }
    }
    let captures = plan.only.iter().flatten().filter(|_| plan.capture);
    Ok(captures
        .map(|target| {
            pass.captured
                .get(&(Arc::as_ptr(&target.node), target.output))
                .cloned()
        })
        .collect())
}

/// A backward pass on its way.
struct Pass<'a> {
    graph: Graph,
    plan: &'a Plan,
    /// What has arrived at nodes that wait for more.
    gradients: HashMap<NodeId, Gradients>,
    captured: HashMap<(NodeId, usize), Tensor>,
    ready: BinaryHeap<Ready>,
}

impl Pass<'_> {
    /// Takes a node's gradients, which are complete, to what made its inputs.
    fn visit(&mut self, node: &Arc<Node>) -> Result<()> {
        let id = Arc::as_ptr(node);
        let edges = node.edges();
        let mut results = vec![None; edges.len()];
        if let Some(gradients) = self.gradients.remove(&id) {
            let gradients = self.listen(node, gradients)?;
            if let Some(leaf) = node.leaf() {
                if !self.plan.capture {
                    self.arrive(node, leaf, gradients)?;
                }
            } else {
                let wanted: Vec<bool> = edges
                    .iter()
                    .map(|edge| {
                        edge.as_ref()
                            .is_some_and(|next| self.graph.needs(&next.node))
                    })
                    .collect();
                if wanted.contains(&true) {
                    let gradients = node.hooks.run_before(gradients);
                    results = watched(node, || node.apply(&gradients, &wanted))?;
                    results = node.hooks.run_after(results, &gradients)?;
                }
                if !self.plan.retain_graph {
                    node.release();
                }
            }
        }
        for (i, (next, result)) in edges.iter().zip(results).enumerate() {
            let Some(next) = next else { continue };
            if !self.graph.needs(&next.node) {
                continue;
            }
            if let Some(gradient) = result {
                let form = &next.node.forms()[next.output];
                self.add(next, fit(gradient, form, node, i)?)?;
            }
            if let Some(count) = self.graph.dependencies.get_mut(&Arc::as_ptr(&next.node)) {
                *count -= 1;
                if *count == 0 {
                    self.ready.push(Ready(next.node.clone()));
                }
            }
        }
        Ok(())
    }

    /// Runs the hooks of the tensors that a node made, and captures what is to be given back.
    fn listen(&mut self, node: &Arc<Node>, gradients: Gradients) -> Result<Gradients> {
        let id = Arc::as_ptr(node);
        gradients
            .into_iter()
            .enumerate()
            .map(|(output, gradient)| {
                let Some(gradient) = gradient else {
                    return Ok(None);
                };
                let gradient = node.hooks.run_tensor_hooks(node, output, gradient)?;
                if self.graph.captures.contains(&(id, output)) {
                    self.captured.insert((id, output), gradient.clone());
                }
                Ok(Some(gradient))
            })
            .collect()
    }

    /// The gradient of a leaf is there.
    fn arrive(&self, node: &Arc<Node>, leaf: &Tensor, gradients: Gradients) -> Result<()> {
        let mut gradients = node.hooks.run_before(gradients);
        // A leaf may have been frozen since the graph was made.
        if let Some(gradient) = gradients.pop().flatten()
            && leaf.requires_grad()
        {
            accumulate(leaf, gradient, self.plan.create_graph)?;
            leaf.run_after_hooks();
        }
        node.hooks.run_after(Vec::new(), &[])?;
        Ok(())
    }

    /// Adds to the gradient that waits for an output of a node.
    fn add(&mut self, target: &Target, gradient: Tensor) -> Result<()> {
        let waiting = self
            .gradients
            .entry(Arc::as_ptr(&target.node))
            .or_insert_with(|| vec![None; target.node.forms().len()]);
        let sum = match waiting[target.output].take() {
            Some(earlier) => earlier.try_add(&gradient)?,
            None => gradient,
        };
        waiting[target.output] = Some(sum);
        Ok(())
    }
}

/// A node whose gradients are complete. The latest operation comes first.
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
    captures: HashSet<(NodeId, usize)>,
    /// Nodes that lead to one where the pass ends; `None` where everything counts.
    needed: Option<HashSet<NodeId>>,
}

impl Graph {
    fn explore(roots: &[(Target, Tensor)], plan: &Plan) -> Graph {
        let mut order = Vec::new();
        let mut seen = HashSet::new();
        let mut stack: Vec<Arc<Node>> = roots.iter().map(|(to, _)| to.node.clone()).collect();
        while let Some(node) = stack.pop() {
            if seen.insert(Arc::as_ptr(&node)) {
                stack.extend(node.edges().iter().flatten().map(|next| next.node.clone()));
                order.push(node);
            }
        }
        let needed = plan.only.as_ref().map(|only| {
            // An operation is younger than what made its inputs, so the oldest come first; leaves, which have the
            // largest number, lead nowhere and go before all.
            order.sort_by_key(|node| match node.leaf() {
                Some(_) => 0,
                None => node.sequence(),
            });
            let mut needed: HashSet<NodeId> = only.iter().map(|to| Arc::as_ptr(&to.node)).collect();
            for node in &order {
                let mut next = node.edges().iter().flatten();
                if next.any(|next| needed.contains(&Arc::as_ptr(&next.node))) {
                    needed.insert(Arc::as_ptr(node));
                }
            }
            needed
        });
        let captures = plan.only.iter().flatten().filter(|_| plan.capture);
        let mut graph = Graph {
            dependencies: HashMap::new(),
            captures: captures
                .map(|to| (Arc::as_ptr(&to.node), to.output))
                .collect(),
            needed,
        };
        for node in &order {
            if graph.needs(node) {
                for next in node.edges().iter().flatten() {
                    *graph
                        .dependencies
                        .entry(Arc::as_ptr(&next.node))
                        .or_default() += 1;
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

/// Brings the `i`-th gradient that `node` computed to the shape, dtype and device of what it is the gradient of.
fn fit(gradient: Tensor, form: &Form, node: &Node, i: usize) -> Result<Tensor> {
    let mut gradient = gradient;
    let shape = gradient.shape();
    if shape != form.shape {
        if !expands(&form.shape, &shape) {
            bail!(
                "Function {} returned an invalid gradient at index {i} - got {} but expected shape compatible with {}",
                node.name(),
                shape.list(),
                form.shape.list()
            );
        }
        gradient = gradient.try_sum_to(&form.shape)?;
    }
    if gradient.is_complex() && !form.dtype.is_complex() {
        // A real number moves along the real axis only.
        gradient = gradient.try_real()?;
    }
    if gradient.dtype() != form.dtype {
        gradient = gradient.try_to_dtype(form.dtype)?;
    }
    if gradient.device() != form.device {
        gradient = gradient.try_to_device(form.device)?;
    }
    Ok(gradient)
}

/// Whether a tensor of shape `from` can be expanded to `to`.
fn expands(from: &[usize], to: &[usize]) -> bool {
    from.len() <= to.len()
        && from
            .iter()
            .rev()
            .zip(to.iter().rev())
            .all(|(&from, &to)| from == to || from == 1)
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
            let own = array.storage.is_unshared() && array.is_contiguous();
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
