//! `wick::func`: derivatives as functions, mapped functions, modules with other parameters. Numbers and messages are
//! those of `torch.func` in PyTorch 2.15.

use wick::func::*;
use wick::nn::StateDict;
use wick::prelude::*;
use wick::random::Generator;

fn error<T>(result: wick::Result<T>) -> String {
    match result {
        Ok(_) => panic!("it did not fail"),
        Err(error) => error.to_string(),
    }
}

fn rows() -> Tensor {
    tensor!([[0., 1., 2.], [3., 4., 5.]])
}

fn state<const N: usize>(tensors: [(&str, Tensor); N]) -> StateDict {
    tensors
        .map(|(name, tensor)| (name.to_owned(), tensor))
        .into_iter()
        .collect()
}

#[test]
fn derivatives_compose() {
    let cube = |x: &Tensor| x.pow(3);
    let x = tensor!(2.);
    assert_eq!(
        wick::func::grad(wick::func::grad(cube))(&x).item::<f32>(),
        12.
    );
    assert_eq!(jacfwd(jacrev(cube))(&x).item::<f32>(), 12.);
    // The third, of another.
    assert_eq!(
        jacrev(jacfwd(wick::func::grad(|x: &Tensor| x.pow(4))))(&x).item::<f32>(),
        48.
    );
}

#[test]
fn jacobians_and_hessians_have_the_shapes_of_pytorch() {
    let x = tensor!([1., 2.]);
    assert_eq!(
        jacrev(|x: &Tensor| x.sin())(&x).to_string(),
        "tensor([[ 0.5403, -0.0000],\n        [ 0.0000, -0.4161]])"
    );
    assert_eq!(
        jacfwd(|x: &Tensor| x.sin())(&x).to_string(),
        "tensor([[ 0.5403,  0.0000],\n        [-0.0000, -0.4161]])"
    );
    let h = hessian(|x: &Tensor| x.pow(3))(&x);
    assert_eq!(h.shape(), [2, 2, 2]);
    assert_eq!(
        h.flatten(0, -1).to_vec1::<f32>(),
        [6., 0., 0., 0., 0., 0., 0., 12.]
    );
    let j = jacrev(|w: &Tensor| w.matmul(&Tensor::ones([3])))(&rows());
    assert_eq!(j.shape(), [2, 2, 3]);
    let j = jacfwd(|x: &Tensor| x.detach() * 2)(&x);
    assert_eq!(j.to_vec2::<f32>(), [[0., 0.], [0., 0.]]);
}

#[test]
fn results_have_a_graph_where_somebody_may_want_it() {
    let cube = |x: &Tensor| x.pow(3).sum();
    let x = tensor!([1., 2.]);
    assert!(!wick::func::grad(cube)(&x).requires_grad());
    assert!(!no_grad(|| wick::func::grad(cube)(&x)).requires_grad());
    let leaf = x.detach().requires_grad_(true);
    assert_eq!(
        wick::func::grad(cube)(&leaf).grad_fn().unwrap().name(),
        "MulBackward0"
    );
    assert!(!no_grad(|| wick::func::grad(cube)(&leaf)).requires_grad());
    // Another tensor in the function.
    let w = tensor!(3.).requires_grad_(true);
    let slope = wick::func::grad(|x: &Tensor| (&w * x.pow(3)).sum())(&x);
    assert_eq!(slope.to_vec1::<f32>(), [9., 36.]);
    assert!(slope.requires_grad());
    // A step of training within a loss (MAML): d/dw |w - 0.1 * 2w|^2 = 2 * 0.64 * w.
    let w = tensor!([1., 2.]).requires_grad_(true);
    let step = &w - wick::func::grad(|w: &Tensor| w.square().sum())(&w) * 0.1;
    step.square().sum().backward();
    assert!(w.grad().unwrap().allclose(&tensor!([1.28, 2.56])));
}

#[test]
fn products_with_jacobians() {
    let x = tensor!([1., 2.]);
    let (y, back) = vjp(|x: &Tensor| x.sin(), &x);
    assert_eq!(y.to_string(), "tensor([0.8415, 0.9093])");
    assert_eq!(
        back(&Tensor::ones([2])).to_string(),
        "tensor([ 0.5403, -0.4161])"
    );
    let (y, moved) = jvp(|x: &Tensor| x.sin(), &x, &Tensor::ones([2]));
    assert!(!y.requires_grad() && !moved.requires_grad());
    assert_eq!(moved.to_string(), "tensor([ 0.5403, -0.4161])");

    let (_, back) = vjp_with(|x| x[0].sin(), &[&x]).unwrap();
    assert_eq!(
        error(back(&[&Tensor::ones([3])])),
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of torch.Size([2])."
    );
    assert_eq!(
        error(jvp_with(|x| x[0].sin(), &[&x], &[&Tensor::ones([3])])),
        "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not \
         supported. Tensor is of size [2] while the given forward gradient is of size [3]."
    );
}

#[test]
fn a_gradient_wants_one_number_and_floats() {
    let of = |f: fn(&[Tensor]) -> Tensor, x: &Tensor| wick::func::grad_with(f, [0])(&[x]);
    assert_eq!(
        error(of(|x| x[0].pow(3), &tensor!([1., 2.]))),
        "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with 1 dims. Maybe you wanted \
         to use the vjp or jacrev APIs instead?"
    );
    assert_eq!(
        error(of(|x| x[0].sum(), &tensor!([1, 2]))),
        "only Tensors of floating point dtype can require gradients"
    );
    assert_eq!(
        error(wick::func::grad_with(|x| x[0].sum(), [3])(&[&rows()])),
        "Got argnum=3, but only 1 positional inputs"
    );
    let nothing = of(|_| tensor!(2.), &tensor!([1., 2.])).unwrap();
    assert_eq!(nothing[0].to_vec1::<f32>(), [0., 0.]);
}

#[test]
fn functions_are_mapped_over_any_dimension() {
    let options = VmapOptions {
        out_dims: vec![0, 1],
        ..Default::default()
    };
    let y = vmap_with(|x| (x[0].sum(), &x[0] * 2), options)(&[&rows()]).unwrap();
    assert_eq!(y[0].to_vec1::<f32>(), [3., 12.]);
    assert_eq!(y[1].to_vec2::<f32>(), [[0., 6.], [2., 8.], [4., 10.]]);
    let options = VmapOptions {
        in_dims: vec![Some(-1)],
        out_dims: vec![2],
        ..Default::default()
    };
    let y = vmap_with(|x| x[0].outer(&x[0]), options)(&[&rows()]).unwrap();
    assert_eq!(y[0].shape(), [2, 2, 3]);
    // Nothing to map over has a shape all the same.
    assert_eq!(
        vmap(|x: &Tensor| x.outer(x))(&Tensor::zeros([0, 3])).shape(),
        [0, 3, 3]
    );
    // Gradients flow through, and writes reach the batch.
    let x = rows().requires_grad_(true);
    vmap(|x: &Tensor| x.square().sum())(&x).sum().backward();
    assert_eq!(
        x.grad().unwrap().to_vec2::<f32>(),
        (rows() * 2).to_vec2::<f32>()
    );
    let x = rows();
    vmap(|x: &Tensor| x.add_(1))(&x);
    assert_eq!(x.to_vec2::<f32>(), (rows() + 1).to_vec2::<f32>());
}

#[test]
fn gradients_of_each_example() {
    let net = Linear::new(3, 1);
    let parameters = [net.weight.detach(), net.bias.as_ref().unwrap().detach()];
    let loss = |weight: &Tensor, bias: &Tensor, x: &Tensor| {
        let state = state([("weight", weight.clone()), ("bias", bias.clone())]);
        functional_call(&net, &state, x).square().sum()
    };
    let options = VmapOptions {
        in_dims: vec![None, None, Some(0)],
        ..Default::default()
    };
    let slopes = wick::func::grad_with(|x| loss(&x[0], &x[1], &x[2]), [0, 1]);
    let each = vmap_with(|x| slopes(&x.iter().collect::<Vec<_>>()).unwrap(), options);
    let found = each(&[&parameters[0], &parameters[1], &rows()]).unwrap();
    assert_eq!(
        (found[0].shape().dims(), found[1].shape().dims()),
        (&[2, 1, 3][..], &[2, 1][..])
    );
    for (i, x) in rows().unbind(0).iter().enumerate() {
        net.zero_grad();
        net.forward(x).square().sum().backward();
        assert!(
            found[0]
                .select(0, i as i64)
                .allclose(&net.weight.grad().unwrap())
        );
    }
}

#[test]
fn random_numbers_are_refused_until_somebody_says_which() {
    let noisy = |randomness| {
        vmap_with(
            |x| &x[0] + Tensor::rand([3]),
            VmapOptions {
                randomness,
                ..Default::default()
            },
        )
    };
    let zeros = Tensor::zeros([2, 3]);
    let draw = |randomness| {
        Generator::with_seed(0).scope(|| noisy(randomness)(&[&zeros]).map(|y| y[0].to_string()))
    };
    assert_eq!(
        error(draw(Randomness::Error)),
        "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' \
         randomness flags on vmap or perform the randomness operation out of vmap"
    );
    assert_eq!(
        draw(Randomness::Different).unwrap(),
        "tensor([[0.4963, 0.7682, 0.0885],\n        [0.1320, 0.3074, 0.6341]])"
    );
    assert_eq!(
        draw(Randomness::Same).unwrap(),
        "tensor([[0.4963, 0.7682, 0.0885],\n        [0.4963, 0.7682, 0.0885]])"
    );
}

#[test]
fn what_cannot_be_mapped_is_said() {
    let dots = |in_dims: &[Option<i64>], a: &Tensor, b: &Tensor| {
        let options = VmapOptions {
            in_dims: in_dims.to_vec(),
            ..Default::default()
        };
        error(vmap_with(|x| x[0].dot(&x[1]), options)(&[a, b]))
    };
    let three = Tensor::ones([3, 3]);
    assert_eq!(
        dots(&[], &rows(), &three),
        "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes [2, 3] for the mapped \
         dimension"
    );
    assert_eq!(
        dots(&[None, None], &rows(), &rows()),
        "vmap: Expected at least one Tensor to vmap over"
    );
    assert_eq!(
        dots(&[Some(0), Some(5)], &rows(), &rows()),
        "vmap(f, in_dims=(0, 5), ...)(<inputs>): Got in_dim=5 for some input, but that input is a Tensor of \
         dimensionality 2 so expected in_dim to satisfy -2 <= in_dim < 2."
    );
    assert!(
        dots(&[Some(0)], &rows(), &rows()).contains("in_dims has 1 entries but there are 2 inputs")
    );
    assert_eq!(
        error(vmap_with(|x| x[0].sin(), VmapOptions::default())(&[
            &tensor!(3.)
        ])),
        "vmap(f, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a Tensor of dimensionality 0 \
         so expected in_dim to satisfy -0 <= in_dim < 0."
    );
    let options = VmapOptions {
        out_dims: vec![5],
        ..Default::default()
    };
    assert_eq!(
        error(vmap_with(|x| x[0].outer(&x[0]), options)(&[&rows()])),
        "Dimension out of range (expected to be in range of [-3, 2], but got 5)"
    );
}

#[test]
fn a_module_takes_other_parameters_for_one_call() {
    let net = Sequential::new((Linear::new(2, 1), BatchNorm1d::new(1)));
    let before = net.state_dict();
    let weight = tensor!([[1., 1.]]).requires_grad_(true);
    let other = state([
        ("0.weight", weight.clone()),
        ("0.bias", tensor!([0.])),
        ("1.running_mean", tensor!([1.])),
    ]);
    net.eval();
    let y = functional_call(&net, &other, &Tensor::ones([3, 2]));
    assert!(y.allclose(&(Tensor::ones([3, 1]) / (1f64 + 1e-5).sqrt())));
    y.sum().backward();
    assert!(
        weight
            .grad()
            .unwrap()
            .allclose(&Tensor::full([1, 2], 3. / (1f64 + 1e-5).sqrt()))
    );
    for (name, tensor) in before.iter() {
        assert!(
            tensor.equal(net.state_dict().get(name).unwrap()),
            "{name} has changed"
        );
    }
    let own = net.named_parameters();
    assert!(own[0].0 == "0.weight" && own[0].1.grad().is_none());

    // Also after a panic.
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        functional_call(
            &net,
            &state([("0.weight", Tensor::ones([1, 3]))]),
            &Tensor::ones([3, 2]),
        )
    }));
    assert!(caught.is_err());
    assert!(
        net.state_dict()
            .get("0.weight")
            .unwrap()
            .equal(before.get("0.weight").unwrap())
    );
    let strict = FunctionalCallOptions { strict: true };
    let linear = Linear::new(2, 1);
    let given = state([("weigh", Tensor::ones([1, 2])), ("bias", Tensor::ones([1]))]);
    assert_eq!(
        error(functional_call_with(&linear, &given, strict, |_| ())),
        "Error(s) in reparametrizing for Linear:\n\tUnexpected key(s): 'weigh'.\n\tMissing key(s): 'weight'."
    );
}

#[test]
fn an_ensemble_is_stacked_modules() {
    let nets: Vec<Linear> = (0..3).map(|_| Linear::new(3, 1)).collect();
    let (parameters, buffers) = stack_module_state(&nets.iter().collect::<Vec<_>>());
    assert!(buffers.is_empty());
    let (weight, bias) = (
        parameters.get("weight").unwrap(),
        parameters.get("bias").unwrap(),
    );
    assert!(weight.requires_grad() && weight.is_leaf());
    let options = VmapOptions {
        in_dims: vec![Some(0), Some(0), None],
        ..Default::default()
    };
    let all = vmap_with(
        |x| {
            functional_call(
                &nets[0],
                &state([("weight", x[0].clone()), ("bias", x[1].clone())]),
                &x[2],
            )
        },
        options,
    );
    let y = all(&[weight, bias, &rows()]).unwrap().remove(0);
    for (i, net) in nets.iter().enumerate() {
        assert!(y.select(0, i as i64).allclose(&net.forward(&rows())));
    }
    y.sum().backward();
    assert_eq!(weight.grad().unwrap().shape(), [3, 1, 3]);
    assert_eq!(
        error(try_stack_module_state::<Linear>(&[])),
        "stack_module_state: Expected at least one model, got 0."
    );
    nets[1].eval();
    assert_eq!(
        error(try_stack_module_state(&nets.iter().collect::<Vec<_>>())),
        "stack_module_state: Expected all models to have the same training/eval mode."
    );
}
