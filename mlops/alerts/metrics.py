"""Numbers that rules may watch. Higher packages register theirs at start; this package knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.formats.refusal import Refusal, Where, nearest

Unit = Literal["share", "seconds", "count", "per_second", "bytes", "number"]


@dataclass(frozen=True)
class Point:
    at: datetime
    value: float
    weight: float = 1.0
    """For means: such as the requests of that minute."""


@dataclass(frozen=True)
class Series:
    """`subject` is as in events, such as `endpoints/churn/blue`. Points are in the order of time."""

    subject: str
    points: tuple[Point, ...]
    title: str = ""
    """How people call it; empty: the subject."""


Measure = Callable[[Project, datetime, datetime], Iterable[Series]]
"""What was measured in a project from one moment up to another."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    name: str
    title: Any
    """Translated when it is shown; completes “When the … of …”."""
    of: Any
    """What it is measured on, such as “a deployment”."""
    unit: Unit
    measure: Measure
    keeps_history: bool
    """False: `measure` knows the present only, so that a rule on it cannot be tried on last week."""
    aggregation: str
    """The usual one over a window."""
    holds: bool
    """A value is good until the next one, however long ago it was measured."""
    example: float
    """A limit to begin with."""
    help: Any


METRICS: dict[str, Metric] = {}


def register(
    name: str,
    *,
    title: Any,
    of: Any,
    unit: Unit,
    measure: Measure,
    keeps_history: bool = True,
    holds: bool = False,
    aggregation: str = "mean",
    example: float = 0.0,
    help: Any = "",
) -> None:
    METRICS[name] = Metric(
        name=name, title=title, of=of, unit=unit, measure=measure, keeps_history=keeps_history, holds=holds,
        aggregation=aggregation, example=example, help=help,
    )  # fmt: skip


def metric(name: str) -> Metric:
    """Raises Refusal `metric_unknown` with the nearest name."""
    found = METRICS.get(name)
    if found is None:
        raise Refusal(
            "metric_unknown",
            _("There is no metric “%(name)s” that a rule could watch.") % {"name": name},
            hint=nearest(name, METRICS) or _("There are: %(metrics)s.") % {"metrics": ", ".join(sorted(METRICS))},
            where=Where(parameter="when.metric", value=name),
        )
    return found
