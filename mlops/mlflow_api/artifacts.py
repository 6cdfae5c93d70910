"""Files of runs through this server: listed by run, and through the proxy by the paths that `artifact_uri` begins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from mlops.access.decisions import Deed
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import Answer, answer, streams
from mlops.mlflow_api.faults import invalid, missing
from mlops.mlflow_api.files import given_out, keep, listed, remove
from mlops.mlflow_api.finding import active_run, id_of, run_of
from mlops.mlflow_api.given import Given
from mlops.mlflow_api.places import ARTIFACTS, bad_path, is_kept_here, root_of, safe_path
from mlops.mlflow_api.runs import run_id_of
from mlops.runs.models import Run


def listed_of_run(caller: Caller, given: Given) -> Answer:
    run = run_of(caller, run_id_of(given))
    folder = safe_path(given.text("path"))
    files = listed(run, folder) if is_kept_here(run) else []
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
    run, folder = _place(caller, given.text("path"), "read")
    files = listed(run, folder)
    return {"files": [file | {"path": file["path"].rpartition("/")[2]} for file in files]}


@streams
def file_by_path(caller: Caller, request: HttpRequest, artifact: str) -> HttpResponseBase:
    run, inner = _place(caller, artifact, "read")
    return given_out(request, run, inner)


@streams
def upload_by_path(caller: Caller, request: HttpRequest, artifact: str) -> HttpResponseBase:
    run, inner = _place(caller, artifact, "contribute")
    keep(run, _some(inner), request)
    return answer({})


@streams
def remove_by_path(caller: Caller, request: HttpRequest, artifact: str) -> HttpResponseBase:
    run, inner = _place(caller, artifact, "contribute")
    remove(run, inner)
    return answer({})


def _place(caller: Caller, given: str, deed: Deed) -> tuple[Run, str]:
    """`EXPERIMENT/RUN/artifacts/…` as a run and the path below its root."""
    parts = safe_path(given).split("/")
    if len(parts) < 3 or parts[2] != ARTIFACTS:
        raise missing(f"There are no artifacts at '{given[:300]}': paths begin with EXPERIMENT/RUN/{ARTIFACTS}.")
    run = run_of(caller, parts[1], deed)
    if parts[0] != id_of(run.experiment) or not is_kept_here(run):
        raise missing(f"There are no artifacts at '{given[:300]}'.")
    if deed != "read" and run.deleted_at is not None:
        raise invalid(f"The run {parts[1]} must be in the 'active' state. Current state is deleted.")
    return run, safe_path(given.split("/", 3)[3]) if len(parts) > 3 else ""


def _some(path: str) -> str:
    """The path of a file: not the root itself."""
    safe = safe_path(path)
    if not safe:
        raise bad_path()
    return safe
