"""The files of a data asset on its page: folder by folder, with a look at texts and images."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mlops.blobs.flowing import flowing
from mlops.blobs.trees import chunks, manifest_of, open_blob
from mlops.datasets import errors, queries
from mlops.datasets.browsing import MOST_AT_ONCE, listing
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal, nearest
from mlops.scans.policies import require_clean
from mlops.scans.standing import standing_of
from mlops.web.guard import signed_in

TEXT_BYTES = 64 * 1024
FILES_A_PAGE = 100
IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
"""Kinds that cannot carry a script, known by their first bytes and not by their names."""
POLICY = "sandbox; default-src 'none'"


def files_context(request: HttpRequest, version: DatasetVersion) -> dict[str, Any]:
    """`below`: a folder; `file`: one of its files, to be looked at."""
    if version.files_id is None:
        return {"is_elsewhere": True}
    chosen = request.GET.get("file", "")
    below = chosen.rpartition("/")[0] if chosen else request.GET.get("below", "").strip("/")
    page_number = request.GET.get("page", "1")
    number = int(page_number[:6]) if page_number.isdecimal() else 1
    found = listing(version, below=below, offset=max(0, number - 1) * FILES_A_PAGE, limit=FILES_A_PAGE)
    parts = below.split("/") if below else []
    shown = [
        File(path=one.path, digest=one.sha256, size_bytes=one.size_bytes) for one in found.entries if not one.is_folder
    ]
    standing = standing_of(shown, version.dataset.project)
    return {
        "scans": {file.path: file for file in standing.files},
        "listing": found,
        "page": Paginator(range(found.count), FILES_A_PAGE).get_page(number),
        "trail": [(part, "/".join(parts[: place + 1])) for place, part in enumerate(parts)],
        "chosen": _look(version, chosen) if chosen else None,
    }


@signed_in
@require_GET
def raw_file(request: HttpRequest, dataset_id: UUID, number: int) -> StreamingHttpResponse:
    """An image inline; everything else as a download that no browser runs."""
    version = queries.version(queries.dataset(request.user, dataset_id), number)
    if version.state != VersionState.READY:
        raise errors.not_ready(version)
    file = _file(version, request.GET.get("path", ""))
    project = version.dataset.project
    require_clean(request.user, project, [file], place="download", subject=f"datasets/{dataset_id}")
    kind = _image_kind(file)
    flow = flowing(request, chunks(open_blob(file.digest)))
    answer = StreamingHttpResponse(flow, content_type=kind or "application/octet-stream")
    name = file.path.rpartition("/")[2]
    answer.headers["Content-Disposition"] = content_disposition_header(not kind, name) or "attachment"
    answer.headers["Content-Length"] = str(file.size_bytes)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _look(version: DatasetVersion, chosen: str) -> dict[str, Any]:
    file = _file(version, chosen)
    told: dict[str, Any] = {"path": file.path, "size_bytes": file.size_bytes, "sha256": file.digest}
    if _image_kind(file):
        return told | {"is_image": True}
    with open_blob(file.digest) as source:
        head = source.read(TEXT_BYTES)
    text = _as_text(head)
    return told | {"text": text, "is_cut": text is not None and file.size_bytes > TEXT_BYTES}


def _as_text(head: bytes) -> str | None:
    """None for what is no text. The last character may be cut in two."""
    if b"\0" in head:
        return None
    for end in range(4):
        try:
            return head[: len(head) - end].decode("utf-8")
        except UnicodeDecodeError:
            continue
    return None


def _image_kind(file: File) -> str:
    with open_blob(file.digest) as source:
        head = source.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in IMAGES.items() if head.startswith(magic)), "")


def _file(version: DatasetVersion, wanted: str) -> File:
    if version.files_id is None:
        raise Refusal("file_not_found", _("This version keeps no files."), status=404)
    files = manifest_of(version.files_id).files
    found = next((file for file in files if file.path == wanted), None)
    if found is None:
        message = _("There is no file “%(path)s” in “%(version)s”.") % {"path": wanted[:200], "version": version}
        known = [file.path for file in files[:MOST_AT_ONCE]]
        raise Refusal("file_not_found", message, hint=nearest(wanted, known), status=404)
    return found


urlpatterns: list[URLPattern] = [
    path("datasets/<uuid:dataset_id>/versions/<int:number>/file/", raw_file, name="dataset-file"),
]
