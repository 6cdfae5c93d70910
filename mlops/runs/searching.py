"""What can be asked of runs, experiments and logged models in a filter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from mlops.runs.models import (
    Experiment,
    LatestMetric,
    LoggedModel,
    LoggedModelMetric,
    LoggedModelState,
    Run,
    RunKind,
    RunParameter,
    RunState,
)
from mlops.tags.searching import Column, Facts, Held, Searchable, choices_of, labels_of
from mlops.tags.searching.columns import archived, created, described, identified, in_project, made_by, named, person

STATES = choices_of(
    RunState, finished="completed", killed="cancelled", canceled="cancelled", scheduled="queued", notstarted="queued"
)


def _duration(now: datetime) -> Any:
    """Of a run that goes on, up to now."""
    ended = Coalesce(F("ended_at"), Value(now, output_field=DateTimeField()))
    return ExpressionWrapper(ended - F("started_at"), output_field=DurationField())


def _last_run(_now: datetime) -> Any:
    """When the newest run of an experiment that was not deleted was submitted."""
    kept = Run.kept.filter(experiment=OuterRef("pk")).order_by("-created_at")
    return Subquery(kept.values("created_at")[:1])


RUNS = Searchable(
    noun="runs",
    label=_("Runs"),
    words=("display_name", "name", "description"),
    number="number",
    columns=(
        Column(
            name="name", label=_("Name"), path="display_name", is_searched=True, aliases=("display_name", "run_name")
        ),
        Column(name="job", label=_("Job's name"), path="name", is_searched=True),
        Column(name="number", label=_("Number"), path="number", kind="number"),
        Column(name="state", label=_("State"), path="state", kind="choice", aliases=("status",), choices=STATES,
               labels=labels_of(RunState), facet=True),
        Column(name="kind", label=_("Kind"), path="kind", kind="choice", aliases=("type", "job_type"),
               choices=choices_of(RunKind), labels=labels_of(RunKind), facet=True),
        Column(name="experiment", label=_("Experiment"), path="experiment__name",
               aliases=("experiment_name",), facet=True),
        Column(name="by", label=_("Submitted by"), path="created_by__username", is_nullable=True, read=person,
               aliases=("who", "user", "user_id", "created_by", "submitted_by"), facet=True),
        Column(name="created", label=_("Submitted"), path="created_at", kind="date",
               aliases=("submitted", "created_at", "creation_time")),
        Column(name="started", label=_("Started"), path="started_at", kind="date", is_nullable=True,
               aliases=("started_at", "start_time")),
        Column(name="ended", label=_("Ended"), path="ended_at", kind="date", is_nullable=True,
               aliases=("ended_at", "end_time", "finished")),
        Column(name="duration", label=_("Duration"), kind="duration", expression=_duration, is_nullable=True),
        Column(name="description", label=_("Description"), path="description", is_searched=True, aliases=("notes",)),
        Column(name="reason", label=_("Reason"), path="reason", is_searched=True, aliases=("error",)),
        in_project(),
        Column(name="parent", label=_("Parent"), path="parent__name", is_nullable=True),
        archived(),
        identified("run_id"),
    ),
    tags=(Held(model=Run, is_ranked=True),),
    metrics=Facts(model=LatestMetric, holder="run", is_ranked=True),
    parameters=Facts(model=RunParameter, holder="run", is_ranked=True),
)  # fmt: skip

EXPERIMENTS = Searchable(
    noun="experiments",
    label=_("Experiments"),
    order="name",
    columns=(
        named(),
        described(),
        created(),
        Column(name="last_run", label=_("Last run"), kind="date", expression=_last_run, is_nullable=True,
               aliases=("last_run_at",)),
        in_project(),
        archived(),
        identified("experiment_id"),
    ),
    tags=(Held(model=Experiment),),
)  # fmt: skip

LOGGED_MODELS = Searchable(
    noun="logged-models",
    label=_("Logged models"),
    words=("name",),
    columns=(
        named(),
        created("logged"),
        made_by("logged_by"),
        Column(name="state", label=_("State"), path="state", kind="choice", aliases=("status",),
               choices=choices_of(LoggedModelState), labels=labels_of(LoggedModelState), facet=True),
        Column(name="experiment", label=_("Experiment"), path="experiment__name", aliases=("experiment_name",),
               facet=True),
        Column(name="run", label=_("Run"), path="run__display_name", is_nullable=True, aliases=("run_name",)),
        Column(name="kind", label=_("Kind"), path="kind", aliases=("type", "model_type")),
        Column(name="project", label=_("Project"), path="experiment__project__slug"),
        identified("model_id"),
    ),
    tags=(Held(model=LoggedModel),),
    metrics=Facts(model=LoggedModelMetric, holder="model"),
)  # fmt: skip
