"""Prometheus' text format (version 0.0.4): families of samples, written; and the values of another's text, read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Sample(msgspec.Struct, frozen=True):
    value: float
    labels: dict[str, str] = {}
    suffix: str = ""
    """Such as `_sum`."""


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """All samples of one name; a counter's name ends in `_total`."""

    name: str
    help: str
    kind: Literal["gauge", "counter", "histogram"] = "gauge"
    samples: Sequence[Sample] = ()


def histogram(labels: dict[str, str], *, bounds: Sequence[float], counts: Sequence[int], total: float) -> list[Sample]:
    """`counts`: one a bucket and one above the last bound; `total`: the sum of all values."""
    below, found = 0, []
    for bound, count in zip((*bounds, math.inf), counts, strict=True):
        below += count
        found.append(Sample(below, {**labels, "le": _number(bound)}, "_bucket"))
    return [*found, Sample(total, labels, "_sum"), Sample(below, labels, "_count")]


def text(families: Iterable[Family]) -> str:
    lines: list[str] = []
    for family in families:
        lines += [f"# HELP {family.name} {_one_line(family.help)}", f"# TYPE {family.name} {family.kind}"]
        lines += [
            f"{family.name}{sample.suffix}{_labels(sample.labels)} {_number(sample.value)}" for sample in family.samples
        ]
    return "\n".join(lines) + "\n"


def value_in(told: str, name: str) -> float | None:
    """The sum of all samples of that name; None without any."""
    found: list[float] = []
    for line in told.splitlines():
        if line.startswith(name) and line[len(name) : len(name) + 1] in (" ", "{"):
            try:
                found.append(float(line.rpartition("}")[2].removeprefix(name).split()[0]))
            except (ValueError, IndexError):
                continue
    return sum(found) if found else None


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _one_line(help: str) -> str:
    return help.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if math.isnan(value):
        return "NaN"
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
