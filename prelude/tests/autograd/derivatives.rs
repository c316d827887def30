//! `grad`, `backward` with inputs, and `autograd::functional`, against numbers and sentences of PyTorch 2.15.

use super::error;
use wick::autograd::functional::*;
use wick::autograd::*;
use wick::prelude::*;

fn leaf(numbers: &[f32]) -> Tensor {
    Tensor::from_vec(numbers.to_vec(), [numbers.len()]).requires_grad_(true)
}

#[test]
fn grad_says_which_input_was_not_used() {
    let (x, other) = (leaf(&[1., 2.]), leaf(&[1., 1.]));
    let y = || (&x * 2).sum();
    let with = |options| grad_with(&[&y()], &[&other], &[None], options);
    assert_eq!(
        error(with(GradOptions::default())),
        "The differentiated Tensor at index 0 appears to not have been used in the graph. Set allow_unused=True if this \
         is the desired behavior."
    );
    let allowed = GradOptions {
        allow_unused: Some(true),
        ..Default::default()
    };
    assert!(with(allowed).unwrap()[0].is_none());
    let zeros = GradOptions {
        materialize_grads: true,
        ..Default::default()
    };
    assert_eq!(
        with(zeros).unwrap()[0].as_ref().unwrap().to_vec1::<f32>(),
        [0., 0.]
    );
    let both = GradOptions {
        allow_unused: Some(false),
        ..zeros
    };
    assert_eq!(
        error(with(both)),
        "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
    );
    assert_eq!(
        error(grad_with(&[&y()], &[&x.detach()], &[None], allowed)),
        "One of the differentiated Tensors does not require grad"
    );
    assert_eq!(
        error(grad_with(&[&y()], &[], &[None], allowed)),
        "`inputs` argument to `grad()` cannot be empty."
    );
    let three = Tensor::ones([3]);
    assert_eq!(
        error(grad_with(&[&(&x * 2)], &[&x], &[Some(&three)], allowed)),
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of torch.Size([2])."
    );
}

#[test]
fn gradients_come_in_batches() {
    let x = leaf(&[1., 2.]);
    let options = GradOptions {
        is_grads_batched: true,
        ..Default::default()
    };
    let y = x.square();
    let found = grad_with(&[&y], &[&x], &[Some(&Tensor::eye(2))], options).unwrap();
    assert_eq!(
        found[0].as_ref().unwrap().to_vec2::<f32>(),
        [[2., 0.], [0., 4.]]
    );
    assert!(grad_with(&[&y], &[&x], &[Some(&Tensor::eye(2))], options).is_err());
}

#[test]
fn backward_reaches_only_the_inputs_it_was_told() {
    let (a, b) = (leaf(&[2., 3.]), leaf(&[5., 7.]));
    let c = &a * &b;
    (&c * &c).sum().backward_inputs(&[&c, &b]);
    assert!(a.grad().is_none());
    assert_eq!(b.grad().unwrap().to_vec1::<f32>(), [40., 126.]);
    assert_eq!(c.grad().unwrap().to_vec1::<f32>(), [20., 42.]);
    let sum = (&a * &b).sum();
    let none = BackwardOptions {
        inputs: Some(&[]),
        ..Default::default()
    };
    assert_eq!(
        error(backward(&[&sum], &[None], none)),
        "`inputs` argument to `backward()` cannot be empty."
    );
    // Several results at once.
    let (y, z) = (a.square().sum(), (&a * 10).sum());
    backward(&[&y, &z], &[None, None], BackwardOptions::default()).unwrap();
    assert_eq!(a.grad().unwrap().to_vec1::<f32>(), [14., 16.]);
}

#[test]
fn retained_gradients_follow_in_place_operations_and_accumulate() {
    let x = leaf(&[1., 2.]);
    let y = &x * 2;
    y.retain_grad();
    y.mul_(3);
    (&y * 10).sum().backward_options(None, true, false);
    assert!(y.retains_grad());
    assert_eq!(y.grad().unwrap().to_vec1::<f32>(), [10., 10.]);
    assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [60., 60.]);
    (&y * 1).sum().backward();
    assert_eq!(y.grad().unwrap().to_vec1::<f32>(), [11., 11.]);
}

#[test]
fn changed_tensors_are_named_as_pytorch_names_them() {
    let a = leaf(&[1., 1.]);
    let b = &a * 2;
    let c = &b * &b;
    b.add_(1);
    assert_eq!(
        error(c.sum().try_backward()),
        "one of the variables needed for gradient computation has been modified by an inplace operation: \
         [torch.FloatTensor [2]], which is output 0 of Add, is at version 1; expected version 0 instead. Hint: enable \
         anomaly detection to find the operation that failed to compute its gradient, with \
         torch.autograd.set_detect_anomaly(True, check_nan=False)."
    );
    let e = a.exp();
    e.add_(1);
    assert!(error(e.sum().try_backward()).contains("which is output 0 of Exp, is at version 1"));
}

#[test]
fn jacobians_have_the_outputs_shape_and_then_the_inputs() {
    assert_eq!(
        jacobian(|x| x * 2, &Tensor::ones([2])).to_vec2::<f32>(),
        [[2., 0.], [0., 2.]]
    );
    let (x, y) = (Tensor::ones([2]), Tensor::ones([3]));
    let f = |x: &[Tensor]| (x[0].sum() * &x[1], x[0].square());
    let j = jacobian_with(f, &[&x, &y], FunctionalOptions::default()).unwrap();
    assert_eq!(j[0][0].to_vec2::<f32>(), [[1., 1.]; 3]);
    assert_eq!(
        j[0][1].to_vec2::<f32>(),
        [[2., 0., 0.], [0., 2., 0.], [0., 0., 2.]]
    );
    assert_eq!(j[1][0].to_vec2::<f32>(), [[2., 0.], [0., 2.]]);
    assert_eq!(j[1][1].to_vec2::<f32>(), [[0.; 3]; 2]);
    assert_eq!(
        jacobian(|x| x.sum_dim(1, false), &Tensor::ones([3, 4])).shape(),
        [3, 3, 4]
    );
    assert!(!j[0][0].requires_grad());
}

#[test]
fn jacobians_can_be_differentiated_and_be_strict() {
    let x = leaf(&[1., 2.]);
    let record = FunctionalOptions {
        create_graph: true,
        ..Default::default()
    };
    let j = jacobian_with(|x| x[0].pow(3), &[&x], record).unwrap();
    assert_eq!(
        grad(&[&j[0][0].sum()], &[&x])[0].to_vec1::<f32>(),
        [6., 12.]
    );
    let strict = FunctionalOptions {
        strict: true,
        ..Default::default()
    };
    let ones = || Tensor::ones([2]);
    assert_eq!(
        error(jacobian_with(|_| Tensor::ones([2]), &[&ones()], strict)),
        "Output 0 of the user-provided function does not require gradients. The outputs must be computed in a \
         differentiable manner from the input when running in strict mode."
    );
    assert_eq!(
        error(jacobian_with(|x| &x[0] * 2, &[&ones(), &ones()], strict)),
        "Output 0 of the user-provided function is independent of input 1. This is not allowed in strict mode."
    );
    let both = FunctionalOptions {
        create_graph: true,
        ..strict
    };
    assert_eq!(
        error(jacobian_with(|x| &x[0] * 2, &[&ones()], both)),
        "The jacobian of the user-provided function is independent of input 0. This is not allowed in strict mode when \
         create_graph=True."
    );
    let zeros = jacobian(|_| Tensor::ones([2]), &ones());
    assert_eq!(zeros.to_vec2::<f32>(), [[0., 0.], [0., 0.]]);
}

#[test]
fn hessians_of_one_and_of_several() {
    let ones = || Tensor::ones([2]);
    assert_eq!(
        hessian(|x| x.pow(3).sum(), &ones()).to_vec2::<f32>(),
        [[6., 0.], [0., 6.]]
    );
    let f = |x: &[Tensor]| (x[0].square() * &x[1]).sum();
    let h = hessian_with(f, &[&ones(), &ones()], FunctionalOptions::default()).unwrap();
    let two = [[2., 0.], [0., 2.]];
    assert_eq!(h[0][0].to_vec2::<f32>(), two);
    assert_eq!(h[0][1].to_vec2::<f32>(), two);
    assert_eq!(h[1][0].to_vec2::<f32>(), two);
    assert_eq!(h[1][1].to_vec2::<f32>(), [[0.; 2]; 2]);
    assert_eq!(
        error(hessian_with(
            |x| x[0].pow(3),
            &[&ones()],
            Default::default()
        )),
        "The Tensor returned by the function given to hessian should contain a single element"
    );
    assert_eq!(hessian(|x| x.sum(), &ones()).to_vec2::<f32>(), [[0.; 2]; 2]);
    let strict = FunctionalOptions {
        strict: true,
        ..Default::default()
    };
    assert_eq!(
        error(hessian_with(|x| x[0].sum(), &[&ones()], strict)),
        "While computing the hessian, found that the jacobian of the user-provided function with respect to input 0 is \
         independent of the input. This is not allowed in strict mode. You should ensure that your function is twice \
         differentiable and that the jacobian depends on the inputs (this would be violated by a linear function for \
         example)."
    );
}

#[test]
fn products_with_jacobians_and_hessians() {
    let x = tensor!([1., 2., 3.]);
    let v = tensor!([1., -1., 2.]);
    let f = |x: &Tensor| x.square() * x.sum();
    let j = jacobian(f, &x);
    let (y, left) = vjp(f, &x, Some(&v));
    assert_eq!(y.to_vec1::<f32>(), [6., 24., 54.]);
    assert_eq!(left.to_vec1::<f32>(), v.matmul(&j).to_vec1::<f32>());
    let (_, right) = jvp(f, &x, Some(&v));
    assert_eq!(right.to_vec1::<f32>(), j.matmul(&v).to_vec1::<f32>());
    let g = |x: &Tensor| (x.square() * x.sum()).sum();
    let h = hessian(g, &x);
    for (y, product) in [hvp(g, &x, Some(&v)), vhp(g, &x, Some(&v))] {
        assert_eq!(y.item::<f32>(), 84.);
        assert_eq!(product.to_vec1::<f32>(), h.matmul(&v).to_vec1::<f32>());
    }
    // Several inputs: one product for each.
    let f = |x: &[Tensor]| (&x[0] * &x[1]).sum();
    let (_, products) = vhp_with(f, &[&x, &v], Some(&[&v, &x]), Default::default()).unwrap();
    assert_eq!(products[0].to_vec1::<f32>(), [1., 2., 3.]);
    assert_eq!(products[1].to_vec1::<f32>(), [1., -1., 2.]);
    let (_, products) = hvp_with(f, &[&x, &v], Some(&[&v, &x]), Default::default()).unwrap();
    assert_eq!(products[0].to_vec1::<f32>(), [1., 2., 3.]);
}

#[test]
fn vectors_have_to_fit() {
    let ones = || Tensor::ones([2]);
    let none = FunctionalOptions::default();
    assert_eq!(
        error(vjp_with(|x| &x[0] * 2, &[&ones()], None, none)),
        "The vector v can only be None if the user-provided function returns a single Tensor with a single element."
    );
    assert_eq!(
        error(vjp_with(
            |x| &x[0] * 2,
            &[&ones()],
            Some(&[&Tensor::ones([3])]),
            none
        )),
        "v has invalid size: should be torch.Size([2]) but got torch.Size([3])."
    );
    assert_eq!(
        error(vjp_with(
            |x| &x[0] * 2,
            &[&ones()],
            Some(&[&ones(), &ones()]),
            none
        )),
        "The given v should contain a single Tensor."
    );
    assert_eq!(vjp(|x| x.sum(), &ones(), None).1.to_vec1::<f32>(), [1., 1.]);
    assert_eq!(
        error(jvp_with(|x| x[0].square(), &[&ones()], None, none)),
        "The vector v can only be None if the input to the user-provided function is a single Tensor with a single \
         element."
    );
    assert_eq!(
        error(hvp_with(
            |x| x[0].square(),
            &[&ones()],
            Some(&[&ones()]),
            none
        )),
        "The Tensor returned by the function given to hvp should contain a single element"
    );
    let strict = FunctionalOptions {
        strict: true,
        ..Default::default()
    };
    assert_eq!(
        error(vjp_with(|x| x[0].sum(), &[&ones(), &ones()], None, strict)),
        "The output of the user-provided function is independent of input 1. This is not allowed in strict mode."
    );
    let linear = |x: &[Tensor]| (&x[0] * 3).sum();
    let (_, zero) = hvp_with(linear, &[&ones()], Some(&[&ones()]), none).unwrap();
    assert_eq!(zero[0].to_vec1::<f32>(), [0., 0.]);
}

/// Gradients of PyTorch 2.15 for a gradient of 4.
#[test]
fn bounds_share_the_gradient_of_clamp_with_what_lies_at_them() {
    let gradients = |x: f64, low: f64, high: f64| {
        let leaves = [x, low, high].map(|it| Tensor::scalar(it).requires_grad_(true));
        let y = leaves[0].clamp(&leaves[1], &leaves[2]);
        y.backward_with(&Tensor::scalar(4.).to(DType::F64));
        leaves.map(|leaf| leaf.grad().unwrap().item::<f64>())
    };
    let nan = f64::NAN;
    for ([x, low, high], expected) in [
        ([2., 1., 3.], [4., 0., 0.]),
        ([1., 1., 2.], [2., 2., 0.]),
        ([2., 1., 2.], [2., 0., 2.]),
        ([1., 2., 3.], [0., 4., 0.]),
        ([3., 1., 2.], [0., 0., 4.]),
        // One bound is the other.
        ([1., 1., 1.], [4., 0., 0.]),
        ([1., 2., 2.], [0., 4., 0.]),
        ([3., 2., 2.], [0., 0., 4.]),
        // They are the wrong way round: the upper one counts.
        ([1., 3., 2.], [0., 0., 4.]),
        ([2., 2., 1.], [0., 0., 4.]),
        ([2., 3., 2.], [0., 0., 4.]),
        ([nan, 1., 2.], [4., 0., 0.]),
        ([nan, 2., 1.], [4., 0., 4.]),
        ([1., nan, 2.], [4., 0., 0.]),
        ([3., nan, 2.], [0., 0., 0.]),
        ([1., 2., nan], [0., 0., 0.]),
    ] {
        assert_eq!(gradients(x, low, high), expected, "{x} in {low}..{high}");
    }
    let (x, low) = (
        tensor!([1., 2., 3.]).requires_grad_(true),
        Tensor::scalar(2.).requires_grad_(true),
    );
    x.clamp_min(&low).sum().backward();
    assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [0., 0.5, 1.]);
    assert_eq!(low.grad().unwrap().item::<f64>(), 1.5);
}

#[test]
fn what_is_left_out_of_a_scattered_extreme_still_counts_among_equals() {
    use wick::tensor::ScatterReduce;
    let (x, source) = (
        tensor!([2., 3., 5., 2.]).requires_grad_(true),
        tensor!([2., 0., 3., 0., 0., 2., 5.]).requires_grad_(true),
    );
    let index = tensor!([0, 0, 1, 1, 1, 2, 2]);
    let y = x.scatter_reduce(0, &index, &source, ScatterReduce::Amax, false);
    y.backward_with(&tensor!([1., 2., 3., 4.]));
    assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [0., 0., 0., 4.]);
    assert_eq!(
        source.grad().unwrap().to_vec1::<f32>(),
        [0.5, 0., 1., 0., 0., 0., 1.5]
    );
}

/// What the inputs of a tensor's node were made by, as PyTorch 2.15 lists them.
#[test]
fn nodes_have_the_inputs_of_pytorch() {
    let next = |y: Tensor| -> Vec<String> {
        let node = y.grad_fn().unwrap();
        let name = |node: &Option<GradFn>| {
            node.as_ref()
                .map_or("None".to_owned(), |node| node.name().to_owned())
        };
        node.next_functions().iter().map(name).collect()
    };
    let x = Tensor::ones([2, 2, 3, 3]).requires_grad_(true);
    let w = Tensor::ones([1, 2, 1, 1]);
    let (leaf, none) = ("AccumulateGrad", "None");
    let conv = |bias: Option<&Tensor>| x.conv2d(&w, bias, Conv2dOptions::default());
    assert_eq!(next(conv(None)), [leaf, none, none]);
    assert_eq!(
        next(conv(Some(&Tensor::ones([1]).requires_grad_(true)))),
        [leaf, none, leaf]
    );
    assert_eq!(
        next(nn::functional::layer_norm(&x, [3], None, None, 1e-5)),
        [leaf, none, none]
    );
    assert_eq!(next(BatchNorm2d::new(2).forward(&x)), [leaf, leaf, leaf]);
    assert_eq!(next(x.clamp(0, 1)), [leaf]);
    assert_eq!(next(x.remainder(2)), [leaf]);
    assert_eq!(next(&x * 2), [leaf, none]);
    assert_eq!(next(x.pow(2)), [leaf]);
}
