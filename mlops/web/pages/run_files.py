"""The tab of outputs and files: the tree, a safe look at one file, and everything as it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mlops.blobs.trees import chunks, open_blob
from mlops.blobs.zipping import zipped
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal
from mlops.runs import queries
from mlops.runs.files import MOST_FILES, RunFile, file_at, logged, made, ran
from mlops.runs.models import Artifact, Run, Step
from mlops.runs.preview import PICTURES, preview
from mlops.runs.sharing import readable
from mlops.scans.policies import require_clean
from mlops.scans.standing import standing_of
from mlops.web.guard import signed_in
from mlops.web.pages.run_outputs import models_made, outputs_of

PARTS = {"artifacts": logged, "outputs": made, "code": ran}
NOTHING_RUNS = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


class Folder(msgspec.Struct, kw_only=True):
    """`path` names it in the page."""

    name: str
    path: str
    folders: dict[str, Folder]
    files: list[RunFile]
    size_bytes: int = 0
    count: int = 0


def context(request: HttpRequest, run: Run, steps: list[Step]) -> dict[str, Any]:
    place = request.GET.get("file", "")
    found: dict[str, Any] = {"outputs": outputs_of(run, steps), "place": place}
    found |= tree_of(run, [*logged(run), *made(run)], opened=place) | {"models": models_made(run)}
    if place:
        try:
            file = file_at(run, place)
            found |= {"file": file, "seen": preview(file)}
        except Refusal as refusal:
            found["problem"] = refusal
    return found


def tree_of(run: Run, files: list[RunFile], *, opened: str = "") -> dict[str, Any]:
    """With how each file stands (`scans`, by its place)."""
    root = Folder(name="", path="", folders={}, files=[])
    for file in files[:MOST_FILES]:
        here = root
        for part in file.place.split("/")[:-1]:
            path = f"{here.path}/{part}".lstrip("/")
            here = here.folders.setdefault(part, Folder(name=part, path=path, folders={}, files=[]))
            here.size_bytes += file.size_bytes
            here.count += 1
        here.files.append(file)
    standing = standing_of(map(_as_file, files[:MOST_FILES]), run.project)
    told = {"tree": root, "file_count": len(files), "most_files": MOST_FILES, "opened": opened}
    return told | {"scans": {file.path: file for file in standing.files}}


def _as_file(file: RunFile) -> File:
    return File(path=file.place, digest=file.digest, size_bytes=file.size_bytes)


@signed_in
@require_GET
def raw(request: HttpRequest, run_id: UUID, place: str) -> HttpResponseBase:
    """The bytes: pictures to be shown, anything else to be saved. Nothing that a browser would run."""
    run = _run_with(request.user, run_id, place)
    file = file_at(run, place)
    require_clean(request.user, run.project, [_as_file(file)], place="download", subject=f"runs/{run.pk}")
    kind = PICTURES.get(file.suffix)
    answer = StreamingHttpResponse(chunks(open_blob(file.digest)), content_type=kind or "application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(kind is None or "save" in request.GET, file.name) or ""
    answer["Content-Length"] = str(file.size_bytes)
    answer["Content-Security-Policy"] = NOTHING_RUNS
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _run_with(person: Any, run_id: UUID, place: str) -> Run:
    """Guests read the files that its code logged, and nothing else of it."""
    kind, _slash, path = place.partition("/")
    try:
        return queries.run(person, run_id)
    except Refusal:
        run = readable(person, run_id)
        if kind != "artifacts" or not Artifact.objects.filter(run=run, path=path).exists():
            raise
        return run


@signed_in
@require_GET
def archive(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """`?part=artifacts|outputs|code&under=`: as one zip."""
    run = queries.run(request.user, run_id)
    part = request.GET.get("part", "artifacts")
    if part not in PARTS:
        raise Refusal("part_unknown", _("“%(part)s” is no part of a run's files.") % {"part": part}, status=404)
    under = request.GET.get("under", "")
    found = [file for file in PARTS[part](run) if file.place.startswith(under)]
    if not found:
        raise Refusal("file_not_found", _("There are no such files in this run."), status=404)
    require_clean(request.user, run.project, map(_as_file, found), place="download", subject=f"runs/{run.pk}")
    files = [(file.place.partition("/")[2], file.digest) for file in found]
    answer = StreamingHttpResponse(zipped(files), content_type="application/zip")
    answer["Content-Disposition"] = content_disposition_header(True, f"run-{run.number}-{part}.zip") or ""
    return answer
