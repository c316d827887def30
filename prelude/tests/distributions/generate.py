"""Writes what PyTorch's distributions draw, score and print, for `main.rs` to compare: `python generate.py > cases.jsonl`."""

import json
import warnings

import torch
import torch.distributions as D
from torch.distributions import transforms as T

warnings.simplefilter("ignore")
F64 = torch.float64


def packed(x):
    """A tensor, with numbers that JSON has none for as words."""
    if x is None:
        return None
    x = x.detach()
    return dict(shape=list(x.shape), dtype=str(x.dtype).removeprefix("torch."), values=[repr(float(v)) for v in x.flatten()])


def attempt(f):
    """What `f` gives; a word where PyTorch has nothing, and none where the numbers are refused."""
    try:
        return packed(f())
    except (NotImplementedError, AttributeError):
        return "nothing"
    except ValueError:
        return None


def given(x):
    return packed(x) if isinstance(x, torch.Tensor) else x


def t(*values, dtype=torch.float32):
    return torch.tensor(values[0] if len(values) == 1 else values, dtype=dtype)


def gradients(result, leaves):
    """Of the sum of arc tangents, so that each number has a gradient of its own to pass on, and large ones have small ones."""
    if not leaves or not result.requires_grad:
        return None
    try:
        found = torch.autograd.grad(result.double().atan().sum(), leaves, allow_unused=True)
    except RuntimeError:
        # Wishart writes to what its gradients are made of.
        return None
    return [packed(g) for g in found]


def case(family, make, parameters, value, how="", shares=True):
    """One set of parameters; `value` is scored."""
    leaves = []
    for parameter in parameters:
        if isinstance(parameter, torch.Tensor) and parameter.is_floating_point():
            parameter.requires_grad_()
            leaves.append(parameter)
    make_it = lambda: make(*parameters)
    d = make_it()
    row = dict(family=family, how=how, parameters=[given(p) for p in parameters], text=repr(make_it()))
    row["batch"], row["event"] = list(d.batch_shape), list(d.event_shape)
    row["support"] = repr(d.support)
    row["has_rsample"] = d.has_rsample
    row["has_enumerate_support"] = d.has_enumerate_support
    for name in ("mean", "mode", "variance", "stddev"):
        row[name] = attempt(lambda: getattr(d, name))
    for name in ("entropy", "perplexity"):
        row[name] = attempt(lambda: getattr(d, name)())
    row["enumerated"] = attempt(lambda: d.enumerate_support())
    row["enumerated_once"] = attempt(lambda: d.enumerate_support(expand=False))
    row["samples"] = []
    for shape in ((), (3,), (4, 5)):
        torch.manual_seed(7)
        drawn = d.sample(shape)
        more = None
        if d.has_rsample:
            torch.manual_seed(8)
            drawn_through = make_it().rsample(shape)
            more = dict(values=packed(drawn_through), gradients=gradients(drawn_through, leaves))
        row["samples"].append(dict(sample=packed(drawn), shape=list(shape), rsample=more))
    row["value"] = packed(value)
    log_prob = make_it().log_prob(value)
    row["log_prob"] = packed(log_prob)
    row["log_prob_gradients"] = gradients(log_prob, leaves)
    row["cdf"] = attempt(lambda: d.cdf(value))
    share = torch.tensor([0.1, 0.5, 0.75], dtype=value.dtype if value.is_floating_point() else torch.float32).reshape(3, *[1] * len(d.batch_shape + d.event_shape))
    row["share"] = packed(share)
    row["icdf"] = attempt(lambda: d.icdf(share))
    expanded = (2, *d.batch_shape)
    torch.manual_seed(9)
    row["expanded"] = packed(d.expand(expanded).sample((2,)))
    rows.append(row)


def case_both(family, make, others, probs, value):
    """Probabilities, and the same as logits; of both, numbers of 32 and 64 bits."""
    for how in ("probs", "logits"):
        for dtype in (torch.float32, F64):
            weights = probs
            if isinstance(probs, torch.Tensor):
                weights = probs.detach().to(dtype).clone()
                if how == "logits":
                    weights = weights.log() + 0.25 if family in CATEGORIES else torch.logit(weights)
            elif dtype == F64:
                continue
            elif how == "logits":
                weights = 0.4
            parameters = [o.detach().to(dtype).clone() if isinstance(o, torch.Tensor) else o for o in others] + [weights]
            case(family, lambda *p: make(*p[:-1], **{how: p[-1]}), parameters, value.to(dtype) if value.is_floating_point() else value, how)


CATEGORIES = ("Categorical", "OneHotCategorical", "OneHotCategoricalStraightThrough", "Multinomial", "ExpRelaxedCategorical", "RelaxedOneHotCategorical")
rows = []

any_loc = [(0, 1), (0.5, 2.0), (t(0.0, -1.0, 2.0), 0.7), (t([[0.3], [-2.0]]), t(0.5, 1.0, 4.0)), (t(1.0, 2.0, dtype=F64), 3)]
values = [t(0.3), t(-1.5), t(0.2, 1.0, -3.0), t([[0.3, 1.0, 2.0], [-1.0, -2.0, 0.1]]), t(0.5, 4.0, dtype=F64)]
for family in (D.Normal, D.Laplace, D.Cauchy, D.Gumbel):
    for parameters, value in zip(any_loc, values):
        parameters = [p.clone() if isinstance(p, torch.Tensor) else p for p in parameters]
        case(family.__name__, family, parameters, value)
for parameters, value in zip(any_loc, values):
    parameters = [p.clone() if isinstance(p, torch.Tensor) else p for p in parameters]
    case("LogNormal", D.LogNormal, parameters, value.abs() + 0.1)
    case("StudentT", D.StudentT, [t(0.7, 1.5, 5.0) if value.dim() and value.dtype != F64 else 2.5, *[p.detach().clone() if isinstance(p, torch.Tensor) else p for p in parameters]], value)

for low, high, value in ((0, 1, t(0.3)), (-1.0, t(2.0, 3.5), t(1.5, 3.4)), (t(-1.0, 0.0, dtype=F64), t([[1.0], [2.0]], dtype=F64), t(0.5, dtype=F64))):
    case("Uniform", D.Uniform, [low, high], value)

positive = [(1,), (0.25,), (t(0.3, 1.0, 12.0),), (t([[0.5], [3.0]], dtype=F64),)]
at = [t(0.3), t(2.0), t(0.2, 1.0, 3.0), t([[0.3], [2.0]], dtype=F64)]
for family in (D.Exponential, D.HalfNormal, D.HalfCauchy, D.Chi2):
    for parameters, value in zip(positive, at):
        case(family.__name__, family, [p.clone() if isinstance(p, torch.Tensor) else p for p in parameters], value)
for parameters, value in zip(positive, (t(3.0), t(0.0), t(2.0, 1.0, 14.0), t([[0.0], [2.0]], dtype=F64))):
    case("Poisson", D.Poisson, [p.clone() if isinstance(p, torch.Tensor) else p for p in parameters], value)

pairs = [(1, 2), (0.3, 0.5), (t(0.4, 1.0, 9.0), 2.0), (t([[0.5], [3.0]]), t(0.8, 5.0)), (t(0.2, 7.0, dtype=F64), t(2.5, 0.6, dtype=F64))]
at = [t(0.3), t(2.0), t(0.2, 1.0, 3.0), t([[0.3, 0.1], [2.0, 1.0]]), t(0.1, 2.0, dtype=F64)]
for family in (D.Gamma, D.InverseGamma, D.Weibull, D.FisherSnedecor):
    for parameters, value in zip(pairs, at):
        case(family.__name__, family, [p.clone() if isinstance(p, torch.Tensor) else p for p in parameters], value)
for parameters, value in zip(pairs, at):
    case("Pareto", D.Pareto, [p.clone() if isinstance(p, torch.Tensor) else p for p in parameters], value + 9.0)
inside = [t(0.3), t(0.9), t(0.2, 0.5, 0.99), t([[0.3, 0.1], [0.5, 0.7]]), t(0.1, 0.2, dtype=F64)]
for family in (D.Beta, D.Kumaraswamy):
    for parameters, value in zip(pairs, inside):
        case(family.__name__, family, [p.clone() if isinstance(p, torch.Tensor) else p for p in parameters], value)
for parameters, value in zip(pairs[1:], (t(0.2), t(-1.0, 1.0, 3.0), t([[0.3, 0.1], [0.5, 0.7]]), t(0.1, 0.2, dtype=F64))):
    case("VonMises", D.VonMises, [p.clone() if isinstance(p, torch.Tensor) else p for p in parameters], value)
case("Dirichlet", D.Dirichlet, [t(0.5, 2.0, 3.0)], t(0.2, 0.3, 0.5))
case("Dirichlet", D.Dirichlet, [t([[0.5, 0.2], [30.0, 4.0]])], t([[0.2, 0.8], [0.7, 0.3]]))
case("Dirichlet", D.Dirichlet, [t(0.5, 2.0, 3.0, 0.1, dtype=F64)], t(0.2, 0.3, 0.4, 0.1, dtype=F64))

odds = [0.3, t(0.2, 0.5, 0.9), t([[0.1], [0.6]])]
for probs, value in zip(odds, (t(1.0), t(0.0, 1.0, 1.0), t([[0.0], [1.0]]))):
    case_both("Bernoulli", D.Bernoulli, [], probs, value)
for probs, value in zip(odds, (t(2.0), t(0.0, 3.0, 1.0), t([[4.0], [1.0]]))):
    case_both("Geometric", D.Geometric, [], probs, value)
for probs, value in zip((0.3, t(0.2, 0.5, 0.9, 0.4995), t([[0.1], [0.6]])), (t(1.0), t(0.0, 0.4, 0.9, 0.3), t([[0.2], [0.7]]))):
    case_both("ContinuousBernoulli", D.ContinuousBernoulli, [], probs, value)
for count, probs, value in ((5, t(0.3), t(2.0)), (t(3.0, 30.0, 400.0), t(0.2, 0.5, 0.9), t(0.0, 14.0, 350.0)), (40, t([[0.1], [0.6]]), t([[4.0], [21.0]]))):
    case_both("Binomial", D.Binomial, [count], probs, value)
for count, probs, value in ((5, t(0.3), t(2.0)), (t(3.0, 30.0, 0.5), t(0.2, 0.5, 0.9), t(0.0, 14.0, 3.0)), (4, t([[0.1], [0.6]]), t([[4.0], [2.0]]))):
    case_both("NegativeBinomial", D.NegativeBinomial, [count], probs, value)
for probs, value in ((t(0.3), t(0.2)), (t(0.2, 0.5, 0.9), t(0.1, 0.7, 0.99))):
    case_both("RelaxedBernoulli", D.RelaxedBernoulli, [t(0.5)], probs, value)
    case_both("LogitRelaxedBernoulli", D.relaxed_bernoulli.LogitRelaxedBernoulli, [t(2.0)], probs, value * 3 - 1)
shares = [t(0.2, 0.3, 0.5), t([[1.0, 2.0, 3.0, 4.0], [3.0, 1.0, 1.0, 1.0]])]
for probs, value in zip(shares, (t(2, dtype=torch.int64), t(3, 0, dtype=torch.int64))):
    case_both("Categorical", D.Categorical, [], probs, value)
for probs, value in zip(shares, (t(0.0, 0.0, 1.0), t([[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]]))):
    case_both("OneHotCategorical", D.OneHotCategorical, [], probs, value)
    case_both("OneHotCategoricalStraightThrough", D.OneHotCategoricalStraightThrough, [], probs, value)
for probs, value in zip(shares, (t(1.0, 2.0, 4.0), t([[0.0, 4.0, 3.0, 0.0], [1.0, 0.0, 0.0, 6.0]]))):
    case_both("Multinomial", D.Multinomial, [7], probs, value)
for probs, value in zip(shares, (t(0.1, 0.2, 0.7), t([[0.1, 0.4, 0.3, 0.2], [0.25, 0.25, 0.3, 0.2]]))):
    case_both("RelaxedOneHotCategorical", D.RelaxedOneHotCategorical, [t(0.5)], probs, value)
    case_both("ExpRelaxedCategorical", D.relaxed_categorical.ExpRelaxedCategorical, [t(0.8)], probs, value.log())

square = t([[2.0, 0.5], [0.5, 1.0]])
several = torch.stack([square, square * 0.5 + torch.eye(2)])
for how in ("covariance_matrix", "precision_matrix", "scale_tril"):
    for loc, matrix, value in ((t(1.0, -1.0), square, t(0.5, 0.0)), (t([[1.0, -1.0], [0.0, 2.0]]), square, t(0.5, 0.0)), (t(1.0, -1.0), several, t([[0.5, 0.0], [1.0, 1.0]])), (t(1.0, -1.0, dtype=F64), square.to(F64), t(0.5, 0.0, dtype=F64))):
        matrix = torch.linalg.cholesky(matrix) if how == "scale_tril" else matrix.clone()
        case("MultivariateNormal", lambda l, m: D.MultivariateNormal(l, **{how: m}), [loc, matrix], value, how)

factor = t([[1.0], [0.5], [-0.3]])
case("LowRankMultivariateNormal", D.LowRankMultivariateNormal, [t(1.0, -1.0, 0.0), factor.clone(), t(0.5, 1.0, 2.0)], t(0.5, 0.0, 1.0))
case("LowRankMultivariateNormal", D.LowRankMultivariateNormal, [t([[1.0, -1.0, 0.0], [0.0, 2.0, 1.0]], dtype=F64), factor.to(F64), t(0.5, 1.0, 2.0, dtype=F64)], t(0.5, 0.0, 1.0, dtype=F64))
for how in ("covariance_matrix", "precision_matrix", "scale_tril"):
    for df, matrix in ((t(4.0), square), (t(3.0, 5.5), square), (t(2.5), several), (t(4.0, dtype=F64), square.to(F64))):
        matrix = torch.linalg.cholesky(matrix) if how == "scale_tril" else matrix.clone()
        case("Wishart", lambda d, m: D.Wishart(d, **{how: m}), [df, matrix], square.to(matrix.dtype) * 3, how)
for size, concentration, dtype in ((2, t(1.0), torch.float32), (3, t(0.5, 4.0), torch.float32), (4, t(1.5, dtype=F64), F64)):
    torch.manual_seed(3)
    case("LKJCholesky", D.LKJCholesky, [size, concentration], D.LKJCholesky(size, torch.ones((), dtype=dtype)).sample())
for parameters, value in (([0, 1, 0.25], t(0.3)), ([0.5, t(1.0, 2.0, 0.5), t(0.0, 0.7, -0.3)], t(0.75, 3.0, 1.5)), ([t(0.0, 1.0), 2.0, t([[0.1], [-0.4]])], t(1.5, 2.5))):
    case("GeneralizedPareto", D.GeneralizedPareto, parameters, value)
case("Independent", lambda l, s: D.Independent(D.Normal(l, s), 1), [t([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]), 0.5], t(0.5, 1.0, 2.0))
case("MixtureSameFamily", lambda p, l: D.MixtureSameFamily(D.Categorical(p), D.Normal(l, 0.5)), [t(0.2, 0.8), t(-1.0, 2.0)], t(0.3))
case("MixtureOfVectors", lambda p, l: D.MixtureSameFamily(D.Categorical(p), D.Independent(D.Normal(l, 0.5), 1)), [t(0.2, 0.5, 0.3), t([[-1.0, 2.0], [0.0, 1.0], [3.0, 3.0]])], t(0.3, 0.1))
case("LogisticNormal", D.LogisticNormal, [t(0.0, 0.5), 1.0], t(0.2, 0.3, 0.5))
case("LogisticNormal", D.LogisticNormal, [t([[0.0, 0.5], [1.0, -1.0]], dtype=F64), 1.0], t(0.2, 0.3, 0.5, dtype=F64))
chains = dict(
    Exp=([T.ExpTransform()], t(0.5, 2.0)),
    ExpAffine=([T.ExpTransform(), T.AffineTransform(1.0, -2.0)], t(0.5, -2.0)),
    Sigmoid=([T.SigmoidTransform()], t(0.5, 0.2)),
    Tanh=([T.TanhTransform()], t(0.5, -0.2)),
    Softplus=([T.SoftplusTransform()], t(0.5, 1.2)),
    Power=([T.ExpTransform(), T.PowerTransform(3.0)], t(0.5, 1.2)),
    StickBreaking=([T.StickBreakingTransform()], t(0.2, 0.3, 0.5)),
    AffineOfVectors=([T.AffineTransform(1.0, t(2.0, 3.0), event_dim=1)], t(0.5, 1.0)),
    InverseSigmoid=([T.SigmoidTransform(), T.SigmoidTransform().inv], t(0.5, 1.0)),
)
for name, (chain, value) in chains.items():
    case("Transformed", lambda l, s: D.TransformedDistribution(D.Normal(l, s), chain), [t(0.0, 0.5), 0.7], value, name)


def differ(p, p_parameters, q, q_parameters):
    """How two distributions differ, and its gradients."""
    parameters = [x.clone() if isinstance(x, torch.Tensor) else x for x in [*p_parameters, *q_parameters]]
    leaves = [x.requires_grad_() for x in parameters if isinstance(x, torch.Tensor)]
    kinds = dict(Independent=lambda l, s: D.Independent(D.Normal(l, s), 1), MultivariateNormal=lambda l, m: D.MultivariateNormal(l, m))
    make = lambda name: kinds.get(name) or getattr(D, name)
    n = len(p_parameters)
    result = D.kl_divergence(make(p)(*parameters[:n]), make(q)(*parameters[n:]))
    rows.append(dict(kl=[p, q], parameters=[given(x) for x in parameters], count=n, result=packed(result), gradients=gradients(result, leaves)))


half = [t(0.3, 0.6, 0.9)]
same = dict(
    Bernoulli=(half, [t(0.5)]), Beta=([t(0.5, 2.0), 1.5], [2.0, t(3.0, 0.7)]), Categorical=([t(0.2, 0.3, 0.5)], [t([[1.0, 1.0, 1.0], [0.5, 0.2, 0.3]])]),
    OneHotCategorical=([t(0.2, 0.3, 0.5)], [t(1.0, 1.0, 1.0)]), Binomial=([4, t(0.3, 0.6)], [4, t(0.5, 0.5)]), Cauchy=([t(0.0, 1.0), 2.0], [0.5, t(1.0, 3.0)]), ContinuousBernoulli=(half, [t(0.4)]),
    Dirichlet=([t(0.5, 2.0, 3.0)], [t(1.0, 1.0, 2.0)]), Exponential=([t(0.5, 2.0)], [1.5]), Gamma=([t(0.5, 2.0), 1.5], [2.0, t(3.0, 0.7)]), Geometric=([t(0.3, 0.6)], [0.4]),
    Gumbel=([t(0.5, 2.0), 1.5], [2.0, t(3.0, 0.7)]), HalfNormal=([t(0.5, 2.0)], [1.5]), Laplace=([t(0.5, 2.0), 1.5], [2.0, t(3.0, 0.7)]), LogNormal=([t(0.5, 2.0), 1.5], [2.0, t(3.0, 0.7)]),
    MultivariateNormal=([t(1.0, -1.0), square], [t([[0.0, 0.0], [1.0, 2.0]]), several]), Normal=([t(0.5, 2.0), 1.5], [2.0, t(3.0, 0.7)]), Pareto=([t(1.5, 2.0), 2.5], [1.75, t(3.0, 0.7)]),
    Poisson=([t(0.5, 2.0)], [1.5]), Uniform=([t(0.5, 2.0), 3.0], [0.75, t(3.5, 4.0)]), Chi2=([t(0.5, 2.0)], [1.5]), Independent=([t([[0.0, 1.0], [2.0, 3.0]]), 0.5], [t(0.0, 1.0), t(1.0, 2.0)]),
)
for name, (p, q) in same.items():
    differ(name, p, name, q)
few = [t(1.0, -1.0), t([[1.0], [0.5]]), t(0.5, 1.0)]
differ("LowRankMultivariateNormal", few, "LowRankMultivariateNormal", [t(0.0, 0.5), t([[0.3, 0.1], [0.5, 1.0]]), t(0.7, 2.0)])
differ("LowRankMultivariateNormal", few, "MultivariateNormal", [t(0.0, 0.5), square])
differ("MultivariateNormal", [t([[0.0, 0.5], [1.0, 1.0]]), square], "LowRankMultivariateNormal", few)
of = dict(Bernoulli=half, ContinuousBernoulli=half, Beta=[t(0.5, 2.0, 3.0), 1.5], Binomial=[4, t(0.3, 0.6, 0.9)], Exponential=[t(0.5, 2.0, 1.0)], Gamma=[t(0.5, 2.0, 4.0), 1.5], Gumbel=[t(0.5, 2.0, -1.0), 1.5], Laplace=[t(0.5, 2.0, -1.0), 1.5], Normal=[t(0.5, 2.0, -1.0), 1.5], Pareto=[t(0.05, 2.0, 1.0), t(2.5, 0.9, 3.5)], Poisson=[t(0.5, 2.0, 1.0)], Uniform=[t(0.1, 0.2, -1.0), t(0.7, 0.9, 1.0)])
for pair in (
    "Bernoulli Poisson", "Beta Pareto", "Beta Exponential", "Beta Gamma", "Beta Normal", "Beta Uniform", "Exponential Beta", "Exponential Pareto", "Exponential Uniform", "Exponential Gamma", "Exponential Gumbel",
    "Exponential Normal", "Gamma Beta", "Gamma Pareto", "Gamma Uniform", "Gamma Exponential", "Gamma Gumbel", "Gamma Normal", "Gumbel Beta", "Gumbel Exponential", "Gumbel Gamma", "Gumbel Pareto", "Gumbel Uniform",
    "Gumbel Normal", "Laplace Beta", "Laplace Exponential", "Laplace Gamma", "Laplace Pareto", "Laplace Uniform", "Laplace Normal", "Normal Beta", "Normal Exponential", "Normal Gamma", "Normal Pareto", "Normal Uniform",
    "Normal Gumbel", "Normal Laplace", "Pareto Beta", "Pareto Uniform", "Pareto Exponential", "Pareto Gamma", "Pareto Normal", "Poisson Bernoulli", "Poisson Binomial", "Uniform Beta", "Uniform Exponential",
    "Beta ContinuousBernoulli", "ContinuousBernoulli Pareto", "ContinuousBernoulli Exponential", "ContinuousBernoulli Normal", "ContinuousBernoulli Uniform", "Exponential ContinuousBernoulli",
    "Gamma ContinuousBernoulli", "Gumbel ContinuousBernoulli", "Laplace ContinuousBernoulli", "Normal ContinuousBernoulli", "Pareto ContinuousBernoulli", "Uniform ContinuousBernoulli", "Uniform Gamma", "Uniform Gumbel", "Uniform Normal", "Uniform Pareto",
):
    p, q = pair.split()
    differ(p, of[p], q, of[q])


for dtype in (torch.float32, F64):
    a = t(0.0, 0.01, 0.5, 1.0, 3.0, 20.0, 300.0, float("inf"), -1.0, dtype=dtype).unsqueeze(1)
    x = t(0.0, 0.001, 0.3, 1.0, 4.0, 19.0, 310.0, float("inf"), -1.0, dtype=dtype)
    rows.append(dict(gammainc=packed(torch.special.gammainc(a, x)), gammaincc=packed(torch.special.gammaincc(a, x)), a=packed(a), x=packed(x)))


def refuse(name, f):
    """What PyTorch says to what cannot be."""
    try:
        f()
    except Exception as error:
        rows.append(dict(error=name, text=str(error)))
    else:
        raise AssertionError(name)


n = torch.tensor
for name, f in {
    "normal scale": lambda: D.Normal(0, -1),
    "normal scales": lambda: D.Normal(0, n([1.0, -1.0])),
    "normal nan": lambda: D.Normal(float("nan"), 1.0),
    "log_normal scale": lambda: D.LogNormal(0, -1.0),
    "chi2": lambda: D.Chi2(-1.0),
    "student_t": lambda: D.StudentT(-1.0),
    "pareto": lambda: D.Pareto(1.0, -1.0),
    "pareto scale": lambda: D.Pareto(-1.0, 1.0),
    "half_normal": lambda: D.HalfNormal(-1.0),
    "uniform": lambda: D.Uniform(2, 1.0),
    "bernoulli": lambda: D.Bernoulli(1.5),
    "bernoulli logits": lambda: D.Bernoulli(logits=float("nan")),
    "categorical": lambda: D.Categorical(n([-1.0, 2.0])),
    "categorical of a number": lambda: D.Categorical(n(1.0)),
    "beta": lambda: D.Beta(1.0, -2.0),
    "weibull": lambda: D.Weibull(-1.0, 2.0),
    "kumaraswamy": lambda: D.Kumaraswamy(-1.0, 2.0),
    "covariance": lambda: D.MultivariateNormal(torch.zeros(2), n([[1.0, 2.0], [2.0, 1.0]])),
    "tril": lambda: D.MultivariateNormal(torch.zeros(2), scale_tril=n([[1.0, 2.0], [0.0, 1.0]])),
    "loc of a number": lambda: D.MultivariateNormal(n(0.0), torch.eye(2)),
    "vector for a matrix": lambda: D.MultivariateNormal(torch.zeros(2), torch.ones(2)),
    "geometric": lambda: D.Geometric(n([0.0, 0.5])),
    "dirichlet": lambda: D.Dirichlet(n([1.0, -2.0])),
    "dirichlet of a number": lambda: D.Dirichlet(n(1.0)),
    "poisson with gradients": lambda: D.Poisson(n([-1.0], requires_grad=True)),
    "relaxed": lambda: D.RelaxedBernoulli(n(2.0), n(1.5)),
    "negative_binomial": lambda: D.NegativeBinomial(3.0, n(1.0)),
    "binomial count": lambda: D.Binomial(n(-1.0), n(0.5)),
    "independent": lambda: D.Independent(D.Normal(0.0, 1.0), 1),
    "wishart df": lambda: D.Wishart(n([1.0, 4.0]), torch.eye(2)),
    "lkj": lambda: D.LKJCholesky(1, 1.0),
    "lkj concentration": lambda: D.LKJCholesky(3, -1.0),
    "low rank": lambda: D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(3, 1), torch.ones(2)),
    "low rank diagonal": lambda: D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.zeros(2)),
    "mixture": lambda: D.MixtureSameFamily(D.Categorical(torch.ones(3)), D.Normal(torch.zeros(2), 1.0)),
    "mixture batch": lambda: D.MixtureSameFamily(D.Categorical(torch.ones(2, 3)), D.Normal(torch.zeros(4, 3), 1.0)),
    "value shape": lambda: D.Normal(torch.zeros(2), 1).log_prob(torch.zeros(3)),
    "event shape": lambda: D.MultivariateNormal(torch.zeros(2), torch.eye(2)).log_prob(torch.zeros(3)),
    "value nan": lambda: D.Normal(0.0, 1.0).log_prob(n(float("nan"))),
    "value bernoulli": lambda: D.Bernoulli(0.3).log_prob(n(0.5)),
    "value uniform": lambda: D.Uniform(0.0, 1.0).log_prob(n(1.5)),
    "value poisson": lambda: D.Poisson(2.0).log_prob(n([1.5])),
    "value categorical": lambda: D.Categorical(torch.ones(3)).log_prob(n(3)),
    "value binomial": lambda: D.Binomial(3, n([0.2])).log_prob(n([4.0])),
    "value multinomial": lambda: D.Multinomial(3, n([0.5, 0.5])).log_prob(n([2.0, 2.0])),
    "value one_hot": lambda: D.OneHotCategorical(n([0.5, 0.5])).log_prob(n([1.0, 1.0])),
    "value dirichlet": lambda: D.Dirichlet(n([0.5, 0.5])).log_prob(n([1.0, 1.0])),
    "value exponential": lambda: D.Exponential(n([0.5, 0.5])).cdf(n([1.0, -1.0])),
    "value log_normal": lambda: D.LogNormal(0.0, 1.0).log_prob(n(-1.0)),
    "cdf log_normal": lambda: D.LogNormal(0.0, 1.0).cdf(n(-1.0)),
    "cdf half_normal": lambda: D.HalfNormal(1.0).cdf(n(-1.0)),
    "value independent": lambda: D.Independent(D.Exponential(torch.ones(2)), 1).log_prob(n([1.0, -1.0])),
    "value mixture": lambda: D.MixtureSameFamily(D.Categorical(torch.ones(2)), D.Exponential(torch.ones(2))).log_prob(n(-1.0)),
    "broadcast": lambda: D.Normal(torch.zeros(2), torch.ones(3)),
    "too few dimensions": lambda: D.TransformedDistribution(D.Normal(0.0, 1.0), T.StickBreakingTransform()),
    "binomial dtypes": lambda: torch.binomial(n([5.0]), n([0.5], dtype=F64)),
    "binomial of integers": lambda: torch.binomial(n([5]), n([0.5])),
    "entropy of several counts": lambda: D.Binomial(n([3.0, 4.0]), n(0.5)).entropy(),
}.items():
    refuse(name, f)

for row in rows:
    print(json.dumps(row))
