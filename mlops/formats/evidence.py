"""What a comparison of an old and a new model found on the same rows, and what a policy says of it.

Differences are signed so that above 0 the new model is better, whatever the metric's own direction is."""

from __future__ import annotations

from typing import Literal

import msgspec

from mlops.formats.model import ParityCertificate
from mlops.formats.profile import Histogram


class MetricFound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One metric on all rows. `low` and `high`: bounds of the difference at the evidence's confidence."""

    metric: str
    larger_is_better: bool
    challenger: float | None
    champion: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    draws: Histogram | None = None
    """Of the resampled differences."""


class SliceFound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One metric on the rows whose `column` is `value`. Bounds at the confidence of all slices together."""

    column: str
    value: str
    metric: str
    rows: int
    challenger: float | None = None
    champion: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""
    """Why there are no numbers."""


class SideFound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the two models, asked in a process of its own."""

    label: str
    """`name:number`, or the run that made it."""
    tree: str
    """Digest of its files."""
    bytes: int = 0
    rows: int = 0
    """Answered."""
    refused: int = 0
    problem: str = ""
    """Why it could not be asked; empty where it could."""
    hint: str = ""
    milliseconds: float | None = None
    """Median of single rows, by the form that would serve."""
    milliseconds_p95: float | None = None
    form: Literal["", "onnx", "original"] = ""
    certificate: ParityCertificate | None = None
    certificate_problem: str = ""
    task: str = ""
    label_column: str = ""
    classes: tuple[str, ...] = ()


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    held_out: str
    """In words, such as `Cars:4` or `the split's second output of run #12`."""
    rows: int
    """With a label, and answered by both."""
    challenger: SideFound
    champion: SideFound | None = None
    label: str = ""
    task: str = ""
    usual_metric: str = ""
    metrics: tuple[MetricFound, ...] = ()
    slices: tuple[SliceFound, ...] = ()
    slices_compared: int = 0
    """By which the chance of error was divided."""
    confidence: float = 0.95
    resamples: int = 0
    seed: int = 0
    problem: str = ""
    """Why nothing could be compared, such as a label that is missing."""
    hint: str = ""
    notes: tuple[str, ...] = ()
    unlabelled: int = 0
    sampled_from: int | None = None

    def metric(self, name: str) -> MetricFound | None:
        return next((one for one in self.metrics if one.metric == name), None)


Outcome = Literal["better", "tie", "worse", "undecided"]
"""undecided: it could not be compared."""


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One condition of the policy. open: neither shown to hold nor shown to fail."""

    name: str
    state: Literal["pass", "fail", "open", "skipped"]
    words: str
    is_limit: bool = False
    """Of the new model alone."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    outcome: Outcome
    act: Literal["promote", "keep", "ask"]
    reason: str
    hint: str = ""
    checks: tuple[Check, ...] = ()
