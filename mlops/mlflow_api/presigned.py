"""Addresses of single files, to read them (also in ranges) and to send them to, without the header `Authorization`.

They are of this server, whatever its store is, so that clients need no way to the store itself."""

from __future__ import annotations

import posixpath
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from mlops.access.decisions import may
from mlops.blobs.trees import open_blob
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal
from mlops.mlflow_api import signed
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import answer, reads, streams
from mlops.mlflow_api.faults import Fault, answer_of, invalid, wrong_method
from mlops.mlflow_api.files import Shelf, download, keep, require_harmless, stored_at
from mlops.mlflow_api.finding import active_run, model_of, run_of
from mlops.mlflow_api.given import Given, of_request
from mlops.mlflow_api.places import SCHEME, is_kept_here, model_root_of, root_of
from mlops.mlflow_api.shelves import file_path, project_key, shelf_at
from mlops.mlflow_api.sites import refuse_other_sites
from mlops.registry.models import ModelVersion
from mlops.runs.logging import artifact_path
from mlops.runs.models import LoggedModel, Run

BASE = "/api/2.0/mlflow-artifacts/signed"
READ_SECONDS, SEND_SECONDS = 3600, 900


@streams
def by_path(caller: Caller, request: HttpRequest, artifact: str) -> HttpResponseBase:
    """What the address gives stays the same although the file is replaced meanwhile."""
    shelf, path = shelf_at(caller, artifact, "read")
    url, size_bytes = _to_read(caller, request, shelf, path, READ_SECONDS)
    return answer({"url": url, "headers": {}, "file_size": size_bytes})


@reads
@streams
def to_read(caller: Caller, request: HttpRequest) -> HttpResponseBase:
    given = of_request(request)
    run = run_of(caller, given.text("run_id", required=True))
    path, seconds = _path(given), _seconds(given, READ_SECONDS)
    _require_kept_here(run)
    url, size_bytes = _to_read(caller, request, run, path, seconds)
    return answer({"presigned_url": url, "headers": {}, "file_size": size_bytes})


@streams
def to_send(caller: Caller, request: HttpRequest) -> HttpResponseBase:
    """For one file of a run or of a logged model, which replaces the one before."""
    given = of_request(request)
    run_id, model_id = given.text("run_id"), given.text("model_id")
    if bool(run_id) == bool(model_id):
        raise invalid("Exactly one of run_id and model_id must be provided.")
    path, seconds = _path(given), _seconds(given, SEND_SECONDS)
    shelf = active_run(caller, run_id) if run_id else model_of(caller, model_id, "runs.track")
    _require_kept_here(shelf)
    root = root_of(shelf.experiment, shelf.pk) if isinstance(shelf, Run) else model_root_of(shelf)
    place = f"{root.removeprefix(f'{SCHEME}:/')}/{path}"
    token = signed.sign(signed.Place(place, caller.person.pk, signed.until(seconds)))
    return answer({"presigned_url": signed.address(request, f"{BASE}/{token}"), "headers": {}})


@csrf_exempt
def file(request: HttpRequest, base: str, token: str) -> HttpResponseBase:
    acts = {"GET": _give, "HEAD": _give, "PUT": _take}
    act = acts.get(str(request.method))
    if act is None:
        return wrong_method(request.method, ["GET", "PUT"])
    try:
        refuse_other_sites(request)
        return act(request, token)
    except Refusal as refusal:
        return answer_of(refusal)


def _give(request: HttpRequest, token: str) -> HttpResponseBase:
    found = signed.file_of(token)
    person, project = User.objects.filter(pk=found.person).first(), signed.project_of_file(found)
    if person is None or project is None or not may(person, "read", project):
        raise Fault("PERMISSION_DENIED", "Who asked for this address may not read there any more.")
    return download(request, open_blob(found.digest), name=found.name, size_bytes=found.size_bytes)


def _take(request: HttpRequest, token: str) -> HttpResponseBase:
    found = signed.place_of(token)
    person: Any = User.objects.filter(pk=found.person, is_active=True).first()
    if person is None:
        raise Fault("PERMISSION_DENIED", "Who asked for this address may not write there any more.")
    shelf, path = shelf_at(Caller(person=person), found.path, "runs.track")
    assert not isinstance(shelf, ModelVersion)  # which is refused there
    keep(shelf, file_path(path), request)
    return answer({})


def _to_read(caller: Caller, request: HttpRequest, shelf: Shelf, path: str, seconds: int) -> tuple[str, int]:
    """The address, and the size of the file in bytes."""
    digest, size_bytes = stored_at(shelf, path)
    require_harmless(caller, shelf, File(path=path, digest=digest, size_bytes=size_bytes))
    name = posixpath.basename(path)
    until = signed.until(seconds)
    token = signed.sign(signed.File(digest, size_bytes, name, caller.person.pk, project_key(shelf), until))
    return signed.address(request, f"{BASE}/{token}"), size_bytes


def _path(given: Given) -> str:
    return artifact_path(file_path(given.text("path", required=True)))


def _seconds(given: Given, default: int) -> int:
    seconds = given.whole("expiration", default=default)
    if not 1 <= seconds <= signed.LONGEST:
        raise invalid(f"expiration must be between 1 and {signed.LONGEST} seconds (got {seconds}).")
    return seconds


def _require_kept_here(shelf: Run | LoggedModel) -> None:
    if not is_kept_here(shelf.experiment):
        raise invalid(
            f"The files of this experiment lie at '{shelf.experiment.artifact_location}', outside of this server, which"
            " holds no login for that place: write and read there by yourself."
        )
