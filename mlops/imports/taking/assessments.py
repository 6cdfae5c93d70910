"""What was said of a trace that comes."""

from __future__ import annotations

import json
from uuid import uuid5

from django.utils import timezone

from mlops.formats.refusal import Refusal
from mlops.imports.taking.session import Session, moment
from mlops.mlflow_stores.values import Assessment as Theirs
from mlops.mlflow_stores.values import Trace as TheirTrace
from mlops.traces.assessing import keep_assessments, valued
from mlops.traces.models import Assessment, Trace

NUL = "\\u0000"
"""In JSON; no database column takes it."""


def take_assessments(session: Session, trace: Trace, theirs: TheirTrace) -> None:
    """Under ids of their own, for the same store may come into many projects."""
    keys = {one.id: uuid5(trace.pk, one.id) for one in theirs.assessments}
    kept = []
    for one in theirs.assessments:
        try:
            made = _made(session, trace, one)
        except Refusal as refusal:
            session.report.note("trace", theirs.id, theirs.id, refusal)
            continue
        made.pk, made.overrides_id = keys[one.id], keys.get(one.overrides)
        kept.append(made)
    there = {one.pk for one in kept}
    for made in kept:
        made.overrides_id = made.overrides_id if made.overrides_id in there else None
    keep_assessments(kept)


def _made(session: Session, trace: Trace, theirs: Theirs) -> Assessment:
    said = json.loads(json.dumps([theirs.value, theirs.error, theirs.metadata]).replace(NUL, ""))
    created = moment(theirs.created) or timezone.now()
    return Assessment(
        trace=trace,
        kind=theirs.kind,
        name=_clean(theirs.name, 500),
        **valued(said[0]),
        error=said[1],
        metadata=said[2],
        source_kind=_clean(theirs.source_kind, 40),
        source=_clean(theirs.source, 500),
        rationale=_clean(theirs.rationale, None),
        span_key=_clean(theirs.span, 64),
        is_valid=theirs.is_valid,
        created_at=created,
        changed_at=moment(theirs.changed) or created,
        created_by=session.row.created_by,
    )


def _clean(text: str, most: int | None) -> str:
    return text.replace("\0", "")[:most]
