"""Traces with their spans and what was said of them, under the ids that their clients gave them."""

from __future__ import annotations

import json
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.models import Blob
from mlops.formats import spans as forms
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal
from mlops.imports.models import Outcome, Taken
from mlops.imports.taking.assessments import take_assessments
from mlops.imports.taking.files import named_files
from mlops.imports.taking.session import Session, deleted_here, kept_pairs, moment, remember
from mlops.mlflow_stores.attachments import attachments_in
from mlops.mlflow_stores.tracing import SPANS_FILE
from mlops.mlflow_stores.values import Trace as Theirs
from mlops.runs.models import Experiment, Run
from mlops.traces.files import keep_trace_file
from mlops.traces.models import Trace, TraceState
from mlops.traces.telling import Told, keep_spans, tell_trace

KIND = "trace"
NAME, RUN = "mlflow.traceName", "mlflow.sourceRun"
MOST_FILE_BYTES = 64 * 2**20
STATE_OF = {"OK": TraceState.OK, "ERROR": TraceState.FAILED, "IN_PROGRESS": TraceState.UNDER_WAY}


def take_traces(session: Session, experiment: Experiment | None, theirs: list[Theirs]) -> None:
    """`experiment`: None where it would be made."""
    known = session.known(KIND, (one.id for one in theirs))
    there = Trace.objects.filter(project=session.row.project, key__in=[one.id for one in theirs])
    ours = dict(there.values_list("key", "pk"))
    runs = session.known("run", {one.metadata[RUN] for one in theirs if RUN in one.metadata})
    for one in theirs:
        row = known.get(one.id)
        if row is None and one.id in ours:
            elsewhere = Refusal("trace_here", _("A trace of this id is here already, and stays as it is."))
            session.report.leave_out(KIND, one.id, one.id, elsewhere)
        elif row is not None and one.id not in ours and not session.options.again:
            session.report.leave_out(KIND, one.id, one.id, deleted_here(KIND))
        else:
            _take(session, experiment, one, row if one.id in ours else None, runs)


def _take(
    session: Session, experiment: Experiment | None, theirs: Theirs, known: Taken | None, runs: dict[str, Taken]
) -> None:
    mark = theirs.mark()
    outcome = session.outcome_of(known, mark) if known else Outcome.NEW
    session.report.count(KIND, outcome)
    if session.options.dry_run or experiment is None or (known is not None and known.mark == mark):
        return
    spans = _spans(session, theirs)
    attached = _attached(session, theirs, spans)
    run = runs.get(theirs.metadata.get(RUN, ""))
    with transaction.atomic():
        trace = tell_trace(
            session.row.created_by,
            experiment,
            _told(session, theirs),
            run=Run.objects.filter(pk=run.our_id).first() if run else None,
        )
        if spans:
            keep_spans(trace, spans)
            Trace.objects.filter(pk=trace.pk).update(has_spans=True)
        for file in attached:
            keep_trace_file(trace, file.path, Blob.objects.get(pk=file.digest))
        take_assessments(session, trace, theirs)
        remember([session.taken(KIND, theirs.id, trace.pk, outcome, mark=mark)])


def _told(session: Session, theirs: Theirs) -> Told:
    tags = kept_pairs(session, KIND, theirs.id, theirs.id, theirs.tags, "tag")
    return Told(
        key=theirs.id,
        name=tags.pop(NAME, ""),
        state=STATE_OF.get(theirs.status, TraceState.UNKNOWN),
        started_at=moment(theirs.started) or timezone.now(),
        duration_ms=theirs.duration,
        request=theirs.request,
        response=theirs.response,
        client_request_id=theirs.client_request_id,
        tags=tags,
        metadata=kept_pairs(session, KIND, theirs.id, theirs.id, theirs.metadata, "metadata"),
    )


def _spans(session: Session, theirs: Theirs) -> list[forms.Span]:
    """Of the store's own table, else of the file; none where they cannot be read, which is told."""
    try:
        if theirs.spans:
            return forms.read_document(f'{{"spans": [{",".join(theirs.spans)}]}}'.encode())
        if theirs.place and session.options.artifacts:
            problems = session.reader.fetch(theirs.place, [SPANS_FILE], session.folder)
            if SPANS_FILE in problems:
                raise problems[SPANS_FILE]
            path = session.folder / "0"
            try:
                _require_size(path)
                return forms.read_document(path.read_bytes())
            finally:
                path.unlink()
    except forms.SpanInvalid as error:
        session.report.note(KIND, theirs.id, theirs.id, Refusal("spans_unreadable", str(error)))
    except Refusal as refusal:
        session.report.note(KIND, theirs.id, theirs.id, refusal)
    return []


def _attached(session: Session, theirs: Theirs, spans: list[forms.Span]) -> list[File]:
    paths = attachments_in(json.dumps(one.attributes, ensure_ascii=False) for one in spans)
    if not paths or not theirs.place or not session.options.artifacts:
        return []
    return named_files(session, KIND, theirs.id, theirs.place, paths)


def _require_size(path: Path) -> None:
    if path.stat().st_size > MOST_FILE_BYTES:
        why = _("Its file of spans has more than %(most)d MB.") % {"most": MOST_FILE_BYTES // 2**20}
        raise Refusal("spans_too_large", why)
