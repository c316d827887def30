"""What PyTorch gives for the calls that `reference.rs` knows: values, dtypes, nodes, gradients and error sentences.

usage: python generate.py [SEED] > surface.jsonl

A call is a Python expression of the inputs a, b and c. An input is written as a kind and a shape: `f(2,3)`.
"""
import json, math, re, sys, warnings
import torch, torch.nn.functional as F

warnings.simplefilter("ignore")
seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
G = torch.Generator().manual_seed(seed)
inf, nan = float("inf"), float("nan")
DTYPES = dict(i=torch.int64, i32=torch.int32, i16=torch.int16, i8=torch.int8, u8=torch.uint8, b=torch.bool,
              f=torch.float32, d=torch.float64, h=torch.float16, bf=torch.bfloat16, c=torch.complex64, z=torch.complex128)


def make(spec):
    """The tensor that an input spec describes."""
    kind, rest = re.match(r"([a-z]+\d*)(.*)", spec).groups()
    if rest.startswith("["):  # literal numbers of a dtype: i[[0, 1]]
        return torch.tensor(eval(rest), dtype=DTYPES[kind])
    shape = eval(rest) if rest != "()" else ()
    shape = shape if isinstance(shape, tuple) else (shape,)
    if kind == "t":  # not contiguous
        return torch.randn(shape[:-2] + (shape[-1], shape[-2]), generator=G).transpose(-1, -2)
    if kind == "p":  # positive
        return torch.rand(shape, generator=G) + 0.5
    if kind == "unit":  # between -1 and 1
        return torch.rand(shape, generator=G) * 1.9 - 0.95
    if kind == "share":  # between 0 and 1
        return torch.rand(shape, generator=G) * 0.9 + 0.05
    if kind == "n":  # with nan and infinities
        x = torch.randn(shape, generator=G).reshape(-1)
        for i, v in enumerate([nan, inf, -inf, 0.0, -0.0]):
            if i < x.numel():
                x[i] = v
        return x.reshape(shape)
    if kind == "q":  # few values, so that some are equal
        return torch.randint(-2, 3, shape, generator=G).float()
    dtype = DTYPES[kind]
    if dtype == torch.bool:
        return torch.rand(shape, generator=G) < 0.5
    if dtype.is_complex:
        return torch.randn(shape, generator=G, dtype=dtype)
    if not dtype.is_floating_point:
        low = 0 if dtype == torch.uint8 else -9
        return torch.randint(low, 10, shape, generator=G).to(dtype)
    return torch.randn(shape, generator=G).to(dtype)


def enc(v):
    if isinstance(v, float) and not math.isfinite(v):
        return "nan" if math.isnan(v) else "inf" if v > 0 else "-inf"
    return v


def dump(t):
    flat = t.detach().reshape(-1)
    if t.dtype.is_complex:  # pairs of parts
        return dict(shape=list(t.shape), dtype=str(t.dtype)[6:], data=[enc(v) for v in torch.view_as_real(flat.resolve_conj()).reshape(-1).double().tolist()])
    data = flat.double().tolist() if t.dtype.is_floating_point else [int(v) for v in flat.tolist()]
    return dict(shape=list(t.shape), dtype=str(t.dtype)[6:], data=[enc(v) for v in data])


def case(call, specs):
    inputs = [make(s) for s in specs]
    row = dict(call=call, inputs=[dict(dump(t), transposed=not t.is_contiguous()) for t in inputs])
    for t in inputs:
        if t.dtype in (torch.float32, torch.float64, torch.complex64, torch.complex128):
            t.requires_grad_(True)
    env = dict(torch=torch, F=F, inf=inf, nan=nan, math=math, **dict(zip("abc", inputs)))
    try:
        out = eval(call, env)
    except Exception as e:
        row["error"] = str(e).split("\n")[0]
        print(json.dumps(row))
        return
    if isinstance(out, str):
        row["text"] = out
        print(json.dumps(row))
        return
    if isinstance(out, bool):
        out = torch.tensor(out)
    outs = [out] if torch.is_tensor(out) else list(out)
    row["outputs"] = [dump(t) for t in outs]
    names = [type(t.grad_fn).__name__ if t.grad_fn is not None else None for t in outs]
    row["grad_fn"] = names
    if any(n and n != "NotImplemented" for n in names) and "NotImplemented" not in names:
        gs = [torch.randn(t.shape, generator=G, dtype=torch.complex128 if t.is_complex() else torch.float64).to(t.dtype) for t in outs]
        pairs = [(t, g) for t, g in zip(outs, gs) if t.requires_grad]
        try:
            torch.autograd.backward([t for t, _ in pairs], [g for _, g in pairs])
            row["grad_outputs"] = [dump(g)["data"] if t.requires_grad else None for t, g in zip(outs, gs)]
            row["grads"] = [dump(t.grad) if t.is_leaf and t.grad is not None else None for t in inputs]
        except Exception as e:
            sys.stderr.write(f"{call} {specs}: {e}\n")
    print(json.dumps(row))


UNARY = ["f(2,3)", "d(3)", "h(4)", "bf(4)", "i(4)", "u8(3)", "i8(3)", "b(3)", "n(6)", "t(3,2)", "f(0,3)", "f()"]
BINARY = [("f(2,3)", "f(2,3)"), ("f(2,3)", "f(3)"), ("f(2,1)", "f()"), ("d(3)", "f(3)"), ("h(3)", "bf(3)"), ("n(6)", "q(6)"),
          ("q(6)", "n(6)"), ("t(3,2)", "f(3,2)"), ("f(0,3)", "f(3)"), ("f(2,3)", "f(2)"), ("i(4)", "f(4)"), ("f(3)", "i(3)")]
INTEGER = [("i(4)", "i[1,2,3,-4]"), ("i8(4)", "u8[1,2,3,4]"), ("i16(4)", "i8[1,2,3,4]"), ("u8(4)", "i()"), ("b(4)", "b(4)"), ("i(4)", "b[True,True,True,True]")]


def unary(*calls, extra=(), kinds=UNARY):
    for call in calls:
        for spec in [*kinds, *extra]:
            case(call, [spec])


def binary(*calls, pairs=BINARY + INTEGER):
    for call in calls:
        for pair in pairs:
            case(call, pair)


def each(*rows):
    """Rows of a call and the inputs to try it on, each a spec or a tuple of specs."""
    for call, *inputs in rows:
        for specs in inputs:
            case(call, [specs] if isinstance(specs, str) else specs)


# Functions of each element.
unary("a.exp2()", "a.asinh()", "a.erfc()", "a.lgamma()", "a.digamma()", "torch.sinc(a)", "torch.i0(a)", "a.frac()", "a.sgn()",
      "torch.signbit(a)", "torch.nan_to_num(a)", "torch.nan_to_num(a, 1., 2., 3.)", "a.deg2rad()", "a.rad2deg()", "a.round(decimals=1)",
      "torch.special.i0e(a)", "torch.special.i1(a)", "torch.special.i1e(a)", "torch.special.ndtr(a)",
      "torch.special.erfcx(a)", "torch.isposinf(a)", "torch.isneginf(a)", "a.bitwise_not()", "a.abs()", "a.trunc()", "a.neg()")
unary("torch.special.log_ndtr(a)", kinds=["f(2,3)", "d(3)", "h(3)", "i(3)", "d[-30., -5., -1., 0., 5.]"])
unary("a.acosh()", kinds=["p(4)", "i(4)", "n(6)"])
unary("a.atanh()", "a.erfinv()", kinds=["unit(2,3)", "n(6)", "i(3)", "d[0.5, -1., 1., 0.99999999, 1e-12]"])
unary("torch.logit(a)", "torch.special.ndtri(a)", "torch.special.entr(a)", kinds=["share(2,3)", "n(6)", "i(3)", "d[0.5, 0., 1., 1e-20]"])
unary("torch.logit(a, 0.1)", kinds=["share(2,3)", "f(4)"])
unary("torch.polygamma(1, a)", "torch.polygamma(2, a)", "torch.mvlgamma(a + 4, 3)", kinds=["p(2,3)", "d(3)", "i[1,2,3]"])
unary("a.round(decimals=-1)", kinds=["f(4)", "f[123.4, -15.]"])
for n, f in [("i0", 60.), ("i1", 60.)]:
    each((f"torch.special.{n}e(a * {f})", "d(5)"))

# Functions of pairs.
binary("torch.fmod(a, b)", "torch.remainder(a, b)", "torch.div(a, b, rounding_mode='floor')", "torch.div(a, b, rounding_mode='trunc')",
       "torch.copysign(a, b)", "torch.hypot(a, b)", "torch.fmax(a, b)", "torch.fmin(a, b)", "torch.logaddexp(a, b)", "torch.logaddexp2(a, b)",
       "torch.atan2(a, b)", "torch.float_power(a, b)", "torch.maximum(a, b)")
binary("torch.xlogy(a, b)", "torch.special.xlog1py(a, b)", "torch.ldexp(a, b)", pairs=[("f(3)", "p(3)"), ("q(6)", "n(6)"), ("i(3)", "i[1,2,3]"), ("f(2,3)", "p(3)")])
binary("torch.special.zeta(a + 2, b)", pairs=[("p(5)", "p(5)"), ("d[2., 3., 1.5]", "d[1., -0.5, 20.]")])
binary("torch.heaviside(a, b)", pairs=[("q(6)", "f(6)"), ("i(3)", "i(3)"), ("f(3)", "d(3)")])
binary("torch.gcd(a, b)", "torch.lcm(a, b)", "torch.bitwise_and(a, b)", "torch.bitwise_or(a, b)", "torch.bitwise_xor(a, b)", pairs=INTEGER + [("f(3)", "f(3)")])
binary("torch.bitwise_left_shift(a, b)", "torch.bitwise_right_shift(a, b)",
       pairs=[("i(4)", "i[1,2,3,70]"), ("i8(4)", "i8[1,2,7,9]"), ("u8(4)", "u8[1,2,7,9]"), ("i32(4)", "i32[1,2,31,40]"), ("b(2)", "b(2)"), ("f(2)", "f(2)")])
binary("a + b", "a * b", "a - b", "a / b", "a // b", "a % b", pairs=[("i8(4)", "u8[1,2,3,4]"), ("i8(4)", "i8[1,2,3,4]"), ("i8(4)", "f(4)"), ("i8(4)", "b[True,True,True,True]")])
each(("torch.fmod(a, 2)", "f(4)", "i(4)", "i8(4)"), ("torch.fmod(a, 0)", "f(2)", "i(2)"), ("a.remainder(0.7)", "f(4)", "n(6)"),
     ("torch.copysign(a, -1)", "f(3)", "i(3)"), ("torch.xlogy(a, 2)", "f(3)"), ("a.lerp(b, 0.3)", ("f(2,3)", "f(3)"), ("f(3)", "d(3)")),
     ("a.lerp(b, c)", ("f(2,3)", "f(3)", "share(2,3)"), ("f(3)", "f(3)", "f(3)"), ("f(3)", "f(3)", "d(3)")),
     ("torch.addcmul(a, b, c, value=0.5)", ("f(2,3)", "f(3)", "f(2,1)"), ("i(3)", "i(3)", "i(3)")),
     ("torch.addcdiv(a, b, c, value=0.5)", ("f(2,3)", "f(3)", "p(2,1)"), ("i(3)", "i(3)", "i[1,2,3]")),
     ("a.clamp(-0.5, 0.5)", "f(4)", "n(6)", "i(4)", "t(3,2)", "i8(4)"), ("a.clamp(0, 1)", "q(6)"), ("a.clamp(min=b)", ("q(6)", "q(6)")), ("a.clamp(min=0)", "f(4)", "i(4)", "n(6)"),
     ("torch.clamp_min(a, 0)", "f(4)", "i(4)"), ("torch.clamp_max(a, 0.5)", "f(4)", "i(4)"),
     ("a.clamp(b, c)", ("f(2,3)", "f(3)", "f(2,3)"), ("f(4)", "i(4)", "i(4)"), ("n(6)", "f(6)", "f(6)")), ("torch.clamp_min(a, b)", ("f(2,3)", "f(3)")))

# Order.
SORT = ["f(2,3)", "q(3,4)", "n(6)", "i(5)", "b(5)", "u8(4)", "i8(4)", "h(4)", "t(3,2)", "f(0,3)", "f(3,0)", "f()"]
unary("a.sort(dim=-1, stable=True)", "a.sort(dim=0, descending=True, stable=True)", "a.argsort(dim=-1, stable=True)", "a.median()", "a.median(-1)", "a.median(-1, keepdim=True)",
      "a.nanmedian()", "a.nanmedian(-1)", "a.mode(-1)", "a.mode(0, keepdim=True)", "a.unique()", "torch.unique(a, return_inverse=True, return_counts=True)",
      "torch.unique_consecutive(a, return_inverse=True, return_counts=True)", "a.msort()", kinds=SORT)
each(("a.sort(5)", "f(2,3)"), ("a.topk(2)", "f(2,3)", "t(2,3)", "i[5,1,3]", "n(6)"), ("a.topk(2, 0, False)", "f(3,2)"), ("a.topk(4)", "f(2,3)"), ("a.topk(1)", "f()"),
     ("a.kthvalue(2)", "f(2,3)", "i[[5,1,3]]", "f(2,1)"), ("a.kthvalue(1, 0, True)", "f(2,3)", "f()"), ("a.kthvalue(0)", "f(2,3)"),
     ("torch.unique(a, dim=0, return_inverse=True, return_counts=True)", "i[[1,2],[0,3],[1,2]]", "q(4,2)", "b(5,1)"), ("torch.unique(a, dim=1)", "i[[1,2,1],[0,3,0]]"),
     ("torch.unique_consecutive(a, dim=0, return_inverse=True, return_counts=True)", "i[[1,2],[1,2],[0,3],[1,2]]"))
for q in ["0.3", "torch.tensor([0.25, 0.5, 1.])"]:
    each((f"a.quantile({q})", "f(2,3)", "f(5)", "n(6)", "f()"), (f"a.quantile({q}, 0)", "f(2,3)", "t(3,2)"), (f"a.quantile({q}, 1, keepdim=True)", "f(2,3)", "f(2,3,2)"),
         (f"a.nanquantile({q})", "n(6)", "f(5)"), (f"a.nanquantile({q}, -1)", "f(2,3)", "f[[1.,nan,3.],[nan,nan,nan]]"))
for mode in ["lower", "higher", "midpoint", "nearest"]:
    each((f"a.quantile(0.3, 0, interpolation='{mode}')", "f(4,2)"))
each(("a.quantile(1.5)", "f(3)"), ("a.quantile(0.5)", "i(3)", "f(0)"))

# Searching and counting.
each(("torch.searchsorted(a, b)", ("f[1.,2.,3.]", "f[0.,1.,2.5,9.]"), ("i[1,2,2,3]", "i[2]"), ("f[[1.,2.,3.],[4.,5.,6.]]", "f[[1.5,2.],[5.,9.]]"), ("f[1.,2.]", "i[1]"), ("f[[1.,2.]]", "f[1.]"), ("f[1.,nan]", "f[nan,0.]")),
     ("torch.searchsorted(a, b, right=True)", ("f[1.,2.,3.]", "f[0.,1.,2.5,9.]"), ("i[1,2,2,3]", "i[2]")),
     ("torch.bucketize(a, b)", ("f(2,3)", "f[-1.,0.,1.]"), ("f(2,3)", "f(2,3)"), ("i(3)", "i[0,2]")), ("torch.bucketize(a, b, right=True)", ("i[0,2,5]", "i[0,2]"),),
     ("torch.isin(a, b)", ("i(2,4)", "i(3)"), ("q(6)", "q(2,2)"), ("f(3)", "f(0)"), ("i(3)", "f(2)")),
     ("torch.bincount(a)", "i[0,2,2,5]", "i(0)", "i[-1]", "f(3)", "u8[1,1]"), ("torch.bincount(a, b)", ("i[0,2,2]", "f(3)"), ("i[0,2,2]", "i(3)"), ("i[0,2]", "f(3)")), ("torch.bincount(a, minlength=4)", "i[0,1]", "i(0)"),
     ("torch.histc(a, 4, -1, 1)", "f(20)", "d(9)"), ("torch.histc(a, 5)", "f(20)", "i(3)", "f(0)"), ("torch.histc(a, 3, 1, 0)", "f(3)"),
     ("torch.isclose(a, b)", ("f(3)", "f(3)"), ("n(6)", "n(6)"), ("i(3)", "i(3)")), ("torch.allclose(a, b)", ("f(3)", "f(3)"), ("n(3)", "n(3)"), ("f(3)", "d(3)")), ("torch.equal(a, a)", "f(3)", "n(3)"), ("torch.equal(a, b)", ("f(3)", "f(2)"), ("i(0)", "i(0)")))

# Running.
RUN = ["f(2,3)", "q(3,4)", "n(6)", "i(5)", "b(4)", "i8(4)", "t(3,2)", "f(0,3)", "f()", "h(4)"]
unary("a.cummax(0)", "a.cummin(-1)", "a.cumprod(0)", "a.cumsum(0)", "a.logcumsumexp(-1)", "a.diff()", "torch.trapezoid(a)", "torch.cumulative_trapezoid(a)", kinds=RUN)
each(("a.cumprod(1)", "q(3,4)", "f[[1.,0.,2.,0.,3.]]"), ("a.diff(2, 0)", "f(4,2)", "f(1,2)"), ("torch.trapezoid(a, dx=0.5, dim=0)", "f(3,2)"), ("torch.trapezoid(a, b)", ("f(2,3)", "f(3)"), ("f(2,3)", "f(2,3)")), ("a.cumsum(1)", "f(2,3)"), ("a.cumsum(3)", "f(2,3)"))

# Reductions.
RED = ["f(2,3)", "n(2,4)", "i(2,3)", "b(3)", "t(3,2)", "f(0,3)", "f()", "d(4)", "h(4)"]
unary("a.nansum()", "torch.nansum(a, 0)", "a.nanmean()", "torch.nanmean(a, -1, keepdim=True)", "torch.aminmax(a)", "torch.aminmax(a, dim=0)",
      "torch.count_nonzero(a)", "torch.count_nonzero(a, 0)", "a.norm()", "a.norm(1)", "a.norm(inf)", "a.norm(3)", "a.norm(0)", "a.norm(2, 0)", "a.norm(-inf, 0, keepdim=True)", "torch.logsumexp(a, 0)", "a.amax()", "a.amin(0)", "a.std()", "a.var(0)", kinds=RED)
unary("torch.std_mean(a)", "torch.var_mean(a, 0)", "a.prod()", "a.prod(0)", kinds=["f(2,3)", "q(2,4)", "i(2,3)", "t(3,2)", "d(4)", "h(4)"])
each(("a.norm()", "f[0.,0.]"), ("a.norm(2, 1)", "f[[0.,0.],[3.,4.]]"), ("a.norm(3, 1)", "f[[0.,0.],[3.,4.]]"), ("torch.dist(a, b)", ("f(2,3)", "f(3)")), ("torch.dist(a, b, 1)", ("f(2,3)", "f(3)")),
     ("torch.renorm(a, 2, 0, 1.)", "f(3,4)"), ("torch.cdist(a, b)", ("f(4,3)", "f(2,3)"), ("f(2,4,3)", "f(2,5,3)"), ("f(2,3)", "f(2,4)"), ("f(3)", "f(3)")), ("torch.cdist(a, b, 1.)", ("f(4,3)", "f(2,3)")), ("torch.cdist(a, b, inf)", ("f(4,3)", "f(2,3)")), ("torch.cdist(a, b, 3.)", ("f(4,3)", "f(2,3)")), ("torch.cdist(a, a)", "f(3,2)"))

# Products.
each(("torch.einsum('ij,jk->ik', a, b)", ("f(2,3)", "f(3,4)"), ("t(2,3)", "t(3,4)"), ("f(2,3)", "f(2,3)"), ("f(0,3)", "f(3,2)")), ("torch.einsum('ij,jk', a, b)", ("f(2,3)", "f(3,4)")), ("torch.einsum('ii', a)", "f(3,3)", "f(2,3)"), ("torch.einsum('ii->i', a)", "f(3,3)"),
     ("torch.einsum('ij->ji', a)", "f(2,3)", "f(2)"), ("torch.einsum('ij->', a)", "f(2,3)"), ("torch.einsum('...ij,...jk->...ik', a, b)", ("f(2,3,4)", "f(4,2)"), ("f(2,1,3,4)", "f(5,4,2)")), ("torch.einsum('bij,bjk->bik', a, b)", ("f(2,3,4)", "f(2,4,5)"), ("f(2,3,4)", "f(3,4,5)")),
     ("torch.einsum('i,j->ij', a, b)", ("f(2)", "f(3)")), ("torch.einsum('ij,ij->i', a, b)", ("f(2,3)", "f(2,3)")), ("torch.einsum('bhqd,bhkd->bhqk', a, b)", ("f(2,2,3,4)", "f(2,2,5,4)")), ("torch.einsum('ij,jk,kl->il', a, b, c)", ("f(2,3)", "f(3,4)", "f(4,2)")), ("torch.einsum('bi,bj->b', a, b)", ("f(2,3)", "f(2,4)")),
     ("torch.einsum('ij->k', a)", "f(2,3)"), ("torch.einsum('ij->ii', a)", "f(2,3)"), ("torch.einsum('i1', a)", "f(2,3)"), ("torch.einsum('ij,jk->ik', a)", "f(2,3)"), ("torch.einsum('i', a, b)", ("f(2)", "f(2)")), ("torch.einsum('...j->...', a)", "f(2,3)"), ("torch.einsum('...', a)", "f(2,3)"), ("torch.einsum('b...,b...->...', a, b)", ("f(2,3)", "f(2,3)")))
each(("torch.tensordot(a, b, 1)", ("f(2,3)", "f(3,2)"), ("f(2,3)", "f(2,3)")), ("torch.tensordot(a, b, 2)", ("f(2,3)", "f(2,3)")[::-1], ("f(4,2,3)", "f(2,3,5)")), ("torch.tensordot(a, b, ([1, 0], [0, 1]))", ("f(2,3,4)", "f(3,2)")), ("torch.inner(a, b)", ("f(2,3)", "f(4,3)"), ("f(3)", "f(3)"), ("f(3)", "f()"), ("f(2,3)", "f(2,2)")),
     ("torch.linalg.cross(a, b)", ("f(2,3)", "f(2,3)"), ("f(2,3)", "f(1,3)"), ("f(2,2)", "f(2,2)"), ("i(3)", "i(3)")), ("torch.linalg.cross(a, b, dim=0)", ("f(3,2)", "f(3,2)")), ("torch.kron(a, b)", ("f(2,3)", "f(2,2)"), ("f(2)", "f(2,2)"), ("i(2,2)", "f(2)")), ("torch.trace(a)", "f(2,3)", "f(3,2)", "i(3,3)", "f(3)"), ("torch.outer(a, b)", ("f(2)", "f(3)"), ("f(2,2)", "f(3)"), ("f(2)", "f(2,2)")),
     ("torch.addmm(a, b, c)", ("f(2,4)", "f(2,3)", "f(3,4)"), ("f(4)", "f(2,3)", "f(3,4)"), ("f(2,2)", "f(2,3)", "f(2,3)"), ("f(2)", "f(2)", "f(2,2)"), ("i(2,2)", "i(2,2)", "i(2,2)")), ("torch.addmm(a, b, c, beta=0.5, alpha=2)", ("f(2,4)", "f(2,3)", "f(3,4)")), ("torch.addmm(a, b, c, beta=0)", ("n(2,4)", "f(2,3)", "f(3,4)")),
     ("torch.addmv(a, b, c)", ("f(2)", "f(2,3)", "f(3)"), ("f(3)", "f(2,3)", "f(3)"), ("f(2)", "f(2,3)", "f(2)")), ("torch.addmv(a, b, c, beta=0.5, alpha=2)", ("f(2)", "f(2,3)", "f(3)")), ("torch.addr(a, b, c)", ("f(2,3)", "f(2)", "f(3)"), ("f(2,3)", "f(2,2)", "f(3)")), ("torch.baddbmm(a, b, c, beta=0.5, alpha=2)", ("f(2,2,4)", "f(2,2,3)", "f(2,3,4)"), ("f(2,4)", "f(2,2,3)", "f(2,3,4)")), ("torch.baddbmm(a, b, c)", ("f(2,2,4)", "f(2,2,3)", "f(2,3,4)"), ("f(1,2,3)", "f(1,2,3)", "f(1,2,3)")), ("torch.addbmm(a, b, c)", ("f(2,4)", "f(3,2,3)", "f(3,3,4)")),
     ("torch.mv(a, b)", ("f(2,3)", "f(3)"), ("f(2,3)", "f(2)"), ("f(2,3)", "f(2,3)")), ("torch.mm(a, b)", ("f(2,3)", "f(3,2)"), ("f(2,3)", "f(2,3)"), ("f(3)", "f(3,2)"), ("f(0,3)", "f(3,2)"), ("f(2,0)", "f(0,2)")), ("torch.bmm(a, b)", ("f(2,2,3)", "f(2,3,2)"), ("f(2,3)", "f(3,2)"), ("f(2,2,3)", "f(2,2,3)"), ("f(1,2,3)", "f(2,3,2)")), ("torch.dot(a, b)", ("f(3)", "f(3)"), ("f(3)", "f(2)"), ("f(3)", "i(3)"), ("f(2,2)", "f(2)")),
     ("torch.matmul(a, b)", ("f(2,3)", "f(3,4)"), ("f(3)", "f(3)"), ("f(2,3)", "f(3)"), ("f(3)", "f(3,2)"), ("f(2,2,3)", "f(3,4)"), ("f(2,2,3)", "f(3)"), ("f(3)", "f(2,3,4)"), ("f(2,1,2,3)", "f(2,3,2)"), ("f(2,3)", "f(2,3)"), ("f(2,3,4)", "f(2,3,4)"), ("f(2,3,4)", "f(3,4,5)"), ("f(2,3,4)", "f(3)"), ("f(3)", "f(2,4,3)"), ("f(2,3)", "f(4)"), ("f(3)", "f(4,2)"), ("f()", "f(2,2)"), ("f(2,2)", "d(2,2)"), ("i(2,2)", "i(2,2)"), ("i8(2,2)", "i8(2,2)"), ("b(2,2)", "b(2,2)"), ("f(0,3)", "f(3,2)"), ("f(2,0)", "f(0,3)"), ("t(2,3)", "t(3,2)")))

# Picking and placing.
each(("a.take(b)", ("f(2,3)", "i[0,5,-1]"), ("f(2,3)", "i[[1,1]]"), ("f(2,3)", "i[7]"), ("f(2,3)", "f(1)")), ("a.put(b, c)", ("f(2,3)", "i[1,4]", "f(2)"), ("f(2,3)", "i[1]", "f(2)")), ("a.put(b, c, accumulate=True)", ("f(2,3)", "i[1,1]", "f(2)")),
     ("torch.take_along_dim(a, b, 1)", ("f(2,3)", "i[[0],[2]]"), ("f(2,3)", "i[[0,1]]"), ("f(2,3)", "i[0]")), ("a.index_fill(0, b, 2.)", ("f(3,2)", "i[0,2]"), ("f(3,2)", "i[5]"), ("f(3,2)", "f(1)")), ("a.index_fill(1, b, c)", ("f(2,3)", "i[0,2]", "f()"), ("f(2,3)", "i[0]", "f(2)")),
     ("a.index_add(0, b, c)", ("f(3,2)", "i[0,0]", "f(2,2)"), ("f(3,2)", "i[0,0]", "f(1,2)"), ("f(3,2)", "i[7]", "f(1,2)")), ("a.index_add(1, b, c, alpha=2)", ("f(2,3)", "i[0,0]", "f(2,2)")), ("a.index_copy(0, b, c)", ("f(3,2)", "i[2,0]", "f(2,2)"), ("f(3,2)", "i[0,1]", "f(1,2)")),
     ("a.index_select(0, b)", ("f(3,2)", "i[2,0,2]"), ("f(3,2)", "i[7]"), ("f(3,2)", "i[-1]"), ("f(3,2)", "i[[0]]"), ("f(3,2)", "i(0)"), ("f(3,2)", "f(1)")), ("a.gather(1, b)", ("f(2,3)", "i[[0,2],[1,1]]"), ("f(2,3)", "i[[7]]"), ("f(2,3)", "i[[-1]]"), ("f(2,3)", "i[0]"), ("f(2,3)", "i[[0],[0],[0]]")),
     ("a.scatter(1, b, 2.)", ("f(2,3)", "i[[0,2],[1,1]]"), ("i(2,3)", "i[[0]]")), ("a.scatter(1, b, c)", ("f(2,3)", "i[[0,2],[1,0]]", "f(2,2)"), ("f(2,3)", "i[[7]]", "f(1,1)"), ("f(2,3)", "i[[0,0,0]]", "f(1,2)"), ("f(2,3)", "i[0]", "f(2,3)"), ("f(2,3)", "i[[0]]", "d(1,1)")), ("a.scatter_add(0, b, c)", ("f(2,3)", "i[[0,1,1],[0,0,0]]", "f(2,3)")))
for r in ["sum", "prod", "mean", "amax", "amin"]:
    each((f"a.scatter_reduce(1, b, c, '{r}')", ("f(2,3)", "i[[0,2,2],[1,1,1]]", "f(2,3)"), ("i(2,3)", "i[[0,2,2],[1,1,1]]", "i(2,3)"), ("q(2,3)", "i[[0,2,2],[1,1,1]]", "p(2,3)")), (f"a.scatter_reduce(1, b, c, '{r}', include_self=False)", ("f(2,3)", "i[[0,2,2],[1,1,1]]", "f(2,3)")))
each(("a.masked_scatter(b, c)", ("f(2,3)", "b[[True,False,True],[False,True,False]]", "f(4)"), ("f(2,3)", "b[True,False,True]", "f(2,2)"), ("f(2,3)", "b[[True,True,True]]", "f(2)"), ("f(3)", "f(3)", "f(3)")), ("a.masked_fill(b, 2)", ("f(2,3)", "b(3)"), ("i(3)", "b(3)"), ("f(3)", "f(3)")), ("a.masked_fill(b, c)", ("f(2,3)", "b(2,3)", "f()"), ("f(3)", "b(3)", "f(3)")), ("a.masked_select(b)", ("f(2,3)", "b[True,False,True]"), ("f(3)", "f(3)")),
     ("torch.nonzero(a)", "q(2,3)", "f()", "b(3)", "f(0)"), ("torch.nonzero(a, as_tuple=True)", "q(2,3)", "f()"), ("torch.argwhere(a)", "q(2,3)"), ("F.one_hot(a)", "i[0,2,1]", "i[[1],[0]]", "i[1,-1]", "f(2)", "i(0)"), ("F.one_hot(a, 4)", "i[0,2,1]", "i(0)", "i[5]"),
     ("a.select_scatter(b, 0, 1)", ("f(2,3)", "f(3)"), ("f(2,3)", "f(2)")), ("a.slice_scatter(b, 1, 0, 3, 2)", ("f(2,3)", "f(2,2)"), ("f(2,3)", "f(2,3)")), ("a.diagonal_scatter(b)", ("f(2,3)", "f(2)"), ("f(2,3)", "f(3)")), ("torch.where(a > 0, a, b)", ("f(2,3)", "f(3)"), ("f(3)", "d(3)"), ("i(3)", "f(3)")))

# Other shapes.
each(("a.roll(1)", "f(2,3)", "t(3,2)", "f()", "f(0)"), ("a.roll((1, -2), (0, 1))", "f(2,3)", "i(3,4)"), ("a.roll((1, 2), (0,))", "f(2,3)"), ("a.rot90()", "f(2,3)", "f(2,3,2)", "f(3)"), ("a.rot90(2)", "f(2,3)"), ("a.rot90(-1, (1, 2))", "f(2,3,2)"), ("a.rot90(1, (0, 0))", "f(2,3)"), ("a.fliplr()", "f(2,3)", "f(3)"), ("a.flipud()", "f(2,3)", "f()"), ("a.flip((0, 1))", "f(2,3)", "f(2)"),
     ("a.tile((2,))", "f(2,3)", "f()"), ("a.tile((2, 1, 2))", "f(2,3)"), ("a.repeat(2, 1, 2)", "f(2,3)"), ("a.repeat(2)", "f(2,3)", "f(2)"), ("a.repeat_interleave(2)", "f(2,3)", "f()"), ("a.repeat_interleave(2, 0)", "f(2,3)"), ("a.repeat_interleave(b, 1)", ("f(2,3)", "i[0,2,1]"), ("f(2,3)", "i[1,2]"), ("f(2,3)", "i[1,-1,0]"), ("f(2,3)", "i[2]")), ("a.movedim((0, 1), (1, 2))", "f(2,3,4)", "f(2)"), ("a.movedim((0, 1), (1, 1))", "f(2,3)"), ("a.movedim((0,), (1, 0))", "f(2,3)"), ("a.movedim(0, -1)", "f(2,3,4)"),
     ("a.swapaxes(0, 1)", "f(2,3)", "f(2)"), ("a.broadcast_to((2, 2, 3))", "f(2,3)", "f(3)", "f(2)"), ("a.unflatten(1, (-1, 2))", "f(2,4)", "f(2,3)"), ("a.unflatten(-1, (3,))", "f(2,3)"), ("a.tensor_split(2)", "f(5,2)", "f(1)", "f()"), ("a.tensor_split(3, 1)", "f(2,4)"), ("a.tensor_split((1, -1), 1)", "f(2,4)"), ("a.hsplit(2)", "f(2,4)", "f(4)", "f(2,3)"), ("a.vsplit(2)", "f(4,2)", "f(4)"), ("a.dsplit(2)", "f(2,2,4)", "f(2,2)"),
     ("torch.atleast_1d(a)", "f()", "f(2)"), ("torch.atleast_2d(a)", "f()", "f(2)"), ("torch.atleast_3d(a)", "f()", "f(2)", "f(2,3)", "f(1,2,3)"), ("a.narrow_copy(0, 1, 2)", "f(3,2)", "f(2,2)"), ("a.unfold(1, 2, 1)", "f(2,4)", "f(2,1)"), ("a.unfold(0, 2, 3)", "f(6)"), ("a.unfold(0, 1, 0)", "f(3)"), ("a.squeeze((0, 1))", "f(1,3,1)"), ("a.squeeze()", "f(1,3,1)"), ("a.ravel()", "f(2,3)", "t(2,3)"), ("a.view_as(b)", ("f(2,3)", "f(6)"), ("f(2,3)", "f(5)")),
     ("torch.hstack([a, b])", ("f(2,3)", "f(2,2)"), ("f(2)", "f(3)"), ("f()", "f()"), ("f(2,3)", "f(3)")), ("torch.vstack([a, b])", ("f(2,3)", "f(3)"), ("f(2)", "f(2)"), ("f(2)", "f(3)")), ("torch.dstack([a, b])", ("f(2,3)", "f(2,3)"), ("f(2)", "f(2)")), ("torch.column_stack([a, b])", ("f(2,3)", "f(2)"), ("f(2)", "f(2)")), ("torch.broadcast_tensors(a, b)", ("f(2,3)", "f(3)"), ("f(2,3)", "f(2)")), ("torch.meshgrid(a, b, indexing='ij')", ("f(2)", "f(3)"), ("f()", "f(3)"), ("f(2)", "i(3)")), ("torch.meshgrid(a, b, indexing='xy')", ("f(2)", "f(3)")),
     ("torch.cartesian_prod(a, b)", ("f(2)", "f(3)"), ("f(2,2)", "f(3)")), ("torch.block_diag(a, b)", ("f(2,3)", "f(2)"), ("i(2,2)", "f()"), ("f(1,1,1)", "f(1)")), ("torch.combinations(a)", "f(4)", "f(1)", "f(2,2)"), ("torch.combinations(a, 3, True)", "f(3)"), ("torch.vander(a)", "f(3)", "i(3)", "f(2,2)"), ("torch.vander(a, 2, increasing=True)", "i(3)"))
each(("a.diag()", "f(3)", "f(2,3)", "f(1,1,1)"), ("a.diag(1)", "f(2)", "f(2,3)"), ("a.diagonal(0, 1, 2)", "f(2,3,4)"), ("a.diagonal(-1)", "f(3,2)", "f(2,3,4)", "f(2)"), ("torch.diag_embed(a)", "f(2)", "f(2,3)"), ("torch.diag_embed(a, 1, 0, 2)", "f(2,3)"), ("torch.diag_embed(a, 0, 1, 1)", "f(2,3)"), ("torch.diagflat(a)", "f(2,2)", "f()"), ("a.tril()", "f(3,4)", "f(2,3,3)", "i(2,2)", "f(2)", "b(2,2)"), ("a.triu(1)", "f(3,4)", "t(4,3)"), ("a.tril(-1)", "f(3,3)"))
for mode in ["reflect", "replicate", "circular"]:
    each((f"F.pad(a, (1, 2), mode='{mode}')", "f(2,3)", "f(1,2,3)", "f(3)", "f(2,2)"), (f"F.pad(a, (1, 0, 0, 1), mode='{mode}')", "f(1,1,2,3)", "f(1,2,3)", "f(2,3)"))
each(("F.pad(a, (1, 2))", "f(2,3)", "i(2,3)", "b(3)", "f()"), ("F.pad(a, (1, -1, 0, 2), value=3.)", "f(2,3)", "f(3)"), ("F.pad(a, (1,))", "f(3)"), ("F.pad(a, (-2, -2))", "f(3)"))

# Complex numbers.
CPLX = ["c(2,3)", "z(3)", "c()", "c(0,3)", "z[0j, 1+0j, -1+0j, 1j, -1j, 3-4j]"]
unary("torch.view_as_real(a)", "a.real", "a.imag", "a.conj()", "a.abs()", "a.angle()", "a.sgn()", "a.neg()", "a.isfinite()", "torch.isreal(a)", "a.mT",
      "a.sum()", "a.mean()", "a.sum(0)", "a.cumsum(0)", "a.bool()", "a.to(torch.complex64)", "a.exp()", "a.sin()", "a.cos()", "a.sinh()", "a.cosh()",
      "a.square()", "a ** 2", "a ** 0", "a ** 3", "a * 2", "a + 1.5", "2 - a", "a / 2", "a + (1+2j)", "a * 1j", "a.clone()", "a.flip(0)", "str(a.detach())", kinds=CPLX)
unary("a.tan()", "a.tanh()", "a.log()", "a.log10()", "a.log2()", "a.log1p()", "a.expm1()", "a.sqrt()", "a.rsqrt()", "a.reciprocal()", "a.asin()", "a.acos()", "a.atan()", "a.sigmoid()", "1 / a", "a ** 0.5", "a ** -1",
      "a ** (1+2j)", "a.prod()", "a.cumprod(0)", "torch.var(a)", kinds=["c(2,3)", "z(3)", "z[1+0j, -1+1e-9j, 2j, 3-4j]"])
unary("a.max()", "a.min()", "a.sort()", "a.argmax()", "a.sign()", "a.floor()", "a.round()", "a.erf()", "a.relu()", "a > 1", "a.max(0)", "a.median()", "a.cummax(0)", "a.maximum(a)", "a % 2", "a.clamp(0, 1)", "a.bitwise_not()", "torch.view_as_complex(a)", kinds=["c(2,2)"])
binary("a + b", "a - b", "a * b", "a / b", "a == b", "a != b", "torch.pow(a, b)", pairs=[("c(2,3)", "c(3)"), ("z(3)", "c(3)"), ("c(3)", "f(3)"), ("f(3)", "c(3)"), ("c(3)", "d(3)"), ("c(3)", "i(3)"), ("d(3)", "c()"), ("f(3)", "z()"), ("i[1,-2,3]", "z()"), ("c(3)", "b[True,True,True]"), ("c(2)", "c(3)")])
each(("torch.complex(a, b)", ("f(2,3)", "f(3)"), ("d(2)", "d(2)"), ("f(2)", "d(2)"), ("i(2)", "i(2)")), ("torch.polar(a, b)", ("p(3)", "f(3)"), ("d[1., 0.5, 2.]", "d(3)"), ("f(2)", "i(2)")),
     ("torch.view_as_complex(a)", "f(3,2)", "d(2)", "i(3,2)", "f(3)", "f()", "t(2,2)"), ("a.imag", "f(3)"), ("a.real", "f(3)"), ("torch.view_as_real(a)", "f(3)"), ("a.angle()", "f[1., -1., 0., nan]", "i(3)"), ("a.conj()", "f(3)"), ("torch.isreal(a)", "c[1+0j, 1j]", "f(2)"),
     ("a @ b", ("c(2,3)", "c(3,4)"), ("z(3)", "z(3)"), ("c(2,3)", "c(3)"), ("c(3,2,3)", "c(3,2)"), ("c(2,2,3)", "c(2,3,2)"), ("c(2,2)", "f(2,2)")), ("torch.dot(a, b)", ("c(3)", "c(3)")), ("torch.vdot(a, b)", ("c(3)", "c(3)")), ("torch.outer(a, b)", ("c(2)", "c(3)")), ("torch.einsum('ij,jk->ik', a, b)", ("c(2,3)", "c(3,4)")), ("torch.kron(a, b)", ("c(2,3)", "c(2,2)")), ("torch.addmm(a, b, c)", ("c(2,4)", "c(2,3)", "c(3,4)")), ("torch.linalg.norm(a)", "c(3)", "z(2,3)"), ("a.norm()", "c(3)"),
     ("torch.cat([a, b])", ("c(2,3)", "c(1,3)"), ("c(2)", "f(2)"), ("f(2)", "z(2)")), ("torch.stack([a, b])", ("c(3)", "c(3)")), ("a[0]", "c(2,3)"), ("a[:, 1:]", "c(2,3)"), ("a[b]", ("c(3)", "i[0,0,2]"), ("c(3)", "b[True,False,True]")), ("a.t()", "c(2,3)"), ("a.permute(1, 0)", "c(2,3)"), ("a.reshape(-1)", "c(2,3)"), ("a.expand(2, 3)", "c(3)"), ("a.gather(1, b)", ("c(2,3)", "i[[0,2],[1,1]]")), ("a.scatter_add(0, b, c)", ("c(2,3)", "i[[0,1,1],[0,0,0]]", "c(2,3)")), ("a.index_select(0, b)", ("c(3,2)", "i[2,0,2]")), ("a.index_add(0, b, c)", ("c(3,2)", "i[0,0]", "c(2,2)")), ("torch.where(a.real > 0, a, b)", ("c(3)", "c(3)"), ("c(3)", "f(3)")), ("a.masked_fill(b, 2)", ("c(3)", "b(3)")), ("a.diag()", "c(3)", "c(2,2)"), ("a.tril()", "c(3,3)"), ("a.roll(1)", "c(3)"), ("a.repeat(2)", "c(3)"), ("a.diff()", "c(4)"), ("a.trace()", "c(3,3)"), ("F.pad(a, (1, 2))", "c(2)"), ("a.mH", "c(2,3)"), ("a.adjoint()", "c(2,3)", "c(3)"), ("a.nonzero()", "c[0j, 1j, 1+0j]"), ("a.lerp(b, 0.3)", ("c(3)", "c(3)")), ("torch.addcmul(a, b, c, value=0.5)", ("c(3)", "c(3)", "c(3)")),
     ("torch.isclose(a, b)", ("c[1+1j, 2j]", "c[1+1.000001j, 2.1j]")), ("torch.allclose(a, b)", ("c(3)", "c(3)")), ("torch.equal(a, a)", "c(3)"), ("a.abs().sum()", "c(3)"), ("(a * a.conj()).real", "c(3)"), ("a.real * a.imag", "c(3)"))
each(("str(a.detach())", "c[1+2j, 0-1j]", "z[1+2j, 0.5-1j]", "c[[1.5+2j, -0.25-3.125j], [100+0j, 1j]]", "c[1e-8+1e5j, 3+2j]", "c[1e10+1j, -2-3e-9j]", "c[complex(nan, inf), complex(-inf, nan), 1+1j]", "c[0j, -0j]", "c[complex(0., -0.), complex(-0., 1.)]", "c(40)", "c(3,4)", "c(2,2,2)", "z(1001)", "c(40,30)", "z()", "c(0)", "z(0,2)", "z(2,12)", "c[1000.5+0.001j, 2+3j]", "c[[1+1j], [20000+3j]]"))

# Fourier transforms.
ONE = ["c(2,3)", "f(2,4)", "z(5)", "d(6)", "i(4)", "f(1)", "h(3)", "f()", "f(0,4)", "f(3,0)", "t(4,3)", "f(7)"]
unary("torch.fft.fft(a)", "torch.fft.ifft(a)", "torch.fft.rfft(a)", "torch.fft.irfft(a)", "torch.fft.hfft(a)", "torch.fft.ihfft(a)", kinds=ONE)
for name in ["fft", "ifft", "irfft", "hfft"]:
    for n in [6, 3]:
        each((f"torch.fft.{name}(a, {n})", "c(2,4)", "f(5)", "z(3)"))
    each((f"torch.fft.{name}(a, None, 0, 'ortho')", "c(4,2)", "d(3,2)"), (f"torch.fft.{name}(a, None, -1, 'forward')", "c(4)", "f(5)"), (f"torch.fft.{name}(a, 0)", "c(4)"), (f"torch.fft.{name}(a, None, 3, 'backward')", "f(2,2)"))
for name in ["rfft", "ihfft"]:
    for n in [6, 3]:
        each((f"torch.fft.{name}(a, {n})", "f(2,4)", "d(5)", "c(2)"))
    each((f"torch.fft.{name}(a, None, 0, 'ortho')", "f(4,2)", "d(3,2)"), (f"torch.fft.{name}(a, None, -1, 'forward')", "f(4)", "f(5)"))
SEVERAL = ["c(2,3)", "f(2,4)", "d(2,3,5)", "z(2,2,3)", "f(3)", "c()", "i(2,2)"]
unary("torch.fft.fft2(a)", "torch.fft.ifft2(a)", "torch.fft.rfft2(a)", "torch.fft.irfft2(a)", "torch.fft.fftn(a)", "torch.fft.ifftn(a)", "torch.fft.rfftn(a)", "torch.fft.irfftn(a)", kinds=SEVERAL)
for name in ["fft2", "ifft2", "irfft2", "rfft2"]:
    each((f"torch.fft.{name}(a, (3, 4), (0, 1), 'ortho')", "f(2,5)", "d(3,4)"))
for name in ["fftn", "ifftn", "irfftn", "rfftn"]:
    each((f"torch.fft.{name}(a, (3,))", "f(2,5)", "d(3)"), (f"torch.fft.{name}(a, None, (2, 0), 'forward')", "f(2,3,4)", "f(2)"), (f"torch.fft.{name}(a, (2, 2), (0,))", "f(2,2)"), (f"torch.fft.{name}(a, (2, 2, 2))", "f(2,2)"), (f"torch.fft.{name}(a, None, (0, 0))", "f(2,2)"), (f"torch.fft.{name}(a, (2, 0))", "f(2,2)"), (f"torch.fft.{name}(a, None, ())", "f(2,2)"))
each(("torch.fft.fftshift(a)", "f(2,3)", "c(5)", "i(4)"), ("torch.fft.ifftshift(a)", "f(2,3)", "i(4)"), ("torch.fft.fftshift(a, 1)", "f(2,3)"), ("torch.fft.ifftshift(a, 1)", "f(2,3)"), ("torch.fft.fftfreq(5, 0.5)", "f()"), ("torch.fft.fftfreq(4)", "f()"), ("torch.fft.rfftfreq(5, 0.5)", "f()"), ("torch.fft.rfftfreq(4)", "f()"),
     ("torch.stft(a, 4, return_complex=True)", "f(2,8)", "d(9)", "c(8)", "f(2)"), ("torch.stft(a, 6, 2, 4, b, return_complex=True)", ("f(2,12)", "f(4)"), ("f(12)", "p(4)")), ("torch.stft(a, 4, center=False, normalized=True, onesided=False, return_complex=True)", "f(9)", "z(2,9)"), ("torch.stft(a, 4, pad_mode='constant', return_complex=True)", "f(2,8)"),
     ("torch.istft(a, 4)", "c(3,5)", "z(2,3,6)", "f(3,5)"), ("torch.istft(a, 6, 2, 4, b)", ("c(4,5)", "p(4)"), ("c(2,4,5)", "p(4)")), ("torch.istft(a, 4, center=False, normalized=True, onesided=False)", "c(4,5)"), ("torch.istft(a, 4, length=3)", "c(3,5)"), ("torch.istft(a, 4, length=9)", "c(3,5)"), ("torch.istft(a, 5)", "c(3,6)"))
for name in ["hann", "hamming", "blackman", "bartlett"]:
    each((f"torch.{name}_window(6)", "f()"), (f"torch.{name}_window(5, periodic=False, dtype=torch.float64)", "f()"), (f"torch.{name}_window(1)", "f()"), (f"torch.{name}_window(0)", "f()"))
each(("torch.kaiser_window(6)", "f()"), ("torch.kaiser_window(5, periodic=False, beta=8.)", "f()"), ("torch.kaiser_window(1)", "f()"))

# Later additions.
for r in ["prod", "mean", "amax", "amin"]:
    each((f"a.index_reduce(1, b, c, '{r}')", ("f(2,3)", "i[0,2,2]", "f(2,3)"), ("i(2,3)", "i[0,2,2]", "i(2,3)"), ("d(2,3)", "i[1,1]", "p(2,2)"), ("f(2,3)", "i[0,5]", "f(2,2)"), ("f(2,3)", "i[0]", "f(2,2)"), ("f(2,3)", "f(2)", "f(2,2)")), (f"a.index_reduce(0, b, c, '{r}', include_self=False)", ("f(3,2)", "i[0,2,2]", "f(3,2)")))
each(("a.index_reduce(1, b, c, 'sum')", ("f(2,3)", "i[0,2,2]", "f(2,3)")), ("torch.cov(a)", "f(2,3)", "f(4)", "i(2,3)", "c(2,4)", "f(1,1,1)", "b(3)", "f(2,1)"), ("torch.cov(a, correction=0, fweights=b, aweights=c)", ("f(2,3)", "i[1,2,1]", "p(3)")), ("torch.cov(a, fweights=b)", ("f(2,3)", "i[1,2,1]"), ("f(2,3)", "i[1,2]"), ("f(2,3)", "i[1,-2,1]"), ("f(2,3)", "f(3)"), ("f(2,3)", "i(1,3)")), ("torch.cov(a, aweights=b)", ("f(2,3)", "p(3)"), ("f(2,3)", "i[1,2,3]")),
     ("torch.corrcoef(a)", "f(3,5)", "f(4)", "f(1,1,1)", "c(2,4)"), ("torch.logspace(0, 2, 5)", "f()"), ("torch.logspace(-1, 1, 4, base=2., dtype=torch.float64)", "f()"), ("torch.logspace(1, 1, 1)", "f()"), ("torch.linalg.vecdot(a, b)", ("f(2,3)", "f(3)"), ("c(2,3)", "c(2,3)")),
     ("torch.nextafter(a, b).detach()", ("f[1.,0.,-1.,2.]", "f[2.,-1.,-inf,2.]"), ("d[1.,0.]", "d[0.,1.]"), ("h[1.,0.,-1.]", "h[0.,-1.,0.]"), ("bf[1.,0.]", "bf[2.,1.]"), ("i(2)", "i(2)")), ("torch.frexp(a)", "f(2,3)", "d[0.,-8.,0.3]", "h(3)", "i(2)"), ("torch.gradient(a)", "f(3,4)", "f(5)", "f(2,1)"), ("torch.gradient(a, spacing=2., dim=1)", "f(3,4)"),
     ("torch.histogram(a.detach(), 3)", "f(7)", "d(5)", "f[1.,1.]"), ("torch.histogram(a.detach(), 4, range=(-1., 1.))", "f(9)"), ("torch.unravel_index(a, (2, 3))", "i[5,1,0]", "i[[4],[2]]", "f(2)"))
# Sums that end in another node than most.
each(("torch.einsum('ij->i', a)", "f(2,1)", "f(2,3)"), ("torch.einsum('bi,bj->', a, b)", ("f(2,3)", "f(2,4)")), ("torch.einsum('bi,b->b', a, b)", ("f(2,1)", "f(2)"), ("f(2,3)", "f(2)")), ("torch.einsum('i,i->', a, b)", ("f(1)", "f(1)"), ("f(3)", "f(3)"), ("f(3)", "f(1)")),
     ("torch.einsum('i,j,i->j', a, b, c)", ("f(2)", "f(3)", "f(2)")), ("torch.einsum('bi,bj->b', a, b)", ("f(2,1)", "f(2,1)")))
# What inputs at random showed to be different.
each(("torch.addcmul(a, b, c, value=0.5)", ("f(2,3)", "i(2,3)", "i16(2,1)"), ("d(3)", "i(3)", "i(3)"), ("i(2)", "i(2)", "bf(2)")),
     ("a.index_fill(1, b, c)", ("f(2,3)", "i[0,0]", "f()"), ("f(2,3)", "i[2,1,2]", "d()")), ("a[b]", ("f(3)", "u8[1,0,1]"), ("f(2,3)", "b()")),
     ("a.max(0)", "f(2,2)", "f()", "i(3,3)"), ("torch.addmm(a, b, c)", ("f(2,2)", "i(2,2)", "i(2,2)"), ("i(3,4)", "f(3,3)", "f(3,4)"), ("f(2,4)", "i(2,3)", "f(3,4)")),
     ("torch.baddbmm(a, b, c)", ("d(2,2,4)", "f(2,2,3)", "f(2,3,4)"), ("f(2,2,4)", "f(2,2,3)", "i(2,3,4)")), ("torch.addbmm(a, b, c)", ("i8(2,4)", "f(3,2,3)", "f(3,3,4)")),
     ("torch.mv(a, b)", ("f(2,2)", "h(2)"), ("f()", "f(2)")), ("torch.inner(a, b)", ("f(2)", "d(2)")), ("torch.tensordot(a, b, 1)", ("f(2,3)", "b(3,2)")),
     ("a @ b", ("f(2,3)", "i(4,2)"), ("b(3)", "b(3)"), ("b(2,2,2)", "b(2,2,2)"), ("i(2,2,3)", "f(2,3,2)")), ("a.scatter(1, b, c)", ("f(2,3)", "f(2,2)", "f(2,2)")),
     ("a.gather(1, b)", ("f(2,3)", "h(2,2)")), ("a.index_select(0, b)", ("f()", "i[0]")), ("a.index_add(0, b, c)", ("f(3)", "i[0,2]", "d(2)"), ("f(3,2)", "i[0,2]", "f(2,3)")),
     ("a.relu()", "b(3)"), ("a.topk(1)", "b(3)"), ("a.argmax()", "b(3)", "f(0,3)"), ("a.square()", "b(3)"), ("a.isfinite()", "b(3)"), ("torch.allclose(a, b)", ("b(3)", "b(3)")))
