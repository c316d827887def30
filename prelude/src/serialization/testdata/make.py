"""Writes the files of this folder with PyTorch: `python make.py`. The committed ones are PyTorch 2.15's."""

import collections
import os
import pickle
import zipfile

import torch
from torch import nn


def variety():
    torch.manual_seed(0)
    base = torch.arange(12.0)
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    net(torch.ones(4, 2)).sum().backward()
    optimizer.step()
    return {
        "model": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": 7,
        "large": 1 << 40,
        "negative": -300,
        "loss": 0.25,
        "name": "größe",
        "raw": b"\x00\xff",
        "none": None,
        "flags": [True, False],
        "size": torch.Size([2, 3]),
        "dtype": torch.bfloat16,
        "device": torch.device("cpu"),
        "set": {1},
        "complex": 1 + 2j,
        "ordered": collections.OrderedDict(a=1, b=(2,)),
        "base": base,
        "transposed": base.view(3, 4).t(),
        "part": base[4:6],
        "expanded": base[:1].expand(2, 3),
        "scalar": torch.tensor(5),
        "empty": torch.zeros(0, 3),
        "parameter": nn.Parameter(torch.tensor([1.0, 2.0])),
        "f64": torch.tensor([0.1], dtype=torch.float64),
        "f16": torch.tensor([1.5, -2.0], dtype=torch.float16),
        "bf16": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
        "i64": torch.tensor([-1, 1 << 40]),
        "i32": torch.tensor([-1, 1 << 30], dtype=torch.int32),
        "i16": torch.tensor([-1, 1 << 14], dtype=torch.int16),
        "u8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
        "i8": torch.tensor([-1, 127], dtype=torch.int8),
        "u16": torch.tensor([1, 65535], dtype=torch.uint16),
        "u32": torch.tensor([1, 1 << 31], dtype=torch.uint32),
    }


class Harmful:
    def __reduce__(self):
        return os.system, ("echo harm",)


class Unknown:
    pass


def main():
    torch.save(variety(), "variety.pt")
    old = variety()
    # What the old format cannot hold.
    del old["u16"], old["u32"]
    torch.save(old, "variety_legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(variety(), "variety_protocol4.pt", pickle_protocol=4)
    torch.save({"c": torch.tensor([1j])}, "complex.pt")
    torch.save({"x": Harmful()}, "harmful.pt")
    torch.save({"x": Unknown()}, "unknown.pt")
    torch.jit.save(torch.jit.script(nn.Linear(1, 1)), "script.pt")


main()
