"""Reads of traces: what a person may see, and the spans of one as the lines of a tree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import seen_in
from mlops.formats.refusal import Refusal
from mlops.formats.spans.model import INPUTS, OUTPUTS
from mlops.traces.models import Span, Trace

MOST_SPANS = 2_000
OF_CLIENTS = "mlflow."


@dataclass(frozen=True)
class Line:
    """`begin` and `share`: where in the time of the whole trace it lies, each 0–100."""

    span: Span
    depth: int
    seconds: float | None
    begin: float
    share: float
    inputs: Any
    outputs: Any
    attributes: dict[str, Any]
    events: list[dict[str, Any]]
    message: str


def visible_to(person: Any) -> QuerySet[Trace]:
    found = Trace.objects.filter(seen_in(person), experiment__deleted_at=None)
    return found.select_related("project", "experiment", "created_by")


def trace(person: Any, trace_id: UUID) -> Trace:
    """Raises Refusal `not_found`, also for one that the person may not see."""
    found = visible_to(person).filter(pk=trace_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such trace, or you may not see it."), status=404)
    return found


def lines(shown: Trace) -> tuple[list[Line], int]:
    """The spans, each below the one that it is part of, and how many there are in all; the first MOST_SPANS."""
    rows = list(Span.objects.filter(trace=shown)[:MOST_SPANS])
    known = {one.key for one in rows}
    below: dict[str, list[Span]] = defaultdict(list)
    for one in rows:
        below[one.parent_key if one.parent_key in known else ""].append(one)
    begin = min((one.started_ns for one in rows), default=0)
    end = max((one.ended_ns or one.started_ns for one in rows), default=0)
    found: list[Line] = []
    waiting = [(one, 0) for one in reversed(below[""])]
    seen: set[str] = set()
    while waiting:
        one, depth = waiting.pop()
        if one.key in seen:
            continue
        seen.add(one.key)
        found.append(_line(one, depth, begin, max(end - begin, 1)))
        waiting += [(child, depth + 1) for child in reversed(below[one.key])]
    return found, len(rows) if len(rows) < MOST_SPANS else Span.objects.filter(trace=shown).count()


def _line(span: Span, depth: int, begin: int, length: int) -> Line:
    told = span.content
    attributes = told.get("attributes", {})
    ended = span.ended_ns
    return Line(
        span=span,
        depth=depth,
        seconds=None if ended is None else (ended - span.started_ns) / 1e9,
        begin=100 * (span.started_ns - begin) / length,
        share=max(100 * ((ended or span.started_ns) - span.started_ns) / length, 0.5),
        inputs=attributes.get(INPUTS),
        outputs=attributes.get(OUTPUTS),
        attributes={key: value for key, value in attributes.items() if not key.startswith(OF_CLIENTS)},
        events=told.get("events", []),
        message=told.get("message", ""),
    )
