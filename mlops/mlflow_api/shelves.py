"""Whose files lie at a path of the proxy: a run's, a logged model's, a trace's, or those of a registered version."""

from __future__ import annotations

from uuid import UUID

from mlops.access.granted import may_with
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.faults import invalid, missing
from mlops.mlflow_api.files import Shelf
from mlops.mlflow_api.finding import as_key, id_of, model_of, run_of
from mlops.mlflow_api.places import ARTIFACTS, MODELS, bad_path, is_kept_here, safe_path, without_dots
from mlops.mlflow_api.sources import REGISTRY
from mlops.mlflow_api.trace_finding import trace_of
from mlops.mlflow_api.trace_shapes import TRACES
from mlops.registry.models import ModelVersion
from mlops.runs.models import LoggedModel, Run
from mlops.traces.models import Trace


def shelf_at(caller: Caller, given: str, deed: str) -> tuple[Shelf, str]:
    """`EXPERIMENT/RUN/artifacts/…` as whose file it is, and its path; or with `models/MODEL` or `traces/TRACE`."""
    given = without_dots(given)
    parts = safe_path(given).split("/")
    if parts[0] == REGISTRY and len(parts) > 2:
        return _version_at(caller, parts, deed), "/".join(parts[3:])
    kind = parts[1] if len(parts) > 1 else ""
    begin = 3 if kind in (MODELS, TRACES) else 2
    if len(parts) <= begin or parts[begin] != ARTIFACTS:
        raise missing(f"There are no artifacts at '{given[:300]}': paths begin with EXPERIMENT/RUN/{ARTIFACTS}.")
    shelf = _shelf(caller, kind, parts, deed)
    if parts[0] != id_of(shelf.experiment) or not is_kept_here(shelf.experiment):
        raise missing(f"There are no artifacts at '{given[:300]}'.")
    if deed != "read" and not isinstance(shelf, Trace) and shelf.deleted_at is not None:
        raise invalid(f"'{given[:300]}' must be in the 'active' state. Current state is deleted.")
    inner = given.split("/", begin + 1)
    return shelf, safe_path(inner[begin + 1]) if len(inner) > begin + 1 else ""


def _shelf(caller: Caller, kind: str, parts: list[str], deed: str) -> Run | LoggedModel | Trace:
    if kind == MODELS:
        return model_of(caller, parts[2], deed)
    return trace_of(caller, parts[2], deed) if kind == TRACES else run_of(caller, parts[1], deed)


def project_key(shelf: Shelf) -> UUID:
    if isinstance(shelf, ModelVersion):
        return shelf.model.project_id
    return shelf.project_id if isinstance(shelf, Run) else shelf.experiment.project_id


def file_path(path: str) -> str:
    """The path of a file: not the root itself."""
    safe = safe_path(path)
    if not safe:
        raise bad_path()
    return safe


def _version_at(caller: Caller, parts: list[str], deed: str) -> ModelVersion:
    """`registry/MODEL/NUMBER/…`: files that never change."""
    known = ModelVersion.objects.select_related("model__project").filter(model_id=as_key(parts[1]) or UUID(int=0))
    found = known.filter(number=int(parts[2])).first() if parts[2].isdecimal() else None
    if found is None or caller.run is not None or not may_with(caller.person, "read", found.model):
        raise missing(f"There are no artifacts at '{'/'.join(parts)[:300]}'.")
    if deed != "read":
        raise invalid("The files of a registered version never change. Register a new version.")
    return found
