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
