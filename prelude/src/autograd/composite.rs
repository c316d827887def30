//! One node for what is computed by several operations.

use super::anomaly::within_one;
use super::functional::{filled, gradients, prepared};
use super::node::Ctx;
use super::record::{is_recorded, record_as_is};
use super::saved::Saved;
use super::{enable_grad, is_grad_enabled};
use crate::error::Result;
use crate::kernels::transfer;
use crate::tensor::Tensor;

/// What `compute` makes of `inputs`, on the tape as one operation of that name.
///
/// `compute` is written in recorded operations. Its derivative is the way back through them, which they keep among
/// themselves; where that has to be differentiated in turn, `compute` runs once more on what was saved. So it must give
/// the same again: it draws no random numbers.
pub(crate) fn composite(
    name: &'static str,
    inputs: &[&Tensor],
    compute: impl Fn(&[Tensor]) -> Result<Tensor> + Send + Sync + 'static,
) -> Result<Tensor> {
    let owned: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
    if !is_recorded(inputs) {
        return compute(&owned);
    }
    let tracked: Vec<usize> = (0..inputs.len())
        .filter(|&i| inputs[i].requires_grad())
        .collect();
    let leaves = tracked
        .iter()
        .map(|&i| inputs[i].detach().try_requires_grad_(true))
        .collect::<Result<Vec<_>>>()?;
    let inside = replaced(&owned, &tracked, &leaves);
    let inner = enable_grad(|| compute(&inside))?;
    let mut array = inner.array();
    if inputs
        .iter()
        .any(|input| input.array().storage.same_memory(&array.storage))
    {
        array = transfer::copy(&array)?;
    }
    record_as_is(name, inputs, Tensor::from_array(array), |_| {
        let mut saved: Vec<Saved> = inputs.iter().map(|input| Saved::input(input)).collect();
        saved.extend(leaves.into_iter().chain([inner]).map(Saved::whole));
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let given = std::slice::from_ref(g);
            let back = |outputs: &[Tensor], inputs: &[Tensor], recorded| {
                within_one(|| filled(gradients(outputs, inputs, given, recorded)?, inputs))
            };
            let found = if is_grad_enabled() {
                let all = (0..ctx.inputs())
                    .map(|i| ctx.saved(i))
                    .collect::<Result<Vec<_>>>()?;
                let now = prepared(&tracked.iter().map(|&i| &all[i]).collect::<Vec<_>>(), true)?;
                let output = compute(&replaced(&all, &tracked, &now))?;
                back(&[output], &now, true)?
            } else {
                let leaves = (0..tracked.len())
                    .map(|i| ctx.saved(ctx.inputs() + i))
                    .collect::<Result<Vec<_>>>()?;
                let inner = ctx.saved(ctx.inputs() + tracked.len())?;
                back(&[inner], &leaves, false)?
            };
            let mut all = vec![None; ctx.inputs()];
            for (&i, gradient) in tracked.iter().zip(found) {
                all[i] = Some(gradient);
            }
            Ok(all)
        };
        (saved, backward)
    })
}

/// A tensor of the same numbers, on the tape as what an operation of that name made: PyTorch has one for what was
/// computed by several, some of whose results are seen elsewhere.
pub(crate) fn named(name: &'static str, x: &Tensor) -> Result<Tensor> {
    record_as_is(name, &[x], Tensor::from_array(x.array()), |_| {
        (Vec::new(), |_: &Ctx, g: &Tensor| Ok(vec![Some(g.clone())]))
    })
}

/// These tensors, with others at some places.
fn replaced(tensors: &[Tensor], places: &[usize], others: &[Tensor]) -> Vec<Tensor> {
    let mut tensors = tensors.to_vec();
    for (&i, other) in places.iter().zip(others) {
        tensors[i] = other.clone();
    }
    tensors
}
