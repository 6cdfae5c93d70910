"""Projects, experiments and runs by the names and ids of MLflow. What the caller may not see does not exist."""

from __future__ import annotations

import re
import uuid
from functools import lru_cache

from django.db.models import Q, QuerySet

from mlops.access.decisions import may, projects_where, require
from mlops.access.models import Project
from mlops.mlflow_api.caller import Caller, projects_of
from mlops.mlflow_api.faults import Fault, invalid, missing
from mlops.mlflow_api.given import told
from mlops.runs.models import Experiment, LoggedModel, Run

DEFAULT_ID = "0"
DEFAULT_NAME = "Default"
DEEPEST = 20
HEAVY = ("spec", "document", "shapes", "snapshot", "source", "asked")
"""Columns of a run that nobody asks for here."""
RUN_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,255}")
EXPERIMENT_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,63}")


def project_of(caller: Caller, deed: str = "read") -> Project:
    """The one that the request names, else the oldest that the person may contribute to, else the oldest they see."""
    if caller.workspace not in ("", "default"):
        found = projects_of(caller).first()
        if found is None:
            raise missing(f"Workspace '{caller.workspace}' not found")
        require(caller.person, deed, found)
        return found
    own = projects_where(caller.person, "runs.track" if deed == "read" else deed)
    found = own.order_by("created_at").first() or projects_of(caller).order_by("created_at").first()
    if found is None:
        raise missing("You are in no project yet. Ask an owner of a project for a role in it, or create one.")
    if deed != "read":  # it is one that they see
        require(caller.person, deed, found)
    return found


@lru_cache(maxsize=10_000)
def default_key(project: uuid.UUID) -> uuid.UUID:
    """Of the experiment that MLflow calls 0: each project has its own."""
    return uuid.uuid5(project, "mlflow experiment 0")


def id_of(experiment: Experiment) -> str:
    return DEFAULT_ID if experiment.pk == default_key(experiment.project_id) else experiment.pk.hex


def default_experiment(project: Project) -> Experiment:
    found = Experiment.objects.select_related("project").filter(pk=default_key(project.pk)).first()
    found = found or Experiment.objects.select_related("project").filter(project=project, name=DEFAULT_NAME).first()
    if found is not None:
        return found
    values = {"pk": default_key(project.pk)}
    return Experiment.objects.get_or_create(project=project, name=DEFAULT_NAME, defaults=values)[0]


def experiment_of(caller: Caller, given: str, deed: str = "read") -> Experiment:
    """Also one in the recycle bin."""
    if caller.run is not None and given in ("", DEFAULT_ID, id_of(caller.run.experiment)):
        return caller.run.experiment
    if given in ("", DEFAULT_ID):
        return default_experiment(project_of(caller, deed))
    if EXPERIMENT_ID.fullmatch(given) is None:
        raise invalid(f"Invalid experiment ID: '{given[:100]}'")
    key = as_key(given)
    found = None
    if key is not None:
        wanted = Experiment.objects.select_related("project").filter(pk=key)
        found = (wanted.filter(project__slug=caller.workspace) if _narrowed(caller) else wanted).first()
    if found is None or not may(caller.person, "read", found.project) or not _is_own(caller, found):
        raise missing(f"No Experiment with id={given} exists")
    if deed != "read":
        require(caller.person, deed, found.project)
    return found


def run_of(caller: Caller, given: str, deed: str = "read") -> Run:
    """Also one in the recycle bin."""
    if RUN_ID.fullmatch(given) is None:
        raise invalid(f"{told('run_id', given)}.")
    wanted = Run.objects.select_related("project", "experiment__project", "created_by").defer(*HEAVY)
    if _narrowed(caller):
        wanted = wanted.filter(project__slug=caller.workspace)
    key = as_key(given)
    found = wanted.filter(pk=key).first() if key else None
    is_allowed = found is not None and may(caller.person, deed, found.project)
    if found is None or not (is_allowed or may(caller.person, "read", found.project)):
        raise missing(f"Run with id={given} not found")
    if not is_within(caller, found):
        raise missing(f"Run with id={given} not found: a step's token speaks for its own run alone")
    if not is_allowed:
        require(caller.person, deed, found.project)
    return found


def seen_run(caller: Caller, given: str) -> Run | None:
    """None where there is no such run, or the caller may not see it: MLflow takes names of runs that it does not know,
    and the two are told alike. Raises Fault for what cannot be the name of a run, and where a step names another's."""
    try:
        return run_of(caller, given)
    except Fault as fault:
        if fault.error_code != "RESOURCE_DOES_NOT_EXIST" or caller.run is not None:
            raise
        return None


def active_run(caller: Caller, given: str) -> Run:
    """For what changes it. Raises Fault where it is in the recycle bin."""
    found = run_of(caller, given, "runs.track")
    require_active(found)
    return found


def require_active(run: Run) -> None:
    if run.deleted_at is not None:
        raise invalid(f"The run {run.pk.hex} must be in the 'active' state. Current state is deleted.")


def model_id_of(model: LoggedModel) -> str:
    return f"m-{model.pk.hex}"


def model_of(caller: Caller, given: str, deed: str = "read", *, also_deleted: bool = False) -> LoggedModel:
    key = as_key(given.removeprefix("m-")) or uuid.UUID(int=0)
    wanted = LoggedModel.objects.select_related("experiment__project", "run", "created_by").filter(pk=key)
    if _narrowed(caller):
        wanted = wanted.filter(experiment__project__slug=caller.workspace)
    found = wanted.first()
    is_gone = found is None or (is_in_bin(found) and not also_deleted)
    if (
        found is None
        or is_gone
        or not may(caller.person, "read", found.experiment.project)
        or not _is_near(caller, found)
    ):
        raise missing(f"Logged model with ID '{given[:100]}' not found.")
    if deed != "read":
        require(caller.person, deed, found.experiment.project)
    return found


def is_in_bin(model: LoggedModel) -> bool:
    """By itself, or with its experiment."""
    return model.deleted_at is not None or model.experiment.deleted_at is not None


def is_within(caller: Caller, run: Run | None) -> bool:
    """Whether it is the run of the caller's step, or lies below it; of a person's call always."""
    if caller.run is None:
        return True
    for _depth in range(DEEPEST):
        if run is None or run.pk == caller.run.pk:
            break
        run = run.parent
    return run is not None and run.pk == caller.run.pk


def runs_within(own: uuid.UUID | None, runs: QuerySet[Run]) -> QuerySet[Run]:
    """For lists: the run of the caller's step, where it is one, and those directly below it."""
    return runs if own is None else runs.filter(Q(pk=own) | Q(parent=own))


def _is_own(caller: Caller, experiment: Experiment) -> bool:
    return caller.run is None or caller.run.experiment_id == experiment.pk


def _is_near(caller: Caller, model: LoggedModel) -> bool:
    return caller.run is None or is_within(caller, model.run)


def as_key(given: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(given)
    except ValueError:
        return None


def _narrowed(caller: Caller) -> bool:
    return caller.workspace not in ("", "default")
