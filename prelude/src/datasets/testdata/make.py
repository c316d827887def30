"""Makes the files of data sets in small, as the real ones were made: CIFAR's by Python 2's pickle and NumPy 1.

Python 3 writes byte strings otherwise, so the pickles are put together by hand, operation by operation.
"""

import pathlib
import struct

HERE = pathlib.Path(__file__).parent


def string(value: bytes) -> bytes:
    """What Python 2's `str` becomes: SHORT_BINSTRING, or BINSTRING if it is long."""
    if len(value) < 256:
        return b"U" + bytes([len(value)]) + value
    return b"T" + struct.pack("<i", len(value)) + value


def array(rows: int, columns: int, data: bytes) -> bytes:
    """A `numpy.ndarray` of bytes."""
    return (
        b"cnumpy.core.multiarray\n_reconstruct\n"
        + b"cnumpy\nndarray\n" + b"K\x00\x85" + string(b"b") + b"\x87R"
        + b"(K\x01" + b"K" + bytes([rows]) + b"M" + struct.pack("<H", columns) + b"\x86"
        + b"cnumpy\ndtype\n" + string(b"u1") + b"K\x00K\x01\x87R"
        + b"(K\x03" + string(b"|") + b"NNN" + b"J\xff\xff\xff\xff" * 2 + b"K\x00tb"
        + b"\x89" + string(data) + b"tb"
    )


def numbers(values) -> bytes:
    return b"](" + b"".join(b"K" + bytes([value]) for value in values) + b"e"


def strings(values) -> bytes:
    return b"](" + b"".join(string(value.encode()) for value in values) + b"e"


def dictionary(**entries: bytes) -> bytes:
    body = b"".join(string(key.encode()) + value for key, value in entries.items())
    return b"\x80\x02}(" + body + b"u."


def image(seed: int) -> bytes:
    return bytes((seed * 7 + at * 13) % 256 for at in range(3072))


batch = array(2, 3072, image(0) + image(1))
(HERE / "cifar10_batch").write_bytes(dictionary(data=batch, labels=numbers([6, 9])))
(HERE / "cifar10_meta").write_bytes(dictionary(num_cases_per_batch=b"M\x10\x27", label_names=strings(["plane", "car"])))
