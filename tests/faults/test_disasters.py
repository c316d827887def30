"""Every disaster in a cell, against the installed kernel: the variables are kept, the error says what happened."""

import pytest

from disasters import DISASTERS, Disaster
from survival import WICK, expected, survive


@pytest.fixture(scope="module")
def shown():
    return expected(WICK)


@pytest.mark.parametrize("disaster", DISASTERS, ids=lambda disaster: disaster.name)
def test_a_disaster_costs_nothing(tmp_path, shown, disaster: Disaster):
    survival = survive(WICK, disaster, tmp_path, shown)
    cell = survival.cell
    assert survival.survived and cell is not None, survival
    assert (cell.status == "error") == disaster.fails, cell
    for word in disaster.says:
        assert word.lower() in cell.said.lower(), cell
    if disaster.line is not None:
        assert f":{disaster.line}:" in cell.traceback, cell.traceback


def test_crashes_in_a_row_leave_the_session_going(kernel):
    """Each is taken over by a process that was copied while the threads of another were at work."""
    kernel.ok("let mut n = 0;")
    for _ in range(40):
        kernel.ok("n += 1;")
        assert "SIGABRT" in kernel.fails("std::process::abort()").traceback
    assert kernel.value("n") == "40"
