"""Writes what PyTorch's layers compute and print, for `layers.rs` to compare: `python generate_layers.py FOLDER`."""

import json
import sys

import torch
import torch.nn as nn

rows = []


def flat(x):
    return [float(v) for v in x.detach().double().flatten()]


def row(name, *tensors, text=None):
    rows.append(dict(name=name, values=[flat(t) for t in tensors], text=text))


def layer(name, make, *shapes, mode="train"):
    torch.manual_seed(0)
    module = make()
    if mode == "eval":
        module.eval()
    inputs = [torch.randn(*s).requires_grad_() for s in shapes]
    y = module(*inputs)
    y.sin().sum().backward()
    buffers = list(module.buffers())
    row(name, y, *[x.grad for x in inputs], *[p.grad for p in module.parameters()], *buffers, text=repr(module))


layer("conv1d same", lambda: nn.Conv1d(3, 4, 4, padding="same", dilation=2), (2, 3, 9))
layer("conv1d reflect", lambda: nn.Conv1d(3, 4, 3, padding=2, padding_mode="reflect", stride=2), (2, 3, 9))
layer("conv2d circular", lambda: nn.Conv2d(4, 6, (3, 5), stride=2, padding=(1, 2), groups=2, bias=False, padding_mode="circular"), (2, 4, 7, 8))
layer("conv2d same replicate", lambda: nn.Conv2d(3, 4, (2, 3), padding="same", padding_mode="replicate"), (2, 3, 5, 6))
layer("conv3d valid", lambda: nn.Conv3d(2, 4, 3, padding="valid", groups=2), (1, 2, 4, 5, 6))
layer("conv_transpose3d", lambda: nn.ConvTranspose3d(4, 6, (2, 3, 3), stride=(1, 2, 3), padding=(0, 1, 2), output_padding=(0, 1, 2), groups=2, dilation=(2, 1, 1)), (2, 4, 3, 4, 3))
layer("max_pool3d", lambda: nn.MaxPool3d((2, 2, 3), stride=(1, 2, 2), padding=(1, 1, 1), ceil_mode=True), (2, 3, 4, 5, 6))
layer("avg_pool3d", lambda: nn.AvgPool3d(2, stride=(1, 2, 2), padding=1, ceil_mode=True, count_include_pad=False), (2, 3, 4, 5, 6))
layer("adaptive_avg_pool3d", lambda: nn.AdaptiveAvgPool3d((2, 3, 4)), (2, 3, 4, 5, 6))
layer("adaptive_max_pool3d", lambda: nn.AdaptiveMaxPool3d((2, 3, 4)), (2, 3, 4, 5, 6))
layer("lp_pool1d", lambda: nn.LPPool1d(3.0, 3, stride=2), (2, 3, 9))
layer("lp_pool2d", lambda: nn.LPPool2d(2.0, (2, 3)), (2, 3, 6, 6))
layer("instance_norm1d", lambda: nn.InstanceNorm1d(3), (2, 3, 5))
layer("instance_norm2d", lambda: nn.InstanceNorm2d(3, affine=True, track_running_stats=True, momentum=0.2), (2, 3, 4, 5))
layer("instance_norm2d eval", lambda: nn.InstanceNorm2d(3, affine=True, track_running_stats=True), (2, 3, 4, 5), mode="eval")
layer("local_response_norm", lambda: nn.LocalResponseNorm(4, alpha=0.1, beta=0.5, k=2.0), (2, 6, 3, 3))
layer("bilinear", lambda: nn.Bilinear(3, 4, 5), (2, 6, 3), (2, 6, 4))
layer("bilinear without bias", lambda: nn.Bilinear(3, 4, 5, bias=False), (6, 3), (6, 4))
layer("pixel_unshuffle", lambda: nn.PixelUnshuffle(2), (2, 3, 4, 6))
layer("channel_shuffle", lambda: nn.ChannelShuffle(2), (2, 6, 2, 2))
layer("unfold", lambda: nn.Unfold((2, 3), dilation=2, padding=1, stride=(2, 1)), (2, 3, 6, 7))
layer("fold", lambda: nn.Fold((6, 7), (2, 3), dilation=2, padding=1, stride=(2, 1)), (2, 18, 15))
layer("zero_pad2d", lambda: nn.ZeroPad2d((1, 2, 0, 1)), (2, 3, 4, 5))
layer("constant_pad1d", lambda: nn.ConstantPad1d(2, 3.5), (2, 3, 4))
layer("reflection_pad2d", lambda: nn.ReflectionPad2d((1, 2, 0, 1)), (2, 3, 4, 5))
layer("replication_pad3d", lambda: nn.ReplicationPad3d(1), (2, 3, 3, 4, 5))
layer("circular_pad1d", lambda: nn.CircularPad1d((1, 2)), (2, 3, 4))
layer("cosine_similarity", lambda: nn.CosineSimilarity(0, 1e-6), (4, 3), (4, 3))
layer("pairwise_distance", lambda: nn.PairwiseDistance(p=3.0, keepdim=True), (4, 3), (4, 3))
layer("layer_norm without bias", lambda: nn.LayerNorm(5, bias=False), (2, 5))
layer("group_norm", lambda: nn.GroupNorm(2, 4), (2, 4, 5))

target = torch.tensor([1, 0, 3])
several = torch.tensor([[3, 0, -1, 1], [-1, 1, 2, 0], [1, 2, 0, 3]])
some = torch.tensor([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.0]])
weight = torch.tensor([0.5, 1.0, 2.0, 1.5])
for name, loss, goal in [
    ("multi_margin", nn.MultiMarginLoss(), target),
    ("multi_margin squared", nn.MultiMarginLoss(p=2, margin=0.5, weight=weight, reduction="none"), target),
    ("multilabel_margin", nn.MultiLabelMarginLoss(), several),
    ("multilabel_margin sum", nn.MultiLabelMarginLoss(reduction="sum"), several),
    ("multilabel_soft_margin", nn.MultiLabelSoftMarginLoss(), some),
    ("multilabel_soft_margin weighted", nn.MultiLabelSoftMarginLoss(weight=weight, reduction="none"), some),
]:
    torch.manual_seed(1)
    x = torch.randn(3, 4).requires_grad_()
    y = loss(x, goal)
    y.sin().sum().backward()
    row(name, y, x.grad)

for name, shape, fill in [
    ("eye", (3, 5), lambda w: nn.init.eye_(w)),
    ("dirac", (6, 2, 3, 3), lambda w: nn.init.dirac_(w, 2)),
    ("trunc_normal", (30,), lambda w: nn.init.trunc_normal_(w)),
    ("trunc_normal narrow", (30,), lambda w: nn.init.trunc_normal_(w, 0.0, 1.0, 2.0, 2.5)),
    ("orthogonal", (4, 6), lambda w: nn.init.orthogonal_(w, 2.0)),
    ("orthogonal tall", (6, 2, 2), lambda w: nn.init.orthogonal_(w)),
    ("sparse", (5, 3), lambda w: nn.init.sparse_(w, 0.3)),
    ("xavier_normal", (4, 6), lambda w: nn.init.xavier_normal_(w, 2.0)),
    ("kaiming_normal", (4, 6, 3), lambda w: nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu")),
]:
    torch.manual_seed(2)
    row("init " + name, fill(torch.empty(*shape)), torch.rand(2))

p = [torch.zeros(2, 3), torch.zeros(4)]
row("parameter list", text=repr(nn.ParameterList([nn.Parameter(x) for x in p])))
row("parameter dict", text=repr(nn.ParameterDict({"left": nn.Parameter(torch.zeros(2)), "right": nn.Parameter(torch.zeros(1))})))

def call(name, f, *inputs, text=None):
    inputs = [x.requires_grad_() if x.is_floating_point() else x for x in inputs]
    y = f(*inputs)
    y.sin().sum().backward()
    row(name, y, *[x.grad for x in inputs if x.is_floating_point()], text=text)


targets = torch.tensor([[1, 2, 2, 3], [3, 1, 0, 0], [2, 2, 2, 2]])
lengths = torch.tensor([7, 5, 4]), torch.tensor([4, 2, 0])
for name, loss, goal, lengths in [
    ("ctc", nn.CTCLoss(), targets, lengths),
    ("ctc sum", nn.CTCLoss(blank=4, reduction="sum"), torch.tensor([1, 2, 2, 3, 3, 1]), lengths),
    ("ctc none", nn.CTCLoss(reduction="none", zero_infinity=True), targets, (torch.tensor([7, 2, 3]), torch.tensor([4, 2, 4]))),
]:
    torch.manual_seed(3)
    x = torch.randn(7, 3, 5)
    call(name, lambda x: loss(x.log_softmax(-1), goal, *lengths), x, text=repr(loss))
torch.manual_seed(3)
call("ctc alone", lambda x: nn.CTCLoss()(x, torch.tensor([1, 2]), torch.tensor(4), torch.tensor(2)), torch.randn(4, 3))

words = torch.tensor([1, 2, 4, 5, 4, 3, 2, 9])
for name, bag, arguments in [
    ("bag mean", nn.EmbeddingBag(10, 3), (words.view(2, 4),)),
    ("bag sum", nn.EmbeddingBag(10, 3, mode="sum", include_last_offset=True), (words, torch.tensor([0, 4, 4, 8]))),
    ("bag max", nn.EmbeddingBag(10, 3, mode="max"), (words, torch.tensor([0, 3, 3]))),
    ("bag padded", nn.EmbeddingBag(10, 3, mode="mean", padding_idx=4), (words, torch.tensor([0, 2, 3]))),
    ("bag weighted", nn.EmbeddingBag(10, 3, mode="sum"), (words.view(4, 2), None, torch.arange(8.0).view(4, 2))),
]:
    torch.manual_seed(0)
    nn.init.normal_(bag.weight)
    if bag.padding_idx is not None:
        with torch.no_grad():
            bag.weight[bag.padding_idx].fill_(0)
    y = bag(*arguments)
    y.sin().sum().backward()
    row(name, y, bag.weight.grad, text=repr(bag))

for n, shape in [(1, (2, 3, 9)), (2, (2, 3, 6, 7)), (3, (1, 2, 5, 4, 6))]:
    pool = getattr(nn, f"MaxPool{n}d")(2, stride=2, padding=1, return_indices=True)
    unpool = getattr(nn, f"MaxUnpool{n}d")(2, stride=2, padding=1)
    torch.manual_seed(0)
    x = torch.randn(shape)
    y, places = pool(x)
    call(f"unpool{n}d", lambda y: unpool(y, places, output_size=list(shape)[2:]), y.detach(), text=repr(unpool))
    row(f"places{n}d", places)

layer("rrelu", lambda: nn.RReLU(0.1, 0.4), (4, 5))
layer("rrelu eval", lambda: nn.RReLU(), (4, 5), mode="eval")
layer("softmax2d", lambda: nn.Softmax2d(), (2, 3, 2, 2))
layer("lp_pool3d", lambda: nn.LPPool3d(2, (1, 2, 2), stride=2), (1, 2, 3, 4, 5))
layer("upsampling nearest", lambda: nn.UpsamplingNearest2d(scale_factor=2), (1, 2, 3, 3))
layer("upsampling bilinear", lambda: nn.UpsamplingBilinear2d(size=(5, 4)), (1, 2, 3, 3))
layer("feature alpha dropout", lambda: nn.FeatureAlphaDropout(0.4), (3, 4, 2, 2))
layer("triplet", lambda: nn.TripletMarginWithDistanceLoss(swap=True, margin=0.5), (4, 3), (4, 3), (4, 3))
torch.manual_seed(4)
call("gumbel", lambda x: nn.functional.gumbel_softmax(x, 0.7), torch.randn(4, 5))
call("gumbel hard", lambda x: nn.functional.gumbel_softmax(x, 0.7, True, dim=0), torch.randn(4, 5))
for align in [False, True]:
    torch.manual_seed(5)
    theta = torch.randn(2, 2, 3)
    call(f"affine grid {align}", lambda t: nn.functional.affine_grid(t, (2, 3, 4, 5), align_corners=align), theta)
    call(f"affine grid 3d {align}", lambda t: nn.functional.affine_grid(t, (2, 3, 2, 4, 3), align_corners=align), torch.randn(2, 3, 4))
    for padding in ["zeros", "border", "reflection"]:
        for mode in ["bilinear", "nearest"]:
            x, grid = torch.randn(2, 3, 4, 5), torch.randn(2, 3, 3, 2)
            call(f"grid {mode} {padding} {align}", lambda x, g: nn.functional.grid_sample(x, g, mode, padding, align), x, grid)

for module in [nn.ReLU6(True), nn.SELU(True), nn.SiLU(True), nn.Mish(True), nn.ELU(2.0, True), nn.CELU(0.5, True), nn.Hardtanh(-2.0, 2.0, True), nn.Threshold(0.1, 20.0, True), nn.LeakyReLU(0.2, True), nn.Hardswish(True), nn.Hardsigmoid(True)]:
    torch.manual_seed(6)
    x = torch.randn(3, 4, 2, 2).requires_grad_()
    y = module(x * 1)
    y.sin().sum().backward()
    row("inplace " + type(module).__name__, y, x.grad, text=repr(module))
for module in [nn.ELU(), nn.CELU(), nn.Hardtanh(), nn.Softplus(), nn.Softshrink(), nn.Hardshrink(), nn.GLU(), nn.LeakyReLU(), nn.RReLU(), nn.Dropout(), nn.Dropout3d(), nn.AlphaDropout()]:
    row("default " + type(module).__name__, text=repr(module))

with open(sys.argv[1] + "/layers.jsonl", "w") as out:
    for r in rows:
        out.write(json.dumps(r) + "\n")
