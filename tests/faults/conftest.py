"""One line a disaster, for people."""

import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" and item.name.startswith("test_a_disaster"):
        kept = "kept" if report.passed else "LOST"
        writer = item.config.get_terminal_writer()
        writer.line(f"{kept}  {item.callspec.id}  {report.duration:.1f} s")
