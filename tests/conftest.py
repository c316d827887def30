"""What every suite shares: one fresh kernel a test, and nothing left behind by any."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from kernel_client import KERNEL_NAME, Session, alive, wait_until


# Those are for tests/nightly.sh.
collect_ignore = [] if os.environ.get("WICK_NIGHTLY") else ["nightly"]

# Most tests are about what Wick knows by itself; test_rust_analyzer.py turns it on.
os.environ["WICK_RUST_ANALYZER"] = "off"


def pytest_sessionstart() -> None:
    try:
        KernelSpecManager().get_kernel_spec(KERNEL_NAME)
    except NoSuchKernel:
        pytest.exit(f"the kernel `{KERNEL_NAME}` is not installed: run tests/run.sh, or ./install.sh first", 2)


def history_in(folder: Path) -> None:
    """What cells are remembered from now on is remembered there."""
    os.environ["XDG_STATE_HOME"] = str(folder)


@pytest.fixture(scope="module", autouse=True)
def a_history_for_each_module(tmp_path_factory: pytest.TempPathFactory) -> None:
    # Before a kernel that the tests of a class share.
    history_in(tmp_path_factory.mktemp("state"))


@pytest.fixture(autouse=True)
def a_history_for_each_test(tmp_path_factory: pytest.TempPathFactory) -> None:
    history_in(tmp_path_factory.mktemp("state"))


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Session]:
    """A fresh kernel in an empty folder. Whatever it starts has to be gone when it is."""
    with Session(cwd=tmp_path) as session:
        yield session
        left = session.processes() if session.manager.is_alive() else []
    wait_until(lambda: not alive(left), 5, f"the end of {left}")
