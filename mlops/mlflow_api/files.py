"""The files of a run or of a logged model by their paths: listed below a folder, kept, given out, removed."""

from __future__ import annotations

import mimetypes
import posixpath
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from mlops.access.models import Project
from mlops.blobs.flowing import flowing
from mlops.blobs.limits import Limited, Room
from mlops.blobs.models import Blob
from mlops.blobs.ranges import Unsatisfiable, asked_range
from mlops.blobs.trees import chunks, keep_stream, open_blob
from mlops.formats.manifest import File
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.faults import Fault, answer_of, missing
from mlops.quotas.storage import within_quota
from mlops.registry.models import ModelVersion
from mlops.registry.queries import files_of
from mlops.runs.logged_models import keep_model_file
from mlops.runs.logging import artifact_path, log_artifact
from mlops.runs.models import Artifact, LoggedModel, LoggedModelFile, Run
from mlops.scans.policies import require_clean
from mlops.traces.files import keep_trace_file
from mlops.traces.models import Trace, TraceFile

RUN_BY_BROWSERS = ("application/xhtml+xml", "image/svg+xml", "application/xml", "application/javascript")
SAFE_POLICY = "sandbox; default-src 'none'"


Shelf = Run | LoggedModel | Trace | ModelVersion


def listed(shelf: Shelf, folder: str) -> list[dict[str, Any]]:
    """What lies directly in the folder: files with their size, and folders; each by its path from the root."""
    start = f"{folder}/" if folder else ""
    found: dict[str, dict[str, Any]] = {}
    for path, size in _sizes(shelf, start):
        name, slash, _rest = path[len(start) :].partition("/")
        whole = start + name
        found[whole] = {"path": whole, "is_dir": True} if slash else _file(whole, size)
    return [found[path] for path in sorted(found)]


def keep(shelf: Run | LoggedModel | Trace, path: str, source: HttpRequest | BinaryIO) -> None:
    """Raises Refusal `upload_too_large`, `disk_full`, `quota_reached`."""
    place = artifact_path(path)
    told = int(source.headers.get("Content-Length") or 0) if isinstance(source, HttpRequest) else 0
    within = within_quota(project_of(shelf), cast(BinaryIO, source), told_bytes=told)
    limited = Limited(within, Room(name=posixpath.basename(place)))
    file_blob(shelf, place, keep_stream(cast(BinaryIO, limited)))


def file_blob(shelf: Run | LoggedModel | Trace, path: str, blob: Blob) -> None:
    if isinstance(shelf, Run):
        log_artifact(shelf, path, blob)
    elif isinstance(shelf, Trace):
        keep_trace_file(shelf, path, blob)
    else:
        keep_model_file(shelf, path, blob)


def remove(shelf: Run | LoggedModel | Trace, path: str) -> None:
    """A file, or a folder with all below it. What is not there needs no removal."""
    here = _all(shelf)
    (here.filter(Q(path=path) | Q(path__startswith=f"{path}/")) if path else here).delete()


def given_out(caller: Caller, request: HttpRequest, shelf: Shelf, path: str) -> HttpResponseBase:
    """As a download that no browser runs. Raises Fault `RESOURCE_DOES_NOT_EXIST`, and Refusal `files_refused`."""
    digest, size_bytes = stored_at(shelf, path)
    require_harmless(caller, shelf, File(path=path, digest=digest, size_bytes=size_bytes))
    return download(request, open_blob(digest), name=posixpath.basename(path), size_bytes=size_bytes)


def require_harmless(caller: Caller, shelf: Shelf, file: File) -> None:
    """As far as the project asks for it. Raises Refusal `files_refused`."""
    if isinstance(shelf, ModelVersion):
        subject = f"models/{shelf}"
    else:
        subject = f"{'runs' if isinstance(shelf, Run) else 'logged_models'}/{shelf.pk}"
    require_clean(caller.person, project_of(shelf), [file], place="download", subject=subject)


def project_of(shelf: Shelf) -> Project:
    if isinstance(shelf, ModelVersion):
        return shelf.model.project
    return shelf.project if isinstance(shelf, Run) else shelf.experiment.project


def stored_at(shelf: Shelf, path: str) -> tuple[str, int]:
    """Its digest and its size in bytes. Raises Fault `RESOURCE_DOES_NOT_EXIST`."""
    if isinstance(shelf, ModelVersion):
        found = next(((one.digest, one.size_bytes) for one in files_of(shelf) if one.path == path), None)
    else:
        found = _all(shelf).filter(path=path).values_list("blob_id", "size_bytes").first()
    if found is None:
        raise missing(f"No such artifact: '{path}'")
    return found


def _sizes(shelf: Shelf, start: str) -> Iterator[tuple[str, int]]:
    if isinstance(shelf, ModelVersion):
        return ((one.path, one.size_bytes) for one in files_of(shelf) if one.path.startswith(start))
    files = _all(shelf).filter(path__startswith=start) if start else _all(shelf)
    return files.values_list("path", "size_bytes").iterator()


def _all(shelf: Run | LoggedModel | Trace) -> QuerySet[Any]:
    if isinstance(shelf, Run):
        return Artifact.objects.filter(run=shelf)
    if isinstance(shelf, Trace):
        return TraceFile.objects.filter(trace=shelf)
    return LoggedModelFile.objects.filter(model=shelf)


def download(request: HttpRequest, source: BinaryIO, *, name: str, size_bytes: int) -> HttpResponseBase:
    """The whole file, or the part that the request asks for."""
    try:
        part = asked_range(request.headers.get("Range", ""), size_bytes)
    except Unsatisfiable:
        source.close()
        refused = answer_of(Fault("RANGE_NOT_SATISFIABLE", f"'{name}' has {size_bytes} bytes."))
        refused.headers["Content-Range"] = f"bytes */{size_bytes}"
        return refused
    first, count = (part.first, part.size_bytes) if part else (0, size_bytes)
    source.seek(first)
    pieces = chunks(source, most=count)
    answer = StreamingHttpResponse(flowing(request, pieces), content_type=kind_of(name))
    if part is not None:
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size_bytes}"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Length"] = str(count)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["Content-Security-Policy"] = SAFE_POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def kind_of(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or ("text/plain" if "." not in name else "application/octet-stream")
    return "text/plain" if kind in RUN_BY_BROWSERS or kind.startswith("text/") else kind


def _file(path: str, size: int) -> dict[str, Any]:
    return {"path": path, "is_dir": False, "file_size": size}
