//! Operations: value, dtype and shape, and the gradient of every input.

use tinyjson::JsonValue;
use wick::nn::functional as F;
use wick::prelude::*;

use crate::compare::{close, same};
use crate::fixture::{self, Case, Outcome, number, numbers};

#[test]
fn ops() {
    let name = |case: &Case| {
        let shapes: Vec<_> = case
            .list("inputs")
            .iter()
            .map(|input| fixture::sizes(field(input, "shape")))
            .collect();
        format!(
            "{} {shapes:?} {}",
            case.text("op"),
            case.required("kwargs").stringify().unwrap_or_default()
        )
    };
    fixture::run("ops", 1.0, name, check);
}

fn check(case: &Case) -> Outcome {
    let inputs: Vec<Tensor> = case
        .list("inputs")
        .iter()
        .map(tensor)
        .collect::<Result<_, _>>()?;
    for input in &inputs {
        input.requires_grad_(input.dtype().is_floating_point());
    }
    let (output, running) = apply(case, &inputs)?;

    let expected = case.required("output");
    same(
        "the dtype",
        output.dtype().name(),
        text(field(expected, "dtype")),
    )?;
    same(
        "the shape",
        output.shape().to_vec(),
        fixture::sizes(field(expected, "shape")),
    )?;
    // What each case may differ by stands in the fixture: 1e-5 for a few roundings of f32, 1e-4 where hundreds of
    // products are added in another order. Integers have to be equal.
    let tolerance = if output.dtype().is_floating_point() {
        case.number("tol")
    } else {
        0.0
    };
    let values = output.detach().to_vec::<f64>();
    close(&values, &numbers(field(expected, "data")), tolerance)
        .map_err(|why| format!("the values: {why}"))?;
    if let Some((mean, var)) = running {
        close(
            &mean.to_vec::<f64>(),
            &case.numbers("running_mean"),
            tolerance,
        )
        .map_err(|why| format!("the running mean: {why}"))?;
        close(
            &var.to_vec::<f64>(),
            &case.numbers("running_var"),
            tolerance,
        )
        .map_err(|why| format!("the running variance: {why}"))?;
    }

    if output.requires_grad() {
        let gradient = Tensor::from_vec(
            floats(&case.numbers("grad_output")),
            output.shape().to_vec(),
        );
        output.backward_with(&gradient);
    }
    for (index, (input, expected)) in inputs.iter().zip(case.list("grads")).enumerate() {
        let gradient = input.grad().map(|gradient| gradient.to_vec::<f64>());
        match (gradient, expected.is_null()) {
            (None, true) => {}
            (Some(ours), false) => close(&ours, &numbers(expected), tolerance)
                .map_err(|why| format!("the gradient of input {index}: {why}"))?,
            (Some(_), true) => return Err(format!("input {index} has a gradient and should not")),
            (None, false) => return Err(format!("input {index} has no gradient")),
        }
    }
    Ok(())
}

/// The running mean and variance after a batch normalization that changes them.
type Running = Option<(Tensor, Tensor)>;

fn apply(case: &Case, inputs: &[Tensor]) -> Result<(Tensor, Running), String> {
    let kwargs = Kwargs(case.required("kwargs"));
    if let ("batch_norm_train", [x, weight, bias]) = (case.text("op"), inputs) {
        let (mean, var) = (Tensor::zeros([3]), Tensor::ones([3]));
        let running = Some((&mean, &var));
        let y = F::batch_norm(
            x,
            running,
            Some(weight),
            Some(bias),
            true,
            kwargs.float("momentum"),
            kwargs.float("eps"),
        );
        return Ok((y, Some((mean, var))));
    }
    let output = match inputs {
        [x] => unary(case.text("op"), x, &kwargs),
        [a, b] => binary(case.text("op"), a, b, &kwargs),
        [x, weight, bias] => ternary(case.text("op"), x, weight, bias, &kwargs),
        _ => None,
    };
    output
        .map(|output| (output, None))
        .ok_or_else(|| "the operation is not known".to_string())
}

fn unary(op: &str, x: &Tensor, kwargs: &Kwargs) -> Option<Tensor> {
    Some(match op {
        "sin" => x.sin(),
        "cos" => x.cos(),
        "exp" => x.exp(),
        "log" => x.log(),
        "sqrt" => x.sqrt(),
        "tanh" => x.tanh(),
        "sigmoid" => x.sigmoid(),
        "relu" => x.relu(),
        "abs" => x.abs(),
        "neg" => x.neg(),
        "gelu" => F::gelu(x),
        "square" => x.square(),
        "reciprocal" => x.reciprocal(),
        "sum" => x.sum(),
        "mean" => x.mean(),
        "max" => x.max(),
        "var" => x.var(),
        "std" => x.std(),
        "sum_dim" => x.sum_dim([kwargs.int("dim")], kwargs.flag("keepdim")),
        "mean_dim" => x.mean_dim([kwargs.int("dim")], kwargs.flag("keepdim")),
        "amax_dim" => x.amax([kwargs.int("dim")], kwargs.flag("keepdim")),
        "softmax" => F::softmax(x, kwargs.int("dim")),
        "log_softmax" => F::log_softmax(x, kwargs.int("dim")),
        "cumsum" => x.cumsum(kwargs.int("dim")),
        "permute" => x.permute(kwargs.ints("dims")),
        "transpose" => x.transpose(kwargs.int("dim0"), kwargs.int("dim1")),
        "view" => x.view(kwargs.ints("shape")),
        "expand" => x.expand(kwargs.ints("shape")),
        "squeeze" => x.squeeze_dim(kwargs.int("dim")),
        "unsqueeze" => x.unsqueeze(kwargs.int("dim")),
        "narrow" if kwargs.text("index") == "[:, 1:4]" => x.i((.., 1..4)),
        "clamp" => x.clamp(kwargs.float("min"), kwargs.float("max")),
        "flatten" => x.flatten(kwargs.int("start_dim"), -1),
        "max_pool2d" | "max_pool2d_ties" => F::max_pool2d(
            x,
            kwargs.size("kernel"),
            kwargs.size("stride"),
            kwargs.size("padding"),
        ),
        "avg_pool2d" => F::avg_pool2d(
            x,
            kwargs.size("kernel"),
            kwargs.size("stride"),
            kwargs.size("padding"),
        ),
        "adaptive_avg_pool2d" => F::adaptive_avg_pool2d(x, kwargs.size("output")),
        _ => return None,
    })
}

fn binary(op: &str, a: &Tensor, b: &Tensor, kwargs: &Kwargs) -> Option<Tensor> {
    Some(match op {
        "add" => a + b,
        "sub" => a - b,
        "mul" => a * b,
        "div" => a / b,
        "maximum" => a.maximum(b),
        "pow" => a.pow(b),
        "cat" => Tensor::cat(&[a, b], kwargs.int("dim")),
        "stack" => Tensor::stack(&[a, b], kwargs.int("dim")),
        "matmul" | "matmul_int" => a.matmul(b),
        "index_select" => a.index_select(kwargs.int("dim"), b),
        "gather" => a.gather(kwargs.int("dim"), b),
        "where" if kwargs.text("cond") == "a>b" => a.gt(b).where_(a, b),
        "conv2d" | "conv2d_1x1" => F::conv2d(a, b, None, kwargs.conv2d()),
        "cross_entropy" => F::cross_entropy(a, b),
        "mse_loss" => F::mse_loss(a, b),
        "nll_loss" => F::nll_loss(a, b),
        "bce_with_logits" => F::binary_cross_entropy_with_logits(a, b),
        "embedding" => a.embedding(b),
        _ => return None,
    })
}

fn ternary(
    op: &str,
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    kwargs: &Kwargs,
) -> Option<Tensor> {
    Some(match op {
        "conv2d" => F::conv2d(x, weight, Some(bias), kwargs.conv2d()),
        "linear" => F::linear(x, weight, Some(bias)),
        "layer_norm" => F::layer_norm(x, weight.shape(), Some(weight), Some(bias), 1e-5),
        "batch_norm_eval" => {
            let mean = Tensor::full([3], kwargs.float("running_mean"));
            let var = Tensor::full([3], kwargs.float("running_var"));
            let running = Some((&mean, &var));
            F::batch_norm(
                x,
                running,
                Some(weight),
                Some(bias),
                false,
                0.1,
                kwargs.float("eps"),
            )
        }
        _ => return None,
    })
}

/// What the fixture passes by name.
struct Kwargs<'a>(&'a JsonValue);

impl Kwargs<'_> {
    fn float(&self, name: &str) -> f64 {
        number(field(self.0, name))
    }

    fn int(&self, name: &str) -> i64 {
        self.float(name) as i64
    }

    fn size(&self, name: &str) -> usize {
        self.float(name) as usize
    }

    fn ints(&self, name: &str) -> Vec<i64> {
        numbers(field(self.0, name))
            .into_iter()
            .map(|value| value as i64)
            .collect()
    }

    fn flag(&self, name: &str) -> bool {
        field(self.0, name) == &JsonValue::Boolean(true)
    }

    fn text(&self, name: &str) -> &str {
        text(field(self.0, name))
    }

    fn conv2d(&self) -> F::Conv2dOptions {
        F::Conv2dOptions {
            stride: [self.size("stride"); 2],
            padding: [self.size("padding"); 2],
            dilation: [self.size("dilation"); 2],
            groups: self.size("groups"),
        }
    }
}

fn field<'a>(value: &'a JsonValue, name: &str) -> &'a JsonValue {
    match value {
        JsonValue::Object(fields) => fields
            .get(name)
            .unwrap_or_else(|| panic!("the fixture has no field '{name}'")),
        other => panic!("{other:?} has no fields"),
    }
}

fn text(value: &JsonValue) -> &str {
    value
        .get::<String>()
        .unwrap_or_else(|| panic!("{value:?} is no text"))
}

fn tensor(input: &JsonValue) -> Result<Tensor, String> {
    let data = numbers(field(input, "data"));
    let shape: Vec<i64> = numbers(field(input, "shape"))
        .into_iter()
        .map(|size| size as i64)
        .collect();
    match text(field(input, "dtype")) {
        "float32" => Ok(Tensor::from_vec(floats(&data), shape)),
        "int64" => Ok(Tensor::from_vec(
            data.iter().map(|&value| value as i64).collect::<Vec<_>>(),
            shape,
        )),
        other => Err(format!("inputs of dtype {other} are not known")),
    }
}

fn floats(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}
