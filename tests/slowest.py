"""Tells at the end of a test run which modules took longest, where a new test had better not go on in their way."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

SHOWN = 25
_seconds: dict[str, float] = defaultdict(float)
_tests: dict[str, int] = defaultdict(int)


def pytest_runtest_logreport(report: Any) -> None:
    module = report.nodeid.partition("::")[0]
    _seconds[module] += report.duration
    _tests[module] += report.when == "call"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.section(f"slowest modules of {sum(_seconds.values()):.0f} s")
    for module in sorted(_seconds, key=lambda one: -_seconds[one])[:SHOWN]:
        terminalreporter.line(f"{_seconds[module]:7.1f} s  {_tests[module]:5} tests  {module}")
