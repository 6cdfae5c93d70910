"""Large files through the proxy: sent in parts to signed addresses, put together here.

The parts of a file go to this server, whatever its store is, so that clients need no way to the store itself."""

from __future__ import annotations

import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from mlops.access.decisions import may
from mlops.access.models import Project
from mlops.blobs import parted
from mlops.blobs.models import PartedFile
from mlops.formats.refusal import Refusal
from mlops.mlflow_api import signed
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import Answer, answer, streams
from mlops.mlflow_api.faults import Fault, answer_of, missing, wrong_method
from mlops.mlflow_api.files import Shelf, file_blob, project_of
from mlops.mlflow_api.finding import as_key
from mlops.mlflow_api.given import Given, of_request
from mlops.mlflow_api.shelves import file_path, project_key, shelf_at
from mlops.mlflow_api.sites import refuse_other_sites
from mlops.quotas.storage import foresee_bytes, require_bytes
from mlops.registry.models import ModelVersion
from mlops.runs.logging import artifact_path
from mlops.runs.models import LoggedModel, Run
from mlops.traces.models import Trace

BASE = "/api/2.0/mlflow-artifacts"


@streams
def create(caller: Caller, request: HttpRequest, folder: str = "") -> HttpResponseBase:
    """`path` in the body is the client's own; its last name is that of the file."""
    given = of_request(request)
    place = _place(folder, given)
    shelf, path = _shelf(caller, place)
    artifact_path(path)
    count = given.whole("num_parts", default=1)
    begun = parted.begin(caller.person, purpose=_purpose(shelf, place), count=count)
    credentials = [
        {
            "url": signed.address(request, f"{BASE}/mpu/parts/{signed.sign(signed.Part(begun.pk, number))}"),
            "part_number": number,
            "headers": {},
        }
        for number in range(1, count + 1)
    ]
    return answer({"upload_id": begun.pk.hex, "credentials": credentials})


@streams
def complete(caller: Caller, request: HttpRequest, folder: str = "") -> HttpResponseBase:
    given = of_request(request)
    place = _place(folder, given)
    shelf, path = _shelf(caller, place)
    told = [Given(one) for one in given.records("parts", required=True)]
    blob = parted.complete(_begun(caller, given, place), [(one.whole("part_number"), _digest(one)) for one in told])
    require_bytes(project_of(shelf), blob.size_bytes)
    file_blob(shelf, artifact_path(path), blob)
    return answer({})


def abort(caller: Caller, given: Given, folder: str = "") -> Answer:
    """One that is not there is aborted already."""
    place = _place(folder, given)
    _shelf(caller, place)
    key = as_key(given.text("upload_id", required=True)) or UUID(int=0)
    for one in PartedFile.objects.filter(pk=key, created_by=caller.person, purpose__place=place):
        parted.abort(one)
    return {}


@csrf_exempt
def part(request: HttpRequest, base: str, token: str) -> HttpResponseBase:
    if request.method != "PUT":
        return wrong_method(request.method, ["PUT"])
    try:
        refuse_other_sites(request)
        found = signed.part_of(token)
        begun = PartedFile.objects.select_related("created_by").filter(pk=found.parted).first()
        if begun is None:
            raise missing("This upload was aborted, or it is too old.")
        project = Project.objects.filter(pk=begun.purpose.get("project")).first()
        if project is None or not may(begun.created_by, "runs.track", project):
            raise Fault("PERMISSION_DENIED", "Who began this upload may not write there any more.")
        foresee_bytes(project, parted.received_bytes(begun) + int(request.headers.get("Content-Length") or 0))
        digest = parted.keep_part(begun, found.number, request)  # type: ignore[arg-type]
    except Refusal as refusal:
        return answer_of(refusal)
    return HttpResponse(headers={"ETag": f'"{digest}"'})


def _place(folder: str, given: Given) -> str:
    name = re.split(r"[/\\]", given.text("path", required=True))[-1]
    return f"{folder.rstrip('/')}/{name}"


def _shelf(caller: Caller, place: str) -> tuple[Run | LoggedModel | Trace, str]:
    shelf, inner = shelf_at(caller, place, "runs.track")
    assert not isinstance(shelf, ModelVersion)  # which is refused there
    return shelf, file_path(inner)


def _begun(caller: Caller, given: Given, place: str) -> PartedFile:
    """Only who began it, for the place that was named then."""
    key = as_key(given.text("upload_id", required=True)) or UUID(int=0)
    found = PartedFile.objects.select_related("blob").filter(pk=key, created_by=caller.person).first()
    if found is None or found.purpose.get("place") != place:
        raise missing(f"There is no upload '{given.text('upload_id')[:100]}' for '{place[:300]}'.")
    return found


def _digest(part: Given) -> str:
    return part.text("etag").removeprefix("W/").strip('"')


def _purpose(shelf: Shelf, place: str) -> dict[str, str]:
    return {"place": place, "project": str(project_key(shelf))}
