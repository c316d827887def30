"""Fails unless PyTorch reads from the file of the first argument what `tests.rs` wrote there."""

import sys

import torch

value = torch.load(sys.argv[1], weights_only=True)
assert list(value) == ["model", "views", "numbers", "dtypes"], list(value)
net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
net.load_state_dict(value["model"])
whole, part, turned = value["views"]
part.fill_(9)
assert whole.tolist() == [0, 1, 9, 9, 4, 5], whole
assert turned.tolist() == [[0, 9], [1, 4], [9, 5]], turned
assert turned.untyped_storage().data_ptr() == whole.untyped_storage().data_ptr()
numbers = [None, True, False, 7, -300, 1 << 40, 0.25, 1 + 2j, "größe", b"\x00\xff", (1,), {1}, {2: 3}]
numbers += [torch.bfloat16, torch.device("cpu"), torch.device("cuda:1")]
assert value["numbers"] == numbers, value["numbers"]
dtypes = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "uint8", "bool"]
for tensor, name in zip(value["dtypes"], dtypes, strict=True):
    assert tensor.dtype == getattr(torch, name), (tensor, name)
    assert tensor.tolist() == [1, 0], tensor
assert value["dtypes"][0].requires_grad and not value["dtypes"][1].requires_grad
