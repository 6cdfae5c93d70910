"""Runs that a client reports from elsewhere: they begin and end when it says so, and no worker takes part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.events.chain import notify, record
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.runs.models import FINAL_RUN_STATES, Experiment, Run, RunKind, RunState
from mlops.runs.moves import EVENT_OF, told
from mlops.runs.naming import made_up_name
from mlops.runs.numbering import next_number
from mlops.tags.filters import write_tags

NOTHING = PipelineSpec(nodes=(), edges=())
LONGEST_NAME = 500


def start_tracked(
    actor: Any,
    experiment: Experiment,
    *,
    name: str = "",
    started_at: datetime | None = None,
    tags: Mapping[str, str] | None = None,
    description: str = "",
    parent: Run | None = None,
) -> Run:
    """A run that is under way. Raises Refusal `experiment_deleted` or `parent_elsewhere`."""
    require(actor, "runs.track", experiment.project)
    if experiment.deleted_at is not None:
        raise Refusal(
            "experiment_deleted",
            _("The experiment “%(name)s” is in the recycle bin.") % {"name": experiment.name},
            hint=_("Restore it, or use another one."),
            status=409,
        )
    if parent is not None and parent.project_id != experiment.project_id:
        raise Refusal("parent_elsewhere", _("The outer run is in another project."))
    now = timezone.now()
    with transaction.atomic():
        run = Run.objects.create(
            project=experiment.project,
            experiment=experiment,
            number=next_number(experiment.project),
            kind=RunKind.TRACKED,
            parent=parent,
            display_name=name.strip()[:LONGEST_NAME] or made_up_name(),
            description=description,
            spec=msgspec.to_builtins(NOTHING),
            spec_digest=NOTHING.digest(),
            state=RunState.RUNNING,
            reason=_("Its client reports it."),
            state_since=now,
            started_at=started_at or now,
            created_by=actor,
        )
        write_tags(run, dict(tags or {}))
        _tell(actor, run, "mlops.run.started")
    return run


def change_tracked(
    actor: Any, run: Run, *, state: RunState | None = None, ended_at: datetime | None = None, name: str = ""
) -> Run:
    """What its client says of its end or its name. The state of a run that workers execute stays theirs: that is left
    out, for a script's end is not yet its job's end."""
    require(actor, "runs.track", run.project)
    with transaction.atomic():
        if name.strip():
            run.display_name = name.strip()[:LONGEST_NAME]
            Run.objects.filter(pk=run.pk).update(display_name=run.display_name)
        if run.kind == RunKind.TRACKED and (state is not None or ended_at is not None):
            _move(actor, run, state or RunState(run.state), ended_at)
        notify("run", str(run.pk), project=run.project)
    return run


def describe_tracked(actor: Any, run: Run, *, description: str) -> None:
    """What its client notes about it: Markdown."""
    require(actor, "runs.track", run.project)
    with transaction.atomic():
        Run.objects.filter(pk=run.pk).update(description=description)
        run.description = description
        notify("run", str(run.pk), project=run.project)


def _move(actor: Any, run: Run, state: RunState, ended_at: datetime | None) -> None:
    """Clients may also take a run up again that had ended."""
    moved, now = state != run.state, timezone.now()
    run.state = state
    run.ended_at = (ended_at or run.ended_at or now) if state in FINAL_RUN_STATES else None
    if moved:
        run.state_since, run.reason = now, _("Its client said so.")
    run.save(update_fields=["state", "ended_at", "state_since", "reason"])
    if moved and (state in EVENT_OF or state == RunState.RUNNING):
        _tell(actor, run, EVENT_OF.get(state, "mlops.run.started"))


def _tell(actor: Any, run: Run, type: str) -> None:
    record(
        actor,
        type,
        subject=f"runs/{run.pk}",
        project=run.project,
        data=told(run, run.state),
        reason=run.reason,
        notice=("run", str(run.pk)),
    )
