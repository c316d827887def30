"""Writes what PyTorch computes and prints, for `main.rs` to compare: `python generate.py FOLDER`."""

import json
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

rows = []


def flat(x):
    return [float(v) for v in x.detach().double().flatten()]


def row(name, *tensors, text=None):
    rows.append(dict(name=name, values=[flat(t) for t in tensors], text=text))


def gradients(module):
    return [p.grad for p in module.parameters()]


def recurrent(name, make, x, state=None, train=True):
    torch.manual_seed(0)
    layer = make()
    if not train:
        layer.eval()
    x = torch.randn(*x).requires_grad_()
    state = [torch.randn(*s) for s in state] if state else None
    if state is not None and not isinstance(layer, nn.LSTM):
        state = state[0]
    y, h = layer(x, state if state is None or isinstance(state, torch.Tensor) else tuple(state))
    h = list(h) if isinstance(h, tuple) else [h]
    (y.sin().sum() + sum(s.cos().sum() for s in h)).backward()
    row(name, y, *h, x.grad, *gradients(layer), text=str(layer) + " " + " ".join(k for k in layer.state_dict()))


recurrent("rnn", lambda: nn.RNN(3, 4), (5, 2, 3))
recurrent("rnn relu", lambda: nn.RNN(3, 4, num_layers=2, nonlinearity="relu", bias=False), (5, 2, 3), [(2, 2, 4)])
recurrent("rnn unbatched", lambda: nn.RNN(3, 4), (5, 3), [(1, 4)])
recurrent("gru", lambda: nn.GRU(3, 4, num_layers=2, bidirectional=True, batch_first=True), (2, 5, 3), [(4, 2, 4)])
recurrent("gru dropout", lambda: nn.GRU(3, 4, num_layers=3, dropout=0.5), (5, 2, 3))
recurrent("lstm", lambda: nn.LSTM(3, 4), (5, 2, 3))
recurrent("lstm states", lambda: nn.LSTM(3, 4, num_layers=2, bidirectional=True), (5, 2, 3), [(4, 2, 4), (4, 2, 4)])
recurrent("lstm projected", lambda: nn.LSTM(3, 4, num_layers=2, proj_size=2, bidirectional=True), (5, 2, 3))
recurrent("lstm unbatched", lambda: nn.LSTM(3, 4, batch_first=True), (5, 3))
recurrent("lstm dropout", lambda: nn.LSTM(3, 4, num_layers=2, dropout=0.25, batch_first=True), (2, 5, 3))

for name, make, lengths, is_sorted in [
    ("packed lstm", lambda: nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True), [5, 3, 1], True),
    ("packed gru", lambda: nn.GRU(3, 4, bidirectional=True, batch_first=True), [2, 5, 4], False),
]:
    torch.manual_seed(1)
    layer = make()
    x = torch.randn(3, 5, 3).requires_grad_()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=is_sorted)
    y, h = layer(packed)
    h = list(h) if isinstance(h, tuple) else [h]
    y, n = pad_packed_sequence(y, batch_first=True, padding_value=-1.0, total_length=6)
    (y.sin().sum() + sum(s.cos().sum() for s in h)).backward()
    row(name, packed.data, packed.batch_sizes, y, n, *h, x.grad, *gradients(layer))

for name, make in [("rnn cell", lambda: nn.RNNCell(3, 4, nonlinearity="relu")), ("gru cell", lambda: nn.GRUCell(3, 4)), ("lstm cell", lambda: nn.LSTMCell(3, 4, bias=False))]:
    torch.manual_seed(2)
    cell = make()
    x, h, c = torch.randn(2, 3), torch.randn(2, 4), torch.randn(2, 4)
    if "lstm" in name:
        h, c = cell(x, (h, c))
        h.sin().sum().backward()
        row(name, h, c, *gradients(cell), text=str(cell))
    else:
        h = cell(x, h)
        h.sin().sum().backward()
        row(name, h, *gradients(cell), text=str(cell))


def attention(name, make, shapes, **options):
    torch.manual_seed(3)
    layer = make()
    q, k, v = (torch.randn(*s) for s in shapes)
    y, w = layer(q, k, v, **options)
    y.sin().sum().backward()
    row(name, y, *([] if w is None else [w]), *gradients(layer), text=str(layer) + " " + " ".join(k for k in layer.state_dict()))


causal = nn.Transformer.generate_square_subsequent_mask(4)
attention("attention", lambda: nn.MultiheadAttention(6, 2), [(4, 3, 6)] * 3)
attention("attention causal", lambda: nn.MultiheadAttention(6, 3, batch_first=True), [(2, 4, 6)] * 3, attn_mask=causal, average_attn_weights=False)
attention("attention without weights", lambda: nn.MultiheadAttention(6, 2, bias=False), [(4, 3, 6), (5, 3, 6), (5, 3, 6)], need_weights=False, key_padding_mask=torch.tensor([[False] * 5, [False, False, True, True, True], [False] * 4 + [True]]))
attention("attention of other sizes", lambda: nn.MultiheadAttention(6, 2, kdim=5, vdim=3, add_bias_kv=True, add_zero_attn=True), [(4, 3, 6), (5, 3, 5), (5, 3, 3)])
attention("attention unbatched", lambda: nn.MultiheadAttention(6, 2), [(4, 6)] * 3, attn_mask=torch.ones(4, 4).tril() == 0)
attention("attention dropout", lambda: nn.MultiheadAttention(6, 2, dropout=0.3), [(4, 3, 6)] * 3)

padding = torch.tensor([[False, False, False, False], [False, False, True, True]])


def encoder(name, make, mode="train", traced=True, **options):
    torch.manual_seed(4)
    layer = make()
    if mode == "eval":
        layer.eval()
    x = torch.randn(4, 2, 8)
    if layer_batch_first(layer):
        x = x.transpose(0, 1).contiguous()
    with torch.set_grad_enabled(traced):
        y = layer(x, **options)
    if traced:
        y.sin().sum().backward()
    row(name, y, *(gradients(layer) if traced else []), text=str(layer) + " " + " ".join(k for k in layer.state_dict()))


def layer_batch_first(layer):
    layer = layer.layers[0] if hasattr(layer, "layers") else layer
    return layer.self_attn.batch_first


encoder("encoder layer", lambda: nn.TransformerEncoderLayer(8, 2, dim_feedforward=16))
encoder("encoder layer norm first", lambda: nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, activation=F.gelu, norm_first=True, batch_first=True, bias=False, layer_norm_eps=1e-3), src_mask=causal)
encoder("encoder", lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2, norm=nn.LayerNorm(8)), src_key_padding_mask=padding)
encoder("encoder eval", lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2), mode="eval", traced=False, src_key_padding_mask=padding)

torch.manual_seed(5)
layer = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), 2)
y = layer(torch.randn(4, 2, 8), torch.randn(5, 2, 8), tgt_mask=causal)
y.sin().sum().backward()
row("decoder", y, *gradients(layer), text=str(layer) + " " + " ".join(k for k in layer.state_dict()))

torch.manual_seed(6)
layer = nn.Transformer(8, 2, num_encoder_layers=1, num_decoder_layers=2, dim_feedforward=16, batch_first=True)
y = layer(torch.randn(2, 5, 8), torch.randn(2, 4, 8), tgt_mask=causal)
y.sin().sum().backward()
row("transformer", y, *gradients(layer), text=str(layer) + " " + " ".join(k for k in layer.state_dict()))
after = torch.rand(3)
row("draws after a transformer", after)

# Optimizers: 25 steps.
O = torch.optim
makes = {
    "SGD": lambda p: O.SGD(p, 0.02),
    "SGD all": lambda p: O.SGD(p, 0.02, momentum=0.9, dampening=0.1, weight_decay=0.01),
    "SGD nesterov": lambda p: O.SGD(p, 0.02, momentum=0.9, nesterov=True, weight_decay=0.01),
    "SGD maximize": lambda p: O.SGD(p, 0.02, momentum=0.5, maximize=True),
    "Adam": lambda p: O.Adam(p, 0.1),
    "Adam amsgrad": lambda p: O.Adam(p, 0.1, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1, amsgrad=True),
    "Adam maximize": lambda p: O.Adam(p, 0.1, maximize=True),
    "AdamW": lambda p: O.AdamW(p, 0.1),
    "AdamW amsgrad": lambda p: O.AdamW(p, 0.1, weight_decay=0.3, amsgrad=True),
    "NAdam": lambda p: O.NAdam(p, 0.1),
    "NAdam decoupled": lambda p: O.NAdam(p, 0.1, weight_decay=0.1, momentum_decay=0.01, decoupled_weight_decay=True),
    "RAdam": lambda p: O.RAdam(p, 0.1),
    "RAdam decay": lambda p: O.RAdam(p, 0.1, betas=(0.7, 0.9), weight_decay=0.1),
    "Adamax": lambda p: O.Adamax(p, 0.1, weight_decay=0.1),
    "Adadelta": lambda p: O.Adadelta(p),
    "Adadelta decay": lambda p: O.Adadelta(p, lr=0.5, rho=0.8, weight_decay=0.1),
    "Adagrad": lambda p: O.Adagrad(p, 0.5),
    "Adagrad decay": lambda p: O.Adagrad(p, 0.5, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5),
    "RMSprop": lambda p: O.RMSprop(p, 0.05),
    "RMSprop all": lambda p: O.RMSprop(p, 0.05, alpha=0.9, momentum=0.9, centered=True, weight_decay=0.1),
    "Rprop": lambda p: O.Rprop(p, 0.05),
    "ASGD": lambda p: O.ASGD(p, 0.02, t0=5.0, weight_decay=0.1),
}
for name, make in makes.items():
    w = torch.linspace(-1, 1, 5).requires_grad_(True)
    optimizer = make([w])
    trace = []
    for _ in range(25):
        optimizer.zero_grad()
        ((w - 0.3) ** 2 * torch.arange(1.0, 6.0) + (3 * w).cos()).sum().backward()
        optimizer.step()
        trace.append(w.detach().clone())
    state = [v for v in optimizer.state_dict()["state"][0].values()] if optimizer.state_dict()["state"] else []
    keys = " ".join(optimizer.state_dict()["state"][0]) if state else ""
    row("optim " + name, torch.stack(trace), *[v for v in state if v is not None], text=str(optimizer) + " " + keys)

for name, search in [("LBFGS", None), ("LBFGS strong_wolfe", "strong_wolfe")]:
    w = torch.tensor([-1.2, 1.0]).requires_grad_(True)
    optimizer = O.LBFGS([w], lr=1.0 if search else 0.01, max_iter=4, history_size=5, line_search_fn=search)
    trace = []

    def closure():
        optimizer.zero_grad()
        loss = (1 - w[0]) ** 2 + 10 * (w[1] - w[0] ** 2) ** 2
        loss.backward()
        return loss

    for _ in range(6):
        loss = optimizer.step(closure)
        trace.append(torch.cat([w.detach(), loss.detach().reshape(1)]))
    row("optim " + name, torch.stack(trace), text=str(optimizer) + " ")

# Schedules: 25 epochs over two groups.
S = O.lr_scheduler
makes = {
    "StepLR": lambda o: S.StepLR(o, 3, 0.5),
    "MultiStepLR": lambda o: S.MultiStepLR(o, [2, 5, 5, 9], 0.5),
    "ExponentialLR": lambda o: S.ExponentialLR(o, 0.9),
    "ConstantLR": lambda o: S.ConstantLR(o, 0.25, 6),
    "LinearLR": lambda o: S.LinearLR(o, 0.1, 0.9, 8),
    "PolynomialLR": lambda o: S.PolynomialLR(o, 10, 2.0),
    "CosineAnnealingLR": lambda o: S.CosineAnnealingLR(o, 7, 0.01),
    "CosineAnnealingWarmRestarts": lambda o: S.CosineAnnealingWarmRestarts(o, 4, 2, 0.01),
    "LambdaLR": lambda o: S.LambdaLR(o, lambda e: 0.95**e),
    "MultiplicativeLR": lambda o: S.MultiplicativeLR(o, lambda e: 1 - e / 100),
    "OneCycleLR": lambda o: S.OneCycleLR(o, 0.5, 30),
    "OneCycleLR linear": lambda o: S.OneCycleLR(o, [0.5, 1.0], 26, pct_start=0.4, anneal_strategy="linear", three_phase=True, div_factor=10, final_div_factor=100),
    "CyclicLR": lambda o: S.CyclicLR(o, 0.01, 0.3, step_size_up=4, step_size_down=3),
    "CyclicLR triangular2": lambda o: S.CyclicLR(o, 0.01, 0.3, step_size_up=4, mode="triangular2"),
    "CyclicLR exp_range": lambda o: S.CyclicLR(o, 0.01, [0.3, 0.6], step_size_up=4, mode="exp_range", gamma=0.95, cycle_momentum=False),
    "SequentialLR": lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.1, total_iters=4), S.CosineAnnealingLR(o, 6), S.StepLR(o, 2, 0.5)], [4, 12]),
    "ChainedScheduler": lambda o: S.ChainedScheduler([S.ConstantLR(o, 0.5, 4), S.ExponentialLR(o, 0.9)]),
}
for name, make in makes.items():
    a, b = (torch.zeros(1, requires_grad=True) for _ in range(2))
    optimizer = O.SGD([{"params": [a]}, {"params": [b], "lr": 0.2}], lr=0.1, momentum=0.9)
    schedule = make(optimizer)
    trace = []
    for _ in range(25):
        trace.append([v for g in optimizer.param_groups for v in (g["lr"], g["momentum"])] + schedule.get_last_lr())
        optimizer.step()
        schedule.step()
    row("schedule " + name, torch.tensor(trace, dtype=torch.float64))

w = torch.zeros(1, requires_grad=True)
optimizer = O.SGD([w], lr=1.0)
schedule = S.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, threshold=0.01, cooldown=1, min_lr=0.05)
trace = []
for loss in [5, 4, 3, 3, 3, 2.99, 2.98, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5]:
    schedule.step(loss)
    trace.append(optimizer.param_groups[0]["lr"])
row("schedule ReduceLROnPlateau", torch.tensor(trace, dtype=torch.float64))

with open(sys.argv[1] + "/sequences_and_optim.jsonl", "w") as out:
    for r in rows:
        out.write(json.dumps(r) + "\n")
