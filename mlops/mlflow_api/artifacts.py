"""Files of runs through this server: listed by run, and through the proxy by the paths that `artifact_uri` begins."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase

from mlops.access.decisions import Deed, may
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import Answer, answer, streams
from mlops.mlflow_api.faults import invalid, missing
from mlops.mlflow_api.files import Shelf, given_out, keep, listed, remove
from mlops.mlflow_api.finding import active_run, as_key, id_of, model_of, run_of
from mlops.mlflow_api.given import Given
from mlops.mlflow_api.places import ARTIFACTS, MODELS, bad_path, is_kept_here, root_of, safe_path
from mlops.mlflow_api.runs import run_id_of
from mlops.mlflow_api.sources import REGISTRY
from mlops.registry.models import ModelVersion
from mlops.runs.models import LoggedModel, Run


def listed_of_run(caller: Caller, given: Given) -> Answer:
    run = run_of(caller, run_id_of(given))
    folder = safe_path(given.text("path"))
    files = listed(run, folder) if is_kept_here(run.experiment) else []
    return {"root_uri": root_of(run), "files": files}


@streams
def file_of_run(caller: Caller, request: HttpRequest) -> HttpResponseBase:
    """As pages of MLflow link to it."""
    run = run_of(caller, request.GET.get("run_id") or request.GET.get("run_uuid", ""))
    return given_out(request, run, _some(request.GET.get("path", "")))


@streams
def upload_to_run(caller: Caller, request: HttpRequest) -> HttpResponseBase:
    run = active_run(caller, request.GET.get("run_id") or request.GET.get("run_uuid", ""))
    keep(run, _some(request.GET.get("path", "")), request)
    return answer({})


def listed_by_path(caller: Caller, given: Given) -> Answer:
    """Names are told from the folder that was asked for."""
    shelf, folder = _place(caller, given.text("path"), "read")
    files = listed(shelf, folder)
    return {"files": [file | {"path": file["path"].rpartition("/")[2]} for file in files]}


@streams
def file_by_path(caller: Caller, request: HttpRequest, artifact: str) -> HttpResponseBase:
    shelf, inner = _place(caller, artifact, "read")
    return given_out(request, shelf, inner)


@streams
def upload_by_path(caller: Caller, request: HttpRequest, artifact: str) -> HttpResponseBase:
    shelf, inner = _place(caller, artifact, "contribute")
    assert not isinstance(shelf, ModelVersion)  # which is refused there
    keep(shelf, _some(inner), request)
    return answer({})


@streams
def remove_by_path(caller: Caller, request: HttpRequest, artifact: str) -> HttpResponseBase:
    shelf, inner = _place(caller, artifact, "contribute")
    assert not isinstance(shelf, ModelVersion)  # which is refused there
    remove(shelf, inner)
    return answer({})


def _place(caller: Caller, given: str, deed: Deed) -> tuple[Shelf, str]:
    """`EXPERIMENT/RUN/artifacts/…` or `EXPERIMENT/models/MODEL/artifacts/…` as whose file it is, and its path."""
    parts = safe_path(given).split("/")
    if parts[0] == REGISTRY and len(parts) > 2:
        return _version(caller, parts, deed), "/".join(parts[3:])
    of_model = len(parts) > 1 and parts[1] == MODELS
    begin = 3 if of_model else 2
    if len(parts) <= begin or parts[begin] != ARTIFACTS:
        raise missing(f"There are no artifacts at '{given[:300]}': paths begin with EXPERIMENT/RUN/{ARTIFACTS}.")
    shelf: Run | LoggedModel = model_of(caller, parts[2], deed) if of_model else run_of(caller, parts[1], deed)
    if parts[0] != id_of(shelf.experiment) or not is_kept_here(shelf.experiment):
        raise missing(f"There are no artifacts at '{given[:300]}'.")
    if deed != "read" and shelf.deleted_at is not None:
        raise invalid(f"'{given[:300]}' must be in the 'active' state. Current state is deleted.")
    inner = given.split("/", begin + 1)
    return shelf, safe_path(inner[begin + 1]) if len(inner) > begin + 1 else ""


def _version(caller: Caller, parts: list[str], deed: Deed) -> ModelVersion:
    """`registry/MODEL/NUMBER/…`: files that never change."""
    known = ModelVersion.objects.select_related("model__project").filter(model_id=as_key(parts[1]) or UUID(int=0))
    found = known.filter(number=int(parts[2])).first() if parts[2].isdecimal() else None
    if found is None or caller.run is not None or not may(caller.person, "read", found.model.project):
        raise missing(f"There are no artifacts at '{'/'.join(parts)[:300]}'.")
    if deed != "read":
        raise invalid("The files of a registered version never change. Register a new version.")
    return found


def _some(path: str) -> str:
    """The path of a file: not the root itself."""
    safe = safe_path(path)
    if not safe:
        raise bad_path()
    return safe
