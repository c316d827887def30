"""Gradients, from leaves of one cell through operations of others."""


def test_autograd_across_cells(kernel):
    """With evcxr's default linking each cell has its own counter of tensor ids, and this gives wrong gradients."""
    kernel.ok("let x = tensor!([1., 2., 3.]).requires_grad_(true);")
    kernel.ok("let y = &x * &x;")
    kernel.ok("let z = y.sum();")
    kernel.ok("z.backward();")
    assert kernel.value("x.grad()") == "tensor([2., 4., 6.])"


def test_two_leaves_of_two_cells(kernel):
    kernel.ok("let a = tensor!([2.]).requires_grad_(true);")
    kernel.ok("let b = tensor!([5.]).requires_grad_(true);")
    kernel.ok("let product = &a * &b;")
    kernel.ok("let c = tensor!([7.]).requires_grad_(true);")
    kernel.ok("let total = (&product * &c).sum();\ntotal.backward();")
    assert kernel.value("(a.grad(), b.grad(), c.grad())") == "(tensor([35.]), tensor([14.]), tensor([10.]))"


def test_gradients_accumulate_across_cells(kernel):
    kernel.ok("let x = tensor!([3.]).requires_grad_(true);")
    kernel.ok("(&x * 2.).sum().backward();")
    kernel.ok("(&x * 2.).sum().backward();")
    assert kernel.value("x.grad()") == "tensor([4.])"


def test_a_training_loop_over_cells(kernel):
    kernel.ok("manual_seed(0);\nlet model = Linear::new(2, 1);\nlet mut optimizer = SGD::new(model.parameters(), 0.1);")
    kernel.ok("let x = tensor!([[0., 1.], [1., 0.], [1., 1.]]);\nlet y = tensor!([[2.], [1.], [3.]]);")
    kernel.ok(
        "let mut losses = vec![];\nfor _ in 0..200 {\n    let error = model.forward(&x) - &y;\n    let loss = (&error * &error).mean();\n"
        "    optimizer.zero_grad();\n    loss.backward();\n    optimizer.step();\n    losses.push(loss.item::<f64>());\n}"
    )
    assert kernel.value("losses[0] > 0.1 && losses[199] < 1e-2") == "true"


def test_a_gradient_survives_a_failing_cell(kernel):
    kernel.ok("let x = tensor!([1.]).requires_grad_(true);\n(&x * 3.).sum().backward();")
    kernel.fails('panic!("no");')
    assert kernel.value("x.grad()") == "tensor([3.])"


def test_anomaly_mode_names_the_cell_and_line(kernel):
    """The derivative fails in one cell; the operation that made the not-a-number was called in another."""
    kernel.ok("wick::autograd::set_detect_anomaly(true);")
    kernel.ok("let x = tensor!([0., 1.]).requires_grad_(true);")
    count = kernel.ok("let a = &x * 2;\nlet y =\n    a.log();").count
    error = kernel.fails("(&y * 0).sum().backward();")
    assert "Function 'LogBackward0' returned nan values in its 0th output." in error.said
    assert f"Log was called at In[{count}]:3:" in error.said
    kernel.ok("wick::autograd::set_detect_anomaly(false);")
    kernel.ok("(x.log() * 0).sum().backward();")


def test_anomaly_mode_names_a_line_inside_a_function(kernel):
    defined = kernel.ok("fn risky(x: &Tensor) -> Tensor {\n    x.sqrt()\n}").count
    error = kernel.fails(
        "wick::autograd::detect_anomaly(|| {\n    let x = tensor!([-1.]).requires_grad_(true);\n    risky(&x).sum().backward();\n});"
    )
    assert "Function 'SqrtBackward0' returned nan values in its 0th output." in error.said
    assert f"Sqrt was called at In[{defined}]:2:" in error.said


def test_a_custom_function_over_cells(kernel):
    kernel.ok(
        "use wick::autograd::{Function, FunctionCtx};\nstruct Double;\nimpl Function for Double {\n    type Output = Tensor;\n"
        "    fn forward(&self, _: &mut FunctionCtx, x: &[Tensor]) -> Tensor { &x[0] * 2 }\n"
        "    fn backward(&self, _: &FunctionCtx, g: &[Tensor]) -> Vec<Option<Tensor>> { vec![Some(&g[0] * 2)] }\n}"
    )
    kernel.ok("let x = tensor!([1., 2.]).requires_grad_(true);")
    assert kernel.value("Double.apply(&[&x])") == "tensor([2., 4.], grad_fn=<DoubleBackward>)"
    kernel.ok("Double.apply(&[&x]).sum().backward();")
    assert kernel.value("x.grad()") == "tensor([2., 2.])"
