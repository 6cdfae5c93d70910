"""What a component's function is given: parameters, input values, a seed, and somebody to tell about progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from mlops.blocks.values import Bundle, Learner, Table, TrainedModel, Value


class Reporter(Protocol):
    def log(self, text: str) -> None: ...

    def progress(self, share: float) -> None: ...

    def metric(self, key: str, value: float) -> None: ...


class Silent:
    """A reporter for calls that nobody watches."""

    def log(self, text: str) -> None:
        pass

    def progress(self, share: float) -> None:
        pass

    def metric(self, key: str, value: float) -> None:
        pass


@dataclass(frozen=True)
class Part:
    """A reporter for one part of a longer work: its progress from 0 to 1 is that of the whole from `low` to `high`."""

    whole: Reporter
    low: float
    high: float

    def log(self, text: str) -> None:
        self.whole.log(text)

    def progress(self, share: float) -> None:
        self.whole.progress(self.low + (self.high - self.low) * share)

    def metric(self, key: str, value: float) -> None:
        self.whole.metric(key, value)


@dataclass(frozen=True, kw_only=True)
class Call:
    """`parameters` are complete (defaults filled in) and checked against the input schemas."""

    parameters: Mapping[str, Any]
    inputs: Mapping[str, Value]
    seed: int = 42
    report: Reporter = field(default_factory=Silent)
    work_dir: Path = Path()
    at_scoring: bool = False
    """The rows are those of a request: none may be dropped, and nothing is learned from them."""

    def table(self, port: str) -> Table:
        return cast("Table", self.inputs[port])

    def optional_table(self, port: str) -> Table | None:
        return cast("Table | None", self.inputs.get(port))

    def learner(self, port: str) -> Learner:
        return cast("Learner", self.inputs[port])

    def model(self, port: str) -> TrainedModel:
        return cast("TrainedModel", self.inputs[port])

    def optional_bundle(self, port: str) -> Bundle | None:
        return cast("Bundle | None", self.inputs.get(port))
