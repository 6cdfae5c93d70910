"""Files of runs through this server: listed by run, and through the proxy by the paths that `artifact_uri` begins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import Answer, answer, streams
from mlops.mlflow_api.faults import invalid
from mlops.mlflow_api.files import given_out, keep, listed, remove
from mlops.mlflow_api.finding import active_run, model_of, run_of
from mlops.mlflow_api.given import Given
from mlops.mlflow_api.places import is_kept_here, root_of, safe_path
from mlops.mlflow_api.runs import run_id_of
from mlops.mlflow_api.shelves import file_path, shelf_at
from mlops.mlflow_api.traces import spans_file
from mlops.registry.models import ModelVersion
from mlops.traces.files import SPANS
from mlops.traces.models import Trace

MOST_BYTES_OF_PAGES = 10 * 2**20


def listed_of_run(caller: Caller, given: Given) -> Answer:
    run = run_of(caller, run_id_of(given))
    folder = safe_path(given.text("path"))
    files = listed(run, folder) if is_kept_here(run.experiment) else []
    return {"root_uri": root_of(run.experiment, run.pk), "files": files}


@streams
def file_of_run(caller: Caller, request: HttpRequest) -> HttpResponseBase:
    """As pages of MLflow link to it."""
    run = run_of(caller, request.GET.get("run_id") or request.GET.get("run_uuid", ""))
    return given_out(caller, request, run, file_path(request.GET.get("path", "")))


@streams
def file_of_model(caller: Caller, request: HttpRequest, logged_id: str) -> HttpResponseBase:
    model = model_of(caller, logged_id)
    return given_out(caller, request, model, file_path(request.GET.get("artifact_file_path", "")))


@streams
def upload_to_run(caller: Caller, request: HttpRequest) -> HttpResponseBase:
    """A small file, as pages of MLflow send it."""
    wanted, given = request.GET.get("run_uuid") or request.GET.get("run_id", ""), request.GET.get("path", "")
    for name, value in (("run_uuid", wanted), ("path", given)):
        if not value:
            raise invalid(f"Request must specify {name}.")
    path, size = file_path(given), int(request.headers.get("Content-Length") or 0)
    if size == 0:
        raise invalid("Request must specify data.")
    if size > MOST_BYTES_OF_PAGES:
        raise invalid(f"Artifact size is too large. Max size is {MOST_BYTES_OF_PAGES // 2**20}MB.")
    keep(active_run(caller, wanted), path, request)
    return answer({})


def listed_by_path(caller: Caller, given: Given) -> Answer:
    """Names are told from the folder that was asked for."""
    shelf, folder = shelf_at(caller, given.text("path"), "read")
    files = listed(shelf, folder)
    return {"files": [file | {"path": file["path"].rpartition("/")[2]} for file in files]}


@streams
def file_by_path(caller: Caller, request: HttpRequest, artifact: str) -> HttpResponseBase:
    shelf, inner = shelf_at(caller, artifact, "read")
    if isinstance(shelf, Trace) and inner == SPANS and shelf.has_spans:
        return spans_file(request, shelf)
    return given_out(caller, request, shelf, inner)


@streams
def upload_by_path(caller: Caller, request: HttpRequest, artifact: str) -> HttpResponseBase:
    shelf, inner = shelf_at(caller, artifact, "runs.track")
    assert not isinstance(shelf, ModelVersion)  # which is refused there
    keep(shelf, file_path(inner), request)
    return answer({})


@streams
def remove_by_path(caller: Caller, request: HttpRequest, artifact: str) -> HttpResponseBase:
    shelf, inner = shelf_at(caller, artifact, "runs.track")
    assert not isinstance(shelf, ModelVersion)  # which is refused there
    remove(shelf, inner)
    return answer({})
