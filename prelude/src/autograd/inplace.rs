//! Operations that change a tensor's numbers, on and off the tape.

use super::meta::{MadeIn, ViewOf};
use super::node::{Node, Target, next_sequence};
use super::overlap::Writing;
use super::{is_grad_enabled, is_inference_mode_enabled, record_as_is};
use crate::error::{Result, bail};
use crate::kernels::{Array, transfer};
use crate::tensor::Tensor;
use crate::tensor::strided::{self, Place};
use std::collections::HashSet;
use std::sync::Arc;

/// Replaces the numbers of `target` by the result of `compute` on it, and records that.
///
/// `compute` is the ordinary operation. Its result is what the tensor now is; where the tensor is a view, the tensor
/// it looks at becomes "the old one with this part replaced" (PyTorch's `CopySlices`), and the view is derived anew.
pub(crate) fn in_place(
    target: &Tensor,
    compute: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<()> {
    if overlaps_itself(&target.array()) {
        check_in_place(target)?;
        bail!(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. \
             Please clone() the tensor before performing the operation."
        );
    }
    // One copy of the work, here, and not one in every cell for every type of operand.
    replace(target, Box::new(compute))
}

/// [`in_place`] where all elements become one number, so that it does not matter whether some of them are one.
pub(crate) fn refill(
    target: &Tensor,
    compute: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<()> {
    replace(target, Box::new(compute))
}

/// Fails where recording forbids writing to this tensor.
pub(crate) fn check_in_place(target: &Tensor) -> Result<()> {
    if is_grad_enabled() {
        check_allowed(target)?;
    }
    Ok(())
}

type Compute<'a> = Box<dyn FnOnce(&Tensor) -> Result<Tensor> + 'a>;

#[inline(never)]
fn replace(target: &Tensor, compute: Compute<'_>) -> Result<()> {
    let array = target.array();
    if array.storage.is_inference() && !is_inference_mode_enabled() {
        bail!(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a \
             normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
        );
    }
    let recorded = is_grad_enabled();
    if recorded {
        check_allowed(target)?;
    }
    let first_new = next_sequence();
    let result = {
        let _written = Writing::to(target);
        compute(target)?
    };
    if result.shape() != target.shape() {
        bail!(
            "output with shape {} doesn't match the broadcast shape {}",
            target.shape().list(),
            result.shape().list()
        );
    }
    if !result.dtype().can_cast(target.dtype()) {
        bail!(
            "result type {} can't be cast to the desired output type {}",
            result.dtype().scalar_type(),
            target.dtype().scalar_type()
        );
    }
    let tracked = recorded && (result.requires_grad() || target.gradient_edge()?.is_some());
    if recorded {
        check_view(target, tracked)?;
    }
    if tracked && let Some(made_by) = result.grad_fn_target()? {
        keep_overwritten(&made_by.node, first_new, &array)?;
    }
    // The gradient is brought back to the dtype of the result by the engine.
    let numbers = transfer::cast(&result.array(), target.dtype())?;
    if numbers.storage.same_memory(&array.storage) {
        transfer::write(&array, &transfer::copy(&numbers)?)?;
    } else {
        transfer::write(&array, &numbers)?;
    }
    if tracked {
        if let Some(made_by) = result.grad_fn_target()? {
            // What it saved of its output is the target now, whose later changes count.
            let node = &made_by.node;
            node.edit_saved(|saved| saved.follow_output(&numbers, &array))?;
        }
        rebase(target, &result)?;
    }
    Ok(())
}

/// PyTorch's rules on who may be written to while operations are recorded.
fn check_allowed(target: &Tensor) -> Result<()> {
    let (view, leaf) = {
        let meta = target.meta();
        (
            meta.view.clone(),
            meta.requires_grad && meta.grad_fn.is_none(),
        )
    };
    check_view(target, false)?;
    if let Some(view) = view
        && target.requires_grad()
        && view.base.is_leaf()
    {
        bail!(
            "a view of a leaf Variable that requires grad is being used in an in-place operation."
        );
    }
    if leaf {
        bail!("a leaf Variable that requires grad is being used in an in-place operation.");
    }
    Ok(())
}

/// A view from which there is no way back to its base cannot take part in what is recorded now.
fn check_view(target: &Tensor, tracked: bool) -> Result<()> {
    let view = target.meta().view.clone();
    match view.filter(|_| tracked || target.requires_grad()) {
        Some(view) => check_written_view(&view, target.last_grad_fn().as_ref(), Written::Itself),
        None => Ok(()),
    }
}

/// Which of the tensors that share a view's memory is written to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// The view.
    Itself,
    /// Its base or another view of that.
    Elsewhere,
}

/// Fails where a view cannot follow what is written to its memory, because it was made where nothing is recorded or as one of
/// several outputs. PyTorch: `handle_view_on_rebase` (torch/csrc/autograd/variable.cpp).
pub(super) fn check_written_view(
    view: &ViewOf,
    grad_fn: Option<&Target>,
    written: Written,
) -> Result<()> {
    let (mode, now, advice) = match view.made_in {
        MadeIn::Recording => return Ok(()),
        MadeIn::NoGrad => ("no_grad mode", "with grad mode enabled", both_in("no_grad")),
        MadeIn::Inference => ("inference mode", "in normal mode", both_in("inference_mode")),
        // Without a node it was no operation that is recorded.
        MadeIn::Several(_) => (
            "no_grad mode",
            "with grad mode enabled",
            "This view is the output of a function that returns multiple views. Such functions do not allow the output \
             views to be modified inplace. You should replace the inplace operation by an out-of-place one."
                .to_string(),
        ),
    };
    let happens = match written {
        Written::Itself => "is being",
        Written::Elsewhere => "its base or another view of its base has been",
    };
    let output = grad_fn.map(|made_by| {
        let name = made_by.node.name().trim_end_matches("Backward0");
        let output = view.made_in.output().unwrap_or(made_by.output);
        format!("Output {output} of {name} is a view")
    });
    match (output, view.made_in) {
        (Some(output), MadeIn::Several(_)) => {
            bail!("{output} and {happens} modified inplace. {advice}")
        }
        (Some(output), _) => bail!(
            "{output} of a view which was created in {mode} and {happens} modified inplace {now}. {advice}"
        ),
        (None, _) => {
            bail!("A view was created in {mode} and {happens} modified inplace {now}. {advice}")
        }
    }
}

/// What to do where a view and a change stand on different sides of a block.
fn both_in(block: &str) -> String {
    format!(
        "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both \
         the view and the inplace either both inside the {block} block (if you don't want the inplace to be tracked) or \
         both outside (if you want the inplace to be tracked)."
    )
}

/// Whether two elements of a layout are the same number.
fn overlaps_itself(array: &Array) -> bool {
    array.numel() > 1 && array.layout.has_internal_overlap()
}

/// Nodes that `compute` just made may have saved the numbers that are about to be overwritten: they get a copy.
fn keep_overwritten(newest: &Arc<Node>, first_new: u64, array: &Array) -> Result<()> {
    let mut seen = HashSet::new();
    let mut stack = vec![newest.clone()];
    while let Some(node) = stack.pop() {
        if node.leaf().is_some() || node.sequence() < first_new || !seen.insert(Arc::as_ptr(&node))
        {
            continue;
        }
        node.edit_saved(|saved| saved.copy_if_in(array))?;
        stack.extend(node.edges().iter().flatten().map(|next| next.node.clone()));
    }
    Ok(())
}

/// Makes `target` what `result` is, on the tape.
fn rebase(target: &Tensor, result: &Tensor) -> Result<()> {
    let Some(base) = target.view_base() else {
        match result.grad_fn_target()? {
            Some(made_by) => target.set_grad_fn(made_by.node, made_by.output),
            // The result is a leaf: the target is a copy of it now.
            None => {
                let copied = record_as_is(
                    "CopyBackwards",
                    &[result],
                    Tensor::from_array(target.array()),
                    |_| {
                        (Vec::new(), |_: &super::Ctx, g: &Tensor| {
                            Ok(vec![Some(g.clone())])
                        })
                    },
                )?;
                match copied.grad_fn_target()? {
                    Some(made_by) => target.set_grad_fn(made_by.node, made_by.output),
                    None => target.meta().grad_fn = None,
                }
            }
        }
        return Ok(());
    };
    let (view, whole) = (Place::of(&target.array()), Place::of(&base.array()));
    let rebased = record_as_is(
        "CopySlices",
        &[&base, result],
        Tensor::from_array(base.array()),
        |_| {
            let backward = move |ctx: &super::Ctx, g: &Tensor| {
                Ok(vec![
                    ctx.when(0, || strided::erase_from(g, &view, &whole))?,
                    ctx.when(1, || strided::gather_from(g, &view, &whole))?,
                ])
            };
            (Vec::new(), backward)
        },
    )?;
    if let Some(made_by) = rebased.grad_fn_target()? {
        base.set_grad_fn(made_by.node, made_by.output);
    }
    // The view's own node is made anew from the base when it is next asked for: its version is older now.
    Ok(())
}
