let x = tensor!([[1., 2.], [3., 4.]]).requires_grad_(true);
let y = (&x * &x).sum();
y.backward();
x.grad()