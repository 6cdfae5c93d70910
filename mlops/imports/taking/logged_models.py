"""Logged models of MLflow 3: with their files, parameters and metrics; and which runs used them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.imports.models import Outcome, Taken
from mlops.imports.report import plain
from mlops.imports.taking.files import take_model_files
from mlops.imports.taking.session import Session, deleted_here, in_bin, kept_pairs, moment, remember
from mlops.mlflow_stores.values import LoggedModel as Theirs
from mlops.mlflow_stores.values import ModelPoint
from mlops.runs.logging import special_of
from mlops.runs.models import Experiment, LoggedModel, LoggedModelMetric, LoggedModelState, LoggedModelUse
from mlops.runs.naming import made_up_name
from mlops.tags.models import Tag

KIND = "logged_model"
STATE_OF = {
    "pending": LoggedModelState.PENDING,
    "ready": LoggedModelState.READY,
    "failed": LoggedModelState.FAILED,
}


def take_logged_models(session: Session, experiment: Experiment | None, theirs: list[Theirs]) -> None:
    known = session.known(KIND, (one.id for one in theirs))
    ids = [row.our_id for row in known.values()]
    here = dict(LoggedModel.objects.filter(pk__in=ids).values_list("pk", "deleted_at"))
    runs = session.known("run", (one.run for one in theirs if one.run))
    for one in theirs:
        row = known.get(one.id)
        if one.is_deleted and session.options.deleted == "leave":
            session.report.count(KIND, Outcome.LEFT_OUT)
        elif row is not None and row.our_id not in here and not session.options.again:
            session.report.leave_out(KIND, one.name, one.id, deleted_here(_("logged model")))
        elif row is not None and here.get(row.our_id) is not None and not one.is_deleted:
            session.report.leave_out(KIND, one.name, one.id, in_bin(_("logged model")))
        else:
            known_here = row if row is not None and row.our_id in here else None
            _take(session, experiment, one, known_here, runs)


def link_uses(session: Session) -> None:
    """Once all runs and logged models are taken."""
    if session.options.dry_run:
        return
    runs = session.known("run", session.uses)
    models = session.known(KIND, {use.model for uses in session.uses.values() for use in uses})
    rows = [
        LoggedModelUse(
            run_id=runs[run].our_id, model_id=models[use.model].our_id, is_output=use.is_output, position=use.step
        )
        for run, uses in session.uses.items()
        for use in uses
        if run in runs and use.model in models
    ]
    LoggedModelUse.objects.bulk_create(rows, ignore_conflicts=True, batch_size=200)


def _take(
    session: Session, experiment: Experiment | None, theirs: Theirs, known: Taken | None, runs: dict[str, Taken]
) -> None:
    mark = theirs.mark()
    outcome = session.outcome_of(known, mark) if known else Outcome.NEW
    session.report.count(KIND, outcome)
    our_id = known.our_id if known else _free_id(theirs.id)
    is_whole = known is not None and known.mark == mark
    if not is_whole and experiment is not None and not session.options.dry_run:
        with transaction.atomic():
            _write(session, experiment, theirs, our_id, runs, is_new=known is None)
            files = known.files_mark if known else ""
            remember([session.taken(KIND, theirs.id, our_id, outcome, mark=mark, files_mark=files)])
    if session.options.artifacts:
        take_model_files(session, theirs, our_id, known, is_whole=is_whole)


def _write(
    session: Session, experiment: Experiment, theirs: Theirs, our_id: UUID, runs: dict[str, Taken], *, is_new: bool
) -> None:
    now = timezone.now()
    parameters = kept_pairs(session, KIND, theirs.name, theirs.id, theirs.parameters, "parameter")
    facts = {
        "name": plain(theirs.name) or made_up_name(),
        "kind": plain(theirs.kind),
        "state": STATE_OF[theirs.state],
        "parameters": parameters,
        "changed_at": moment(theirs.changed) or now,
        "run_id": runs[theirs.run].our_id if theirs.run in runs else None,
        "run_told": runs[theirs.run].our_id.hex if theirs.run in runs else plain(theirs.run, most=255),
        "deleted_at": now if theirs.is_deleted else None,
    }
    if is_new:
        LoggedModel.objects.create(id=our_id, experiment=experiment, created_by=session.row.created_by, **facts)
        facts = {"created_at": moment(theirs.created) or now}
    LoggedModel.objects.filter(pk=our_id).update(**facts)
    tags = kept_pairs(session, KIND, theirs.name, theirs.id, theirs.tags, "tag")
    kind = ContentType.objects.get_for_model(LoggedModel)
    rows = [Tag(content_type=kind, object_id=str(our_id), key=key, value=value) for key, value in tags.items()]
    unique = ["content_type", "object_id", "key"]
    Tag.objects.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=["value"])
    _write_metrics(session, theirs, our_id, now)


def _write_metrics(session: Session, theirs: Theirs, our_id: UUID, now: datetime) -> None:
    """Those that are not here yet."""
    runs = session.known("run", {told.run for told in theirs.metrics})
    here = set(LoggedModelMetric.objects.filter(model=our_id).values_list("run_id", "key", "position", "at"))
    rows = [_metric(our_id, runs[told.run].our_id, told, now) for told in theirs.metrics if told.run in runs]
    new = [row for row in rows if (row.run_id, row.key, row.position, row.at) not in here]
    LoggedModelMetric.objects.bulk_create(new, batch_size=100)


def _metric(model: UUID, run: UUID, told: ModelPoint, now: datetime) -> LoggedModelMetric:
    special = special_of(told.point.value)
    return LoggedModelMetric(
        model_id=model,
        run_id=run,
        key=plain(told.point.key, most=250),
        value=None if special else told.point.value,
        special=special,
        position=told.point.step,
        at=moment(told.point.at) or now,
        dataset=plain(told.dataset),
        dataset_digest=plain(told.dataset_digest, most=100),
    )


def _free_id(theirs: str) -> UUID:
    """That of the source, where it is free here: `models:/m-…` then means the same."""
    try:
        wanted = UUID(hex=theirs.removeprefix("m-"))
    except ValueError:
        return uuid4()
    return uuid4() if LoggedModel.objects.filter(pk=wanted).exists() else wanted
