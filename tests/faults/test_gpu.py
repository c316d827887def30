"""What a crash costs while CUDA is in use. No machine of the tests has a GPU, so a library stands in for the driver: it
answers, as the driver does, that a GPU's primary context is there."""

import subprocess

import pytest

from kernel_client import Session

DRIVER = """
int cuDeviceGetCount(int *count) { *count = 2; return 0; }
int cuDevicePrimaryCtxGetState(int device, unsigned *flags, int *active) { *flags = 0; *active = device == 1; return 0; }
"""

START_CUDA = """
let driver = unsafe { libc::dlopen(c"./libcuda.so.1".as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) as usize };
assert!(driver != 0);
let after = 7;
"""


@pytest.fixture
def session(tmp_path):
    (tmp_path / "driver.c").write_text(DRIVER)
    build = ["cc", "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "driver.c", "-o", "libcuda.so.1"]
    subprocess.run(build, cwd=tmp_path, check=True)
    with Session(cwd=tmp_path) as session:
        session.ok("let before = vec![1, 2, 3];")
        session.ok(START_CUDA)
        yield session


def test_a_crash_takes_what_came_since_cuda_is_in_use_and_says_so(session):
    said = session.fails("std::process::abort()").said
    assert "SIGABRT" in said and "without `after`, `driver`" in said, said
    assert "CUDA is in use, and a copy of the process could not go on with it" in said
    assert "`:checkpoint NAME` copies tensors and models to main memory" in said
    assert session.value("before") == "[1, 2, 3]"
    assert session.value(":snapshot\nbefore.len()") == "3"


def test_a_checkpoint_in_main_memory_outlives_the_process(session):
    session.ok("let w = tensor!([1., 2.]).requires_grad_(true);\n(&w * &w).sum().backward();\nlet net = Linear::new(2, 2);")
    said = session.ok(":checkpoint trained").said
    assert "CUDA is in use, so this is a copy in main memory of `after`, `before`" in said
    assert "the weights of `net`" in said
    assert "trained  after [3], in main memory" in session.ok(":checkpoint").said
    weight = session.value("net.weight.detach()")
    assert "`:restore trained` brings back" in session.fails("std::process::abort()").said
    session.ok("let net = Linear::new(2, 2);")
    session.ok(":restore trained")
    assert session.value("(&w, w.grad())") == "(tensor([1., 2.], requires_grad=True), tensor([2., 4.]))"
    assert session.value("net.weight.detach()") == weight
    assert session.value("after") == "7"


def test_undo_says_why_it_cannot(session):
    assert "CUDA is in use" in session.fails(":undo").said
    assert "CUDA is in use" in session.ok(":history").said
    assert "CUDA is in use" in session.ok(":snapshot").said
