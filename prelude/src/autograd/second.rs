//! Derivatives on the tape.
//!
//! A derivative is written in operations, so that it can be differentiated. Of many of its derivatives PyTorch makes one
//! operation with a node of its own (`TanhBackwardBackward0`): so do those that are named here.

use super::composite::composite;
use super::node::{Ctx, Gradients, Node};
use crate::error::Result;
use crate::tensor::Tensor;
use std::sync::Arc;

/// The node of a derivative, by that of the operation (PyTorch: tools/autograd/derivatives.yaml).
const NAMES: [(&str, &str); 57] = [
    (
        "AdaptiveAvgPool2DBackward0",
        "AdaptiveAvgPool2DBackwardBackward0",
    ),
    (
        "AdaptiveAvgPool3DBackward0",
        "AdaptiveAvgPool3DBackwardBackward0",
    ),
    (
        "AdaptiveMaxPool2DBackward0",
        "AdaptiveMaxPool2DBackwardBackward0",
    ),
    (
        "AdaptiveMaxPool3DBackward0",
        "AdaptiveMaxPool3DBackwardBackward0",
    ),
    ("AvgPool2DBackward0", "AvgPool2DBackwardBackward0"),
    ("AvgPool3DBackward0", "AvgPool3DBackwardBackward0"),
    (
        "BinaryCrossEntropyBackward0",
        "BinaryCrossEntropyBackwardBackward0",
    ),
    ("CeluBackward0", "EluBackwardBackward0"),
    ("Col2ImBackward0", "Im2ColBackward0"),
    ("ConvolutionBackward0", "ConvolutionBackwardBackward0"),
    ("EluBackward0", "EluBackwardBackward0"),
    ("GeluBackward0", "GeluBackwardBackward0"),
    ("GluBackward0", "GluBackwardBackward0"),
    ("HardshrinkBackward0", "HardshrinkBackwardBackward0"),
    ("HardswishBackward0", "HardswishBackwardBackward0"),
    ("HardtanhBackward0", "HardtanhBackwardBackward0"),
    ("HuberLossBackward0", "HuberLossBackwardBackward0"),
    ("Im2ColBackward0", "Col2ImBackward0"),
    ("LeakyReluBackward0", "LeakyReluBackwardBackward0"),
    ("LogSigmoidBackward0", "LogSigmoidBackwardBackward0"),
    ("LogSoftmaxBackward0", "LogSoftmaxBackwardDataBackward0"),
    (
        "MaxPool2DWithIndicesBackward0",
        "MaxPool2DWithIndicesBackwardBackward0",
    ),
    (
        "MaxPool3DWithIndicesBackward0",
        "MaxPool3DWithIndicesBackwardBackward0",
    ),
    ("MseLossBackward0", "MseLossBackwardBackward0"),
    (
        "NativeBatchNormBackward0",
        "NativeBatchNormBackwardBackward0",
    ),
    (
        "NativeLayerNormBackward0",
        "NativeLayerNormBackwardBackward0",
    ),
    ("NllLoss2DBackward0", "NllLoss2DBackwardBackward0"),
    ("NllLossBackward0", "NllLossBackwardBackward0"),
    ("PixelShuffleBackward0", "PixelUnshuffleBackward0"),
    ("PixelUnshuffleBackward0", "PixelShuffleBackward0"),
    ("PreluKernelBackward0", "PreluKernelBackwardBackward0"),
    (
        "ReflectionPad1DBackward0",
        "ReflectionPad1DBackwardBackward0",
    ),
    (
        "ReflectionPad2DBackward0",
        "ReflectionPad2DBackwardBackward0",
    ),
    ("ReluBackward0", "ThresholdBackwardBackward0"),
    (
        "ReplicationPad2DBackward0",
        "ReplicationPad2DBackwardBackward0",
    ),
    ("RreluWithNoiseBackward0", "RreluWithNoiseBackwardBackward0"),
    ("SigmoidBackward0", "SigmoidBackwardBackward0"),
    ("SmoothL1LossBackward0", "SmoothL1LossBackwardBackward0"),
    ("SoftMarginLossBackward0", "SoftMarginLossBackwardBackward0"),
    ("SoftmaxBackward0", "SoftmaxBackwardDataBackward0"),
    ("SoftplusBackward0", "SoftplusBackwardBackward0"),
    ("SoftshrinkBackward0", "SoftshrinkBackwardBackward0"),
    ("TakeBackward0", "PutBackward0"),
    ("TanhBackward0", "TanhBackwardBackward0"),
    ("ThresholdBackward0", "ThresholdBackwardBackward0"),
    (
        "UpsampleBicubic2DAaBackward0",
        "UpsampleBicubic2DAaBackwardBackward0",
    ),
    (
        "UpsampleBicubic2DBackward0",
        "UpsampleBicubic2DBackwardBackward0",
    ),
    (
        "UpsampleBilinear2DAaBackward0",
        "UpsampleBilinear2DAaBackwardBackward0",
    ),
    (
        "UpsampleBilinear2DBackward0",
        "UpsampleBilinear2DBackwardBackward0",
    ),
    (
        "UpsampleLinear1DBackward0",
        "UpsampleLinear1DBackwardBackward0",
    ),
    (
        "UpsampleNearest1DBackward0",
        "UpsampleNearest1DBackwardBackward0",
    ),
    (
        "UpsampleNearest2DBackward0",
        "UpsampleNearest2DBackwardBackward0",
    ),
    (
        "UpsampleNearest3DBackward0",
        "UpsampleNearest3DBackwardBackward0",
    ),
    (
        "UpsampleNearestExact1DBackward0",
        "UpsampleNearestExact1DBackwardBackward0",
    ),
    (
        "UpsampleNearestExact2DBackward0",
        "UpsampleNearestExact2DBackwardBackward0",
    ),
    (
        "UpsampleNearestExact3DBackward0",
        "UpsampleNearestExact3DBackwardBackward0",
    ),
    (
        "UpsampleTrilinear3DBackward0",
        "UpsampleTrilinear3DBackwardBackward0",
    ),
];

/// The name of the node that this node's derivative gets, if PyTorch makes one operation of it.
pub(super) fn second_name(name: &str) -> Option<&'static str> {
    NAMES
        .binary_search_by_key(&name, |(first, _)| first)
        .ok()
        .map(|at| NAMES[at].1)
}

/// Applies the derivative of a node with one output, as an operation called `name`.
pub(super) fn apply_as_one(
    name: &'static str,
    node: &Arc<Node>,
    gradient: &Tensor,
    wanted: &[bool],
) -> Result<Gradients> {
    let saved = Ctx::new(node, &[]).all_saved()?;
    let inputs: Vec<&Tensor> = [gradient].into_iter().chain(&saved).collect();
    let one = |input: usize| {
        let node = node.clone();
        composite(name, &inputs, move |given| {
            let mut wanted = vec![false; node.edges().len()];
            wanted[input] = true;
            let ctx = Ctx::with(&node, &wanted, &given[1..]);
            let found = node.derivative(&ctx, &[Some(given[0].clone())])?;
            match found.into_iter().nth(input).flatten() {
                Some(found) => Ok(found),
                None => node.edges()[input].as_ref().map_or_else(
                    || given[0].try_zeros_like(),
                    |edge| edge.node.forms()[edge.output].zeros(),
                ),
            }
        })
    };
    (0..node.edges().len())
        .map(|input| match wanted.get(input) {
            Some(true) => one(input).map(Some),
            _ => Ok(None),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found() {
        assert!(NAMES.is_sorted_by_key(|(first, _)| *first));
        assert_eq!(
            second_name("ReluBackward0"),
            Some("ThresholdBackwardBackward0")
        );
        assert_eq!(second_name("ExpBackward0"), None);
    }
}
