"""The tab with a version's files, and a safe look at one of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal, nearest
from mlops.registry import queries
from mlops.registry.models import ModelVersion
from mlops.runs.files import RunFile
from mlops.runs.preview import preview


def files_context(request: HttpRequest, version: ModelVersion) -> dict[str, Any]:
    files = queries.files_of(version)
    found: dict[str, Any] = {"files": files, "opened": request.GET.get("file", "")}
    if not found["opened"]:
        return found
    try:
        file = _named(files, found["opened"])
        seen = preview(RunFile(place=file.path, digest=file.digest, size_bytes=file.size_bytes))
    except Refusal as refusal:
        return found | {"file_problem": refusal}
    return found | {"file": file, "seen": seen}


def _named(files: tuple[File, ...], path: str) -> File:
    for file in files:
        if file.path == path:
            return file
    raise Refusal(
        "file_not_found",
        _("This version has no file “%(path)s”.") % {"path": path[:200]},
        hint=nearest(path, [file.path for file in files]),
        status=404,
    )
