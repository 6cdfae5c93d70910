"""The values that a sweep tries. A `Choice` is of values; the others are distributions, as Azure ML names them:
`Q…` rounds to multiples of `q`, `Log…` is exp of the named distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class Space:
    type: str

    def fields(self) -> dict[str, Any]:
        return {"type": self.type, **vars(self)}


@dataclass(frozen=True)
class Choice(Space):
    values: Sequence[Any]
    type = "choice"

    def fields(self) -> dict[str, Any]:
        return {"type": self.type, "values": list(self.values)}


@dataclass(frozen=True)
class Uniform(Space):
    min_value: float
    max_value: float
    type = "uniform"


@dataclass(frozen=True)
class QUniform(Space):
    min_value: float
    max_value: float
    q: float
    type = "quniform"


@dataclass(frozen=True)
class LogUniform(Space):
    """exp(uniform(min_value, max_value)): the bounds are logarithms."""

    min_value: float
    max_value: float
    type = "loguniform"


@dataclass(frozen=True)
class QLogUniform(Space):
    min_value: float
    max_value: float
    q: float
    type = "qloguniform"


@dataclass(frozen=True)
class Normal(Space):
    mu: float
    sigma: float
    type = "normal"


@dataclass(frozen=True)
class QNormal(Space):
    mu: float
    sigma: float
    q: float
    type = "qnormal"


@dataclass(frozen=True)
class LogNormal(Space):
    mu: float
    sigma: float
    type = "lognormal"


@dataclass(frozen=True)
class QLogNormal(Space):
    mu: float
    sigma: float
    q: float
    type = "qlognormal"


@dataclass(frozen=True)
class Randint(Space):
    """A whole number from 0 up to, not including, `upper`."""

    upper: int
    type = "randint"
