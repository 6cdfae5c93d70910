"""What traced code tells: a trace as a whole, its spans one by one or as a file, its facts and its files.

As with metrics, these ask for no permission and record no event, for code tells thousands of things. Whoever calls
them has asked."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.events.chain import notify
from mlops.formats import spans as forms
from mlops.formats.refusal import Refusal
from mlops.formats.spans.model import INPUTS, OUTPUTS
from mlops.runs.models import Experiment, Run
from mlops.traces.models import Span, Trace, TraceFact, TraceState

LONGEST_PREVIEW = 1_000
LONGEST_TEXT = 100_000
MOST_FACTS = 1_000
STATE_OF = {"OK": TraceState.OK, "ERROR": TraceState.FAILED, "UNSET": TraceState.UNKNOWN}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A trace as its client knows it."""

    key: str
    name: str = ""
    state: TraceState = TraceState.UNDER_WAY
    started_at: datetime
    duration_ms: int | None = None
    request: str = ""
    response: str = ""
    client_request_id: str = ""
    tags: Mapping[str, str] = {}
    metadata: Mapping[str, str] = {}


def tell_trace(actor: Any, experiment: Experiment, told: Told, *, run: Run | None = None) -> Trace:
    """Also of one whose spans came first. What is told here counts; of the facts only those that are named."""
    facts = {
        "experiment": experiment,
        "state": told.state,
        "started_at": told.started_at,
        "duration_ms": told.duration_ms,
        "ended_at": _end(told.started_at, told.duration_ms),
    }
    texts = {
        "name": told.name[:500],
        "request": told.request[:LONGEST_PREVIEW],
        "response": told.response[:LONGEST_PREVIEW],
        "client_request_id": told.client_request_id[:500],
    }
    facts |= {name: _clean(text) for name, text in texts.items() if text}
    with transaction.atomic():
        trace, _created = Trace.objects.update_or_create(
            project=experiment.project,
            key=told.key,
            defaults=facts,
            create_defaults=facts | {"created_by": actor, "project": experiment.project, "key": told.key},
        )
        set_facts(trace, told.tags, is_tag=True)
        set_facts(trace, told.metadata, is_tag=False)
        if run is not None:
            trace.runs.add(run)
        notify("traces", str(experiment.pk), project=experiment.project)
    return trace


def tell_spans(actor: Any, experiment: Experiment, spans: Iterable[forms.Span], *, run: Run | None = None) -> None:
    """Spans of any number of traces, which begin to be where they are not yet."""
    of_traces: dict[str, list[forms.Span]] = defaultdict(list)
    for span in spans:
        of_traces[f"tr-{span.trace}"].append(span)
    with transaction.atomic():
        for key, own in sorted(of_traces.items()):
            start = min(one.started_ns for one in own)
            trace, _created = Trace.objects.get_or_create(
                project=experiment.project,
                key=key,
                defaults={"experiment": experiment, "started_at": moment_of(start), "created_by": actor},
            )
            keep_spans(trace, own)
            Trace.objects.filter(pk=trace.pk).update(has_spans=True)
            if run is not None:
                trace.runs.add(run)
        notify("traces", str(experiment.pk), project=experiment.project)


def keep_spans(trace: Trace, spans: list[forms.Span]) -> None:
    """Those with the keys of earlier ones take their places; the root tells of the whole trace what is not known."""
    rows = {one.key: _row(trace, one) for one in spans}
    told = ["parent_key", "name", "kind", "state", "started_ns", "ended_ns", "content", "text"]
    Span.objects.bulk_create(
        rows.values(), batch_size=500, update_conflicts=True, unique_fields=["trace", "key"], update_fields=told
    )
    root = next((one for one in spans if one.is_root), None)
    if root is not None:
        _tell_of_root(trace, root)


def set_facts(trace: Trace, facts: Mapping[str, str], *, is_tag: bool) -> None:
    if len(facts) > MOST_FACTS:
        raise Refusal("trace_facts_many", _("A trace has at most %(most)d tags.") % {"most": MOST_FACTS})
    rows = [TraceFact(trace=trace, is_tag=is_tag, key=key[:250], value=_clean(value)) for key, value in facts.items()]
    if rows:
        unique = ["trace", "is_tag", "key"]
        TraceFact.objects.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=["value"])


def moment_of(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds // 1_000_000_000, tz=UTC) + timedelta(
        microseconds=nanoseconds % 1_000_000_000 // 1_000
    )


def _tell_of_root(trace: Trace, root: forms.Span) -> None:
    known = Trace.objects.select_for_update(no_key=True).get(pk=trace.pk)
    if not known.name:
        known.name = root.name[:500]
    known.request = known.request or _preview(root.attributes.get(INPUTS))
    known.response = known.response or _preview(root.attributes.get(OUTPUTS))
    if known.state == TraceState.UNDER_WAY and root.ended_ns is not None:
        known.state = TraceState.FAILED if root.status == "ERROR" else TraceState.OK
        known.duration_ms = (root.ended_ns - root.started_ns) // 1_000_000
        known.started_at, known.ended_at = moment_of(root.started_ns), moment_of(root.ended_ns)
    known.save(update_fields=["name", "request", "response", "state", "started_at", "duration_ms", "ended_at"])


def _row(trace: Trace, span: forms.Span) -> Span:
    text = f"{span.name}\n{json.dumps(span.attributes, ensure_ascii=False)}"
    return Span(
        trace=trace,
        key=span.key,
        parent_key=span.parent,
        name=span.name[:500],
        kind=span.type[:100],
        state=STATE_OF[span.status],
        started_ns=span.started_ns,
        ended_ns=span.ended_ns,
        content=msgspec.to_builtins(span),
        text=text[:LONGEST_TEXT],
    )


def _preview(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:LONGEST_PREVIEW]


def _end(started_at: datetime, duration_ms: int | None) -> datetime | None:
    try:
        return None if duration_ms is None else started_at + timedelta(milliseconds=duration_ms)
    except OverflowError:
        return None


def _clean(text: str) -> str:
    return text.replace("\0", "")
