"""Writes what more of PyTorch's layers and optimizers compute and print, for the tests here to compare:
`python generate_more.py FOLDER`."""

import json
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

rows = []


def flat(x):
    return [float(v) for v in x.detach().double().flatten()]


def row(name, *tensors, text=None):
    rows.append(dict(name=name, values=[flat(t) for t in tensors], text=text))


def call(name, f, *inputs, text=None):
    inputs = [x.requires_grad_() if x.is_floating_point() else x for x in inputs]
    y = f(*inputs)
    y.sin().sum().backward()
    row(name, y, *[x.grad for x in inputs if x.is_floating_point()], text=text)


# Functions that replace their input, and the names of their nodes.
for name, f in [
    ("relu_", lambda x: F.relu_(x)),
    ("leaky_relu_", lambda x: F.leaky_relu_(x, 0.2)),
    ("elu_", lambda x: F.elu_(x, 1.5)),
    ("selu_", lambda x: F.selu_(x)),
    ("celu_", lambda x: F.celu_(x, 0.7)),
    ("hardtanh_", lambda x: F.hardtanh_(x, -0.5, 1.0)),
    ("threshold_", lambda x: F.threshold_(x, 0.1, 20.0)),
    ("rrelu_", lambda x: F.rrelu_(x, 0.1, 0.4)),
    ("rrelu_ training", lambda x: F.rrelu_(x, 0.1, 0.4, True)),
    ("rrelu training", lambda x: F.rrelu(x, 0.1, 0.4, True)),
    ("rrelu", lambda x: F.rrelu(x, 0.1, 0.4)),
    ("celu", lambda x: F.celu(x, 0.7)),
]:
    torch.manual_seed(7)
    x = torch.randn(4, 5).requires_grad_()
    y = f(x * 1)
    node = type(y.grad_fn).__name__
    y.sin().sum().backward()
    row("function " + name, y, x.grad, text=node)

# Optimizers of matrices: 25 steps.
O = torch.optim
for name, make in {
    "Adafactor": lambda p: O.Adafactor(p),
    "Adafactor all": lambda p: O.Adafactor(p, 0.05, beta2_decay=-0.5, eps=(1e-4, 0.01), d=1.5, weight_decay=0.1, maximize=True),
    "Muon": lambda p: O.Muon(p[:1]),
    "Muon all": lambda p: O.Muon(p[:1], 0.02, weight_decay=0.3, momentum=0.8, nesterov=False, ns_coefficients=(2.0, -1.5, 0.5), eps=1e-5, ns_steps=3, adjust_lr_fn="match_rms_adamw"),
    "Muon unclamped": lambda p: O.Muon(p[:1], 0.02, adjust_lr_fn="spectral_unclamped"),
}.items():
    w = torch.linspace(-1, 1, 6).reshape(3, 2).requires_grad_(True)
    b = torch.linspace(-1, 1, 2).requires_grad_(True)
    t = torch.linspace(0.5, 1, 4).reshape(2, 1, 2).requires_grad_(True)
    optimizer = make([w, b, t])
    trace = []
    for _ in range(25):
        for p in (w, b, t):
            p.grad = None
        ((w - 0.3 + b) ** 2 * torch.arange(1.0, 7.0).reshape(3, 2) * t + (3 * w).cos()).sum().backward()
        optimizer.step()
        trace.append(torch.cat([w.detach().flatten(), b.detach(), t.detach().flatten()]))
    state = optimizer.state_dict()["state"]
    keys = " ".join(key for memory in state.values() for key in memory)
    row("optim " + name, torch.stack(trace), *[v for memory in state.values() for v in memory.values()], text=str(optimizer) + " " + keys)

# Weights made of other tensors.
import warnings

import torch.nn.utils.parametrizations as parametrizations
import torch.nn.utils.parametrize as parametrize
from torch.nn.utils import remove_spectral_norm, remove_weight_norm, spectral_norm, weight_norm

warnings.filterwarnings("ignore")


def node(t):
    return type(t.grad_fn).__name__ if t.grad_fn else "leaf"


def made(name, make, apply, remove, shape, tensor="weight", mode="train"):
    torch.manual_seed(8)
    module = make()
    apply(module)
    text = repr(module) + " " + " ".join(module.state_dict())
    if mode == "eval":
        module.eval()
    optimizer = torch.optim.SGD(module.parameters(), 0.1)
    trace = []
    for _ in range(3):
        x = torch.randn(shape)
        y = module(x)
        y = y[0] if isinstance(y, tuple) else y
        optimizer.zero_grad()
        y.sin().sum().backward()
        trace.append(y)
        optimizer.step()
    gradients = [p.grad for p in module.parameters() if p.grad is not None]
    buffers = [b.clone() for b in module.buffers()]
    module.eval()
    module(torch.randn(shape))
    weight = getattr(module, tensor)
    text += " " + node(weight)
    remove(module)
    weight = weight.detach().clone()
    text += " " + repr(module) + " " + " ".join(sorted(module.state_dict()))
    row("made " + name, *trace, *gradients, *buffers, weight, getattr(module, tensor), text=text)


linear, conv = (lambda: nn.Linear(3, 4)), (lambda: nn.Conv2d(2, 3, 2))
transposed = lambda: nn.ConvTranspose1d(3, 2, 2)
remove_new = lambda name: lambda m: parametrize.remove_parametrizations(m, name)
for name, make, shape in [("linear", linear, (2, 3)), ("conv", conv, (1, 2, 3, 3)), ("transposed", transposed, (1, 3, 4))]:
    for dim in [None, 0, 1, 2]:
        if dim is None or dim < len(make().weight.shape):
            made(f"weight_norm {name} {dim}", make, lambda m: weight_norm(m, dim=dim), remove_weight_norm, shape)
    made(f"weight_norm new {name}", make, parametrizations.weight_norm, remove_new("weight"), shape)
    made(f"spectral_norm {name}", make, spectral_norm, remove_spectral_norm, shape)
    made(f"spectral_norm new {name}", make, parametrizations.spectral_norm, remove_new("weight"), shape)
made("spectral_norm eval", linear, lambda m: spectral_norm(m, n_power_iterations=3, eps=1e-3, dim=1), remove_spectral_norm, (2, 3), mode="eval")
made("spectral_norm new all", conv, lambda m: parametrizations.spectral_norm(m, n_power_iterations=2, dim=-1), remove_new("weight"), (1, 2, 3, 3))
made("spectral_norm new bias", linear, lambda m: parametrizations.spectral_norm(m, "bias"), remove_new("bias"), (2, 3), tensor="bias")
made("weight_norm lstm", lambda: nn.LSTM(3, 2), lambda m: weight_norm(m, "weight_hh_l0"), lambda m: remove_weight_norm(m, "weight_hh_l0"), (4, 1, 3), tensor="weight_hh_l0")


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).T

    def right_inverse(self, x):
        return x.triu()


class Halved(nn.Module):
    def forward(self, x):
        return x / 2


def symmetric(m):
    parametrize.register_parametrization(m, "weight", Symmetric())
    parametrize.register_parametrization(m, "weight", Halved())


# Matrices with orthonormal columns or rows.
for kind, make, shape in [
    ("tall", linear, (2, 3)),
    ("wide", lambda: nn.Linear(4, 3), (2, 4)),
    ("square", lambda: nn.Linear(3, 3), (2, 3)),
]:
    for how in [None, "matrix_exp", "cayley", "householder"]:
        made(f"orthogonal {kind} {how}", make, lambda m: parametrizations.orthogonal(m, orthogonal_map=how), remove_new("weight"), shape)
    made(f"orthogonal {kind} free", make, lambda m: parametrizations.orthogonal(m, orthogonal_map="householder", use_trivialization=False), remove_new("weight"), shape)
made("orthogonal batch", lambda: nn.Conv1d(3, 4, 2), parametrizations.orthogonal, remove_new("weight"), (2, 3, 5))
torch.manual_seed(21)
module = nn.Linear(3, 3)
parametrizations.orthogonal(module, orthogonal_map="cayley")
module.weight = torch.linalg.qr(torch.arange(9.0).reshape(3, 3) + torch.eye(3))[0]
row("orthogonal set", module.weight, *module.buffers(), module.parametrizations.weight.original)
made("symmetric", lambda: nn.Linear(3, 3), symmetric, remove_new("weight"), (2, 3))

# Tables with limits.
words = torch.tensor([[0, 2, 2], [4, 4, 4]])
for name, make in [
    ("embedding", lambda: nn.Embedding(5, 3, padding_idx=2, max_norm=1.0, norm_type=3.0, scale_grad_by_freq=True)),
    ("embedding short", lambda: nn.Embedding(5, 3, max_norm=0.5)),
    ("embedding frequent", lambda: nn.Embedding(5, 3, scale_grad_by_freq=True)),
    ("embedding padded", lambda: nn.Embedding(5, 3, padding_idx=-1)),
    ("bag limits sum", lambda: nn.EmbeddingBag(5, 3, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True, mode="sum")),
    ("bag limits mean", lambda: nn.EmbeddingBag(5, 3, max_norm=1.0, scale_grad_by_freq=True, padding_idx=0)),
    ("bag limits max", lambda: nn.EmbeddingBag(5, 3, max_norm=1.0, mode="max")),
]:
    torch.manual_seed(9)
    module = make()
    y = module(words)
    text = repr(module) + (" " + node(y) if "bag" not in name else "")
    y.sin().sum().backward()
    row("table " + name, y, module.weight, module.weight.grad, text=text)

# Softmax over clusters.
for name, arguments in [("", (6, 10, [3, 7])), (" all", (6, 12, [2, 5, 8], 2.0, True))]:
    torch.manual_seed(10)
    module = nn.AdaptiveLogSoftmaxWithLoss(*arguments)
    x = torch.randn(5, 6).requires_grad_()
    found = module(x, torch.tensor([0, 9, 1, 4, 6]))
    (found.output.sin().sum() + found.loss.cos()).backward()
    one = module(x[0].detach(), torch.tensor(8))
    row("adaptive" + name, *found, *one, module.log_prob(x), module.predict(3 * x), x.grad, *[p.grad for p in module.parameters()], text=repr(module) + " " + " ".join(module.state_dict()) + " " + node(found.output))
row("asm output", text=repr(nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2])(torch.zeros(1, 4), torch.tensor([0]))))

# Pools whose windows begin at random places.
for name, make, shape in [
    ("2d", lambda: nn.FractionalMaxPool2d(3, output_size=(4, 5), return_indices=True), (2, 3, 8, 9)),
    ("2d ratio", lambda: nn.FractionalMaxPool2d((2, 3), output_ratio=(0.5, 0.7), return_indices=True), (3, 9, 10)),
    ("3d", lambda: nn.FractionalMaxPool3d((2, 3, 2), output_size=(2, 3, 4), return_indices=True), (2, 2, 5, 7, 8)),
    ("3d ratio", lambda: nn.FractionalMaxPool3d(2, output_ratio=0.5, return_indices=True), (1, 2, 6, 5, 7)),
]:
    torch.manual_seed(11)
    module = make()
    x = torch.randn(shape).requires_grad_()
    y, places = module(x)
    y.sin().sum().backward()
    row("fractional " + name, y, places, x.grad, torch.rand(2), text=repr(module) + " " + node(y))

# Norms over channels.
for name, make, shape in [
    ("3", lambda: nn.CrossMapLRN2d(3), (2, 6, 2, 3)),
    ("4", lambda: nn.CrossMapLRN2d(4, alpha=0.5, beta=0.6, k=2.0), (2, 7, 2, 2)),
    ("5", lambda: nn.CrossMapLRN2d(5, alpha=0.3, beta=1.5, k=0.5), (1, 9, 2, 2)),
    ("wide", lambda: nn.CrossMapLRN2d(7, alpha=0.3), (1, 2, 2, 2)),
]:
    torch.manual_seed(12)
    module = make()
    x = torch.randn(shape).requires_grad_()
    y = module(x)
    y.sin().sum().backward()
    row("cross map " + name, y, x.grad, text=repr(module) + " " + node(y))
for shape in [(4, 3), (2, 3, 4), (2, 3, 2, 2), (2, 3, 1, 2, 2)]:
    torch.manual_seed(13)
    module = nn.SyncBatchNorm(3, momentum=0.2)
    x = torch.randn(shape).requires_grad_()
    y = module(x)
    y.sin().sum().backward()
    module.eval()
    row(f"sync {len(shape)}", y, x.grad, *[p.grad for p in module.parameters()], *module.buffers(), module(x), text=repr(module))
row("sync converted", text=repr(nn.SyncBatchNorm.convert_sync_batchnorm(nn.Sequential(nn.BatchNorm1d(2, affine=False), nn.Sequential(nn.BatchNorm2d(3, momentum=None), nn.ReLU()), nn.BatchNorm3d(4, eps=0.1)))))

# Distances within one set of rows.
for p in [0.0, 0.5, 1.0, 1.5, 2.0, 3.5, float("inf")]:
    torch.manual_seed(14)
    x = torch.randn(4, 3)
    x[3, 0] = x[1, 0]
    call(f"pdist {p}", lambda x: F.pdist(x, p), x, text=node(F.pdist(x.clone().requires_grad_(), p)))

# Layers that learn how large their input is.
for name, make, shape in [
    ("linear", lambda: nn.LazyLinear(4), (2, 3)),
    ("linear bare", lambda: nn.LazyLinear(4, bias=False), (2, 5, 3)),
    ("conv1d", lambda: nn.LazyConv1d(4, 3, groups=2, bias=False, padding="same"), (2, 6, 7)),
    ("conv2d", lambda: nn.LazyConv2d(4, (3, 2), stride=2, padding=1, dilation=(1, 2), padding_mode="circular"), (3, 6, 7)),
    ("conv3d", lambda: nn.LazyConv3d(2, 2), (1, 2, 3, 4, 3)),
    ("transposed1d", lambda: nn.LazyConvTranspose1d(4, 3, stride=2, padding=1, output_padding=1), (2, 3, 5)),
    ("transposed2d", lambda: nn.LazyConvTranspose2d(4, (3, 2), groups=2, bias=False, dilation=2), (2, 6, 4, 4)),
    ("transposed3d", lambda: nn.LazyConvTranspose3d(2, 2), (3, 2, 2, 2)),
    ("instance1d", lambda: nn.LazyInstanceNorm1d(momentum=0.3), (2, 3, 4)),
    ("instance1d bare", lambda: nn.LazyInstanceNorm1d(affine=False, track_running_stats=False), (2, 3, 4)),
    ("instance2d", lambda: nn.LazyInstanceNorm2d(affine=False), (2, 3, 4, 2)),
    ("instance3d", lambda: nn.LazyInstanceNorm3d(track_running_stats=False, eps=0.1), (1, 2, 2, 2, 2)),
    ("norm1d", lambda: nn.LazyBatchNorm1d(momentum=0.3), (5, 3)),
    ("norm2d", lambda: nn.LazyBatchNorm2d(affine=False), (2, 3, 2, 2)),
    ("norm3d", lambda: nn.LazyBatchNorm3d(track_running_stats=False, eps=0.1), (2, 3, 1, 2, 2)),
]:
    torch.manual_seed(15)
    module = make()
    text = repr(module)
    x = torch.randn(shape).requires_grad_()
    y = module(x)
    y.sin().sum().backward()
    row("lazy " + name, y, x.grad, *[p.grad for p in module.parameters()], *module.buffers(), torch.rand(2), text=text + " " + repr(module))

with open(sys.argv[1] + "/more.jsonl", "w") as out:
    for r in rows:
        out.write(json.dumps(r) + "\n")
