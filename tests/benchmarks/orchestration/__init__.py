"""How many steps without work a second, beside other orchestrators on the same machine, one after the other.

`python -m tests.benchmarks.orchestration install` makes the others' environments; without the word it measures."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
WORKERS = 4
"""Processes of each that carry out steps."""


class Shape(NamedTuple):
    """`runs` runs of `chains` chains, each of `length` steps one after the other."""

    name: str
    runs: int
    chains: int
    length: int

    @property
    def steps(self) -> int:
        return self.runs * self.chains * self.length

    def of(self, steps: int) -> Shape:
        """With so many steps or a few more, for what takes long: fewer runs, or fewer chains."""
        if self.runs > 1:
            return self._replace(runs=min(self.runs, 4), chains=max(1, steps // (min(self.runs, 4) * self.length)))
        return self._replace(chains=max(1, steps // self.length))


SHAPES = (
    Shape("side by side", 1, 1000, 1),
    Shape("100 chains of 10", 1, 100, 10),
    Shape("10 runs of 100", 10, 100, 1),
)


class Taken(NamedTuple):
    """`cpu_seconds`: of all its processes and its database. They hardly depend on what else the machine does."""

    steps: int
    seconds: float
    cpu_seconds: float

    @property
    def a_second(self) -> float:
        return self.steps / self.seconds

    @property
    def cpu_ms(self) -> float:
        return self.cpu_seconds / self.steps * 1000
