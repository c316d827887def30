"""Writes what torchvision and Pillow make of a picture, for `augment_tests.rs` to compare: `python augment.py FILE`.

A line is a name, a seed, and the CRC-32 of the bytes that the image and the tensor become."""

import sys
import zlib

import numpy as np
import torch
import torchvision.transforms as T
import torchvision.transforms.functional as F
from PIL import Image

BILINEAR, NEAREST = F.InterpolationMode.BILINEAR, F.InterpolationMode.NEAREST
y, x, c = np.meshgrid(np.arange(24), np.arange(30), np.arange(3), indexing="ij")
pixels = ((x * 7 + y * 5 + c * 40 + (x * y) % 13 * 3 + (x // 6 + y // 5) % 2 * 60) % 200 + 20).astype(np.uint8)
image = Image.fromarray(pixels)
tensor = torch.from_numpy(pixels).permute(2, 0, 1).contiguous()
gray = Image.fromarray(pixels[:, :, 0])


def crc(out):
    if not isinstance(out, torch.Tensor):
        return zlib.crc32(np.asarray(out).tobytes())
    return zlib.crc32(out.contiguous().numpy().tobytes())


displacement = (torch.arange(24 * 30 * 2).reshape(1, 24, 30, 2) * 37 % 101 - 50) / 400
corners = [[0, 0], [29, 0], [29, 23], [0, 23]]
moved = [[3, 2], [27, 1], [22, 20], [1, 21]]
once = {
    "sharp": lambda p: F.adjust_sharpness(p, 2.5),
    "soft": lambda p: F.adjust_sharpness(p, 0.3),
    "autocontrast": F.autocontrast,
    "equalize": F.equalize,
    "perspective": lambda p: F.perspective(p, corners, moved, BILINEAR, [7.0]),
    "perspective nearest": lambda p: F.perspective(p, corners, moved, NEAREST),
    "perspective bare": lambda p: F.perspective(p, corners, moved, BILINEAR),
    "elastic": lambda p: F.elastic_transform(p, displacement, BILINEAR, [9.0]),
    "elastic nearest": lambda p: F.elastic_transform(p, displacement, NEAREST, [9.0]),
    "elastic bare": lambda p: F.elastic_transform(p, displacement, BILINEAR),
}
drawn = {
    "random perspective": (T.RandomPerspective(0.6, 0.8), 6),
    "random perspective nearest": (T.RandomPerspective(0.4, 1.0, NEAREST, fill=5), 6),
    "random elastic": (T.ElasticTransform(30.0, 1.5), 3),
    "random elastic both": (T.ElasticTransform([20.0, 40.0], [1.0, 2.0], NEAREST, fill=3), 3),
    "random sharpness": (T.RandomAdjustSharpness(3.0), 4),
    "random autocontrast": (T.RandomAutocontrast(), 4),
    "random equalize": (T.RandomEqualize(), 4),
    "auto imagenet": (T.AutoAugment(), 40),
    "auto cifar10": (T.AutoAugment(T.AutoAugmentPolicy.CIFAR10, BILINEAR), 40),
    "auto svhn": (T.AutoAugment(T.AutoAugmentPolicy.SVHN, fill=100), 40),
    "rand": (T.RandAugment(), 40),
    "rand strong": (T.RandAugment(4, 5, 7, BILINEAR, fill=50), 20),
    "trivial": (T.TrivialAugmentWide(), 40),
    "trivial smooth": (T.TrivialAugmentWide(11, BILINEAR), 20),
    "augmix": (T.AugMix(), 20),
    "augmix all": (T.AugMix(8, 2, 4, 0.4, False, NEAREST, fill=10), 20),
}
with open(sys.argv[1], "w") as out:
    for name, f in once.items():
        print(name, 0, crc(f(image)), crc(f(tensor)), sep=",", file=out)
        print(name + " gray", 0, crc(f(gray)), crc(f(tensor[:1])), sep=",", file=out)
    for name, (transform, seeds) in drawn.items():
        for seed in range(seeds):
            found = []
            for picture in (image, tensor):
                torch.manual_seed(seed)
                found.append(crc(transform(picture)))
            print(name, seed, *found, sep=",", file=out)
