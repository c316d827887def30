"""Writes arrays.npz and packed.npz with NumPy, and reads what Wick wrote: make_npy.py [FILE.npz]."""

import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent

if len(sys.argv) == 1:
    arrays = dict(
        f4=np.arange(6, dtype="f4").reshape(2, 3) / 2,
        f8=np.array([0.1, 0.2]),
        f2=np.array([1.5, -2], dtype="f2"),
        i8=np.array(-7),
        i4=np.array([1, 2], dtype="i4"),
        i2=np.array([-300], dtype="i2"),
        i1=np.array([-3], dtype="i1"),
        u1=np.array([200], dtype="u1"),
        u2=np.array([65535], dtype="u2"),
        u4=np.array([2**32 - 1], dtype="u4"),
        b1=np.array([True, False]),
        empty=np.zeros((0, 3), dtype="f4"),
        fortran=np.asfortranarray(np.arange(6).reshape(2, 3)),
        big=np.array([1.0, 2.0], dtype=">f8"),
    )
    np.savez(HERE / "arrays.npz", **arrays)
    np.savez_compressed(HERE / "packed.npz", **arrays)
else:
    for name, array in np.load(sys.argv[1]).items():
        print(name, array.dtype, array.shape, array.tolist())
