"""Runs, some hundred at a time: their facts in one transaction, then their histories, then their files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.imports.models import Outcome, Taken
from mlops.imports.report import plain
from mlops.imports.taking.files import take_run_files
from mlops.imports.taking.points import take_points
from mlops.imports.taking.session import Session, deleted_here, in_bin, kept_pairs, moment, remember
from mlops.mlflow_stores.values import Run as Theirs
from mlops.mlflow_stores.values import Use
from mlops.runs.models import FINAL_RUN_STATES, DatasetUse, Experiment, Run, RunKind, RunParameter, RunState, Tombstone
from mlops.runs.naming import made_up_name
from mlops.runs.numbering import next_number
from mlops.runs.tracking import LONGEST_NAME, NOTHING
from mlops.tags.models import Tag

KIND = "run"
NAME, PARENT, NOTE, USER = "mlflow.runName", "mlflow.parentRunId", "mlflow.note.content", "mlflow.user"
CONTEXT = "mlflow.data.context"
STATE_OF = {
    "FINISHED": RunState.COMPLETED,
    "FAILED": RunState.FAILED,
    "KILLED": RunState.CANCELLED,
    "RUNNING": RunState.RUNNING,
    "SCHEDULED": RunState.RUNNING,
}


@dataclass(kw_only=True)
class Planned:
    theirs: Theirs
    outcome: str
    known: Taken | None
    our_id: UUID
    mark: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing but its files can be new."""
        return self.known is not None and self.known.mark == self.mark


def take_runs(session: Session, experiment: Experiment | None, theirs: list[Theirs]) -> None:
    """`experiment`: None where it would be made."""
    planned = _planned(session, theirs)
    for one in planned:
        _keep_links(session, one.theirs)
    todo = [one for one in planned if not one.is_whole]
    if session.options.dry_run or experiment is None:
        session.report.count("point", Outcome.NEW, sum(one.theirs.points for one in todo if one.known is None))
    else:
        _write(session, experiment, todo)
        take_points(session, {one.theirs.id: one.our_id for one in todo}, new=_new(todo))
        remember(_taken(session, one, mark=one.mark) for one in todo)
    for one in planned:
        session.report.count(KIND, one.outcome)
        if session.options.artifacts:
            take_run_files(session, one.theirs, one.our_id, one.known, is_whole=one.is_whole)


def link_parents(session: Session) -> None:
    """Once all runs are taken: outer runs may come after those in them. No run lies within itself."""
    if session.options.dry_run:
        return
    ours = session.known(KIND, {*session.parents, *session.parents.values()})
    for child, parent in session.parents.items():
        if child not in ours:
            continue
        if parent not in ours or _is_above(session.parents, child, parent):
            missing = Refusal("outer_run_missing", _("Its outer run %(id)s was not taken.") % {"id": parent[:80]})
            session.report.note(KIND, child, child, missing)
            continue
        Run.objects.filter(pk=ours[child].our_id).exclude(parent=ours[parent].our_id).update(parent=ours[parent].our_id)


def _is_above(parents: dict[str, str], run: str, of: str) -> bool:
    seen: set[str] = set()
    while of and of not in seen:
        if of == run:
            return True
        seen.add(of)
        of = parents.get(of, "")
    return bool(of)


def _planned(session: Session, theirs: list[Theirs]) -> list[Planned]:
    known = session.known(KIND, (one.id for one in theirs))
    ids = [row.our_id for row in known.values()]
    here = dict(Run.objects.filter(pk__in=ids).values_list("pk", "deleted_at"))
    new_ids = _free_ids([one.id for one in theirs if one.id not in known or known[one.id].our_id not in here])
    found = []
    for one in {one.id: one for one in theirs}.values():
        row = known.get(one.id)
        if one.is_deleted and session.options.deleted == "leave":
            session.report.count(KIND, Outcome.LEFT_OUT)
        elif row is not None and row.our_id not in here and not session.options.again:
            session.report.leave_out(KIND, one.name or one.id, one.id, deleted_here(KIND))
        elif row is None or row.our_id not in here:
            mark = one.mark()
            found.append(Planned(theirs=one, outcome=Outcome.NEW, known=None, our_id=new_ids[one.id], mark=mark))
        elif here[row.our_id] is not None and not one.is_deleted:
            session.report.leave_out(KIND, one.name or one.id, one.id, in_bin(KIND))
        else:
            mark = one.mark()
            outcome = session.outcome_of(row, mark)
            found.append(Planned(theirs=one, outcome=outcome, known=row, our_id=row.our_id, mark=mark))
    return found


def _free_ids(theirs: list[str]) -> dict[str, UUID]:
    """The ids of the source, as far as they are free here: then addresses such as runs:/ID/model mean the same."""
    wanted = {key: _uuid(key) for key in theirs}
    ids = [one for one in wanted.values() if one]
    taken = {*Run.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    taken |= {*Tombstone.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    return {key: one if one and one not in taken else uuid4() for key, one in wanted.items()}


def _uuid(key: str) -> UUID | None:
    try:
        return UUID(hex=key) if len(key) == 32 else None
    except ValueError:
        return None


def _keep_links(session: Session, theirs: Theirs) -> None:
    if parent := theirs.tags.get(PARENT):
        session.parents[theirs.id] = parent
    if theirs.models:
        session.uses[theirs.id] = theirs.models


def _write(session: Session, experiment: Experiment, planned: list[Planned]) -> None:
    new, old = [one for one in planned if one.known is None], [one for one in planned if one.known is not None]
    with transaction.atomic():
        first = next_number(session.row.project) if new else 0
        rows = [_row(session, experiment, one, first + place) for place, one in enumerate(new)]
        began = [row.created_at for row in rows]
        Run.objects.bulk_create(rows, batch_size=50)
        for row, at in zip(rows, began, strict=True):
            row.created_at = at  # of the source, not of the insert
        Run.objects.bulk_update(rows, ["created_at"], batch_size=100)
        for one in old:
            Run.objects.filter(pk=one.our_id).update(**_changes(one.theirs))
        _write_tags(session, planned)
        _write_parameters(session, planned)
        _write_uses(planned)
        remember(_taken(session, one) for one in planned)


def _taken(session: Session, one: Planned, *, mark: str = "") -> Taken:
    files = one.known.files_mark if one.known else ""
    return session.taken(KIND, one.theirs.id, one.our_id, one.outcome, mark=mark, files_mark=files)


def _row(session: Session, experiment: Experiment, one: Planned, number: int) -> Run:
    theirs, now = one.theirs, timezone.now()
    started = moment(theirs.started)
    row = Run(
        id=one.our_id,
        project=session.row.project,
        experiment=experiment,
        number=number,
        kind=RunKind.TRACKED,
        spec=msgspec.to_builtins(NOTHING),
        spec_digest=NOTHING.digest(),
        origin=f"imports/{session.row.pk}",
        created_by=session.row.created_by,
        deleted_at=now if theirs.is_deleted else None,
        **_changes(theirs),
    )
    row.created_at = started or now
    return row


def _changes(theirs: Theirs) -> dict[str, Any]:
    state = STATE_OF.get(theirs.status, RunState.COMPLETED)
    started, ended = moment(theirs.started), moment(theirs.ended)
    is_final = state in FINAL_RUN_STATES
    since: datetime = (ended if is_final else started) or started or timezone.now()
    return {
        "display_name": plain(theirs.name.strip() or theirs.tags.get(NAME, ""), most=LONGEST_NAME) or made_up_name(),
        "description": theirs.tags.get(NOTE, "").replace("\0", "\ufffd"),
        "state": state,
        "reason": _("As MLflow tells it."),
        "state_since": since,
        "started_at": started,
        "ended_at": ended if is_final else None,
    }


def _write_tags(session: Session, planned: Iterable[Planned]) -> None:
    kind = ContentType.objects.get_for_model(Run)
    rows = []
    for one in planned:
        theirs = one.theirs
        user = {USER: theirs.user} if theirs.user else {}
        tags = kept_pairs(session, KIND, theirs.name or theirs.id, theirs.id, user | theirs.tags, "tag")
        for key, value in tags.items():
            if key not in (NAME, NOTE, PARENT):
                rows.append(Tag(content_type=kind, object_id=str(one.our_id), key=key, value=value))
    unique = ["content_type", "object_id", "key"]
    Tag.objects.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=["value"], batch_size=200)


def _write_parameters(session: Session, planned: list[Planned]) -> None:
    rows = []
    for one in planned:
        theirs = one.theirs
        pairs = kept_pairs(session, KIND, theirs.name or theirs.id, theirs.id, theirs.parameters, "parameter")
        rows += [RunParameter(run_id=one.our_id, key=key, value=value) for key, value in pairs.items()]
    RunParameter.objects.bulk_create(rows, ignore_conflicts=True, batch_size=300)


def _write_uses(planned: list[Planned]) -> None:
    rows = []
    for one in planned:
        at = moment(one.theirs.started) or timezone.now()
        rows += [_use(one.our_id, use, at) for use in one.theirs.uses]
    DatasetUse.objects.bulk_create(rows, ignore_conflicts=True, batch_size=90)


def _use(run: UUID, use: Use, at: datetime) -> DatasetUse:
    tags = {plain(key): plain(value, most=5_000) for key, value in use.tags.items()}
    return DatasetUse(
        run_id=run,
        name=plain(use.name),
        digest=plain(use.digest, most=100),
        context=tags.pop(CONTEXT, "")[:100],
        source_type=plain(use.source_type, most=100),
        source=plain(use.source, most=100_000),
        schema=plain(use.schema, most=2_000_000),
        profile=plain(use.profile, most=20_000_000),
        tags=tags,
        at=at,
    )


def _new(planned: list[Planned]) -> set[str]:
    """Those that no attempt has begun."""
    return {one.theirs.id for one in planned if one.known is None}
