"""Exports as streams: the child process writes the archive, and it is sent as it comes; nothing of it is held."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.collected.children import MODULE
from mlops.collected.reading import USUAL, fetched, label_parts, parts_of
from mlops.collected.saving import check_window, nothing_collected
from mlops.datasets.children import MEMORY_BYTES, child_environment
from mlops.deployments.models import Endpoint
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.packaging.scratch import scratch

FORMATS = ("csv", "parquet")
SUBSCRIPTION, RESOURCE_GROUP = "00000000-0000-0000-0000-000000000000", "mlops"
"""There is no such thing here, but the documented path has places for them."""
PIECE_BYTES = 256 * 1024
ERRORS = "errors"


def export(
    request: HttpRequest,
    endpoint: Endpoint,
    *,
    format: str = "csv",
    deployments: Sequence[str] = (),
    start: datetime | None = None,
    end: datetime | None = None,
    designations: Sequence[str] = (),
) -> StreamingHttpResponse:
    """A zip archive. Raises Refusal before the first byte; what breaks later cuts the connection."""
    archive = Archive(endpoint, request.user, format, deployments, start, end, designations)
    pieces = archive.flow() if hasattr(request, "scope") else archive.pieces()
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{endpoint.name}-collected.zip")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


class Archive:
    """Begun at once, so that what is wrong is said before anything is sent."""

    def __init__(
        self,
        endpoint: Endpoint,
        actor: Any,
        format: str,
        deployments: Sequence[str],
        start: datetime | None,
        end: datetime | None,
        designations: Sequence[str],
    ) -> None:
        require(actor, "collected.use", endpoint.project)
        if format not in FORMATS:
            message = _("“%(format)s” is no format of an export.") % {"format": format}
            hint = nearest(format, FORMATS) or _("Choose csv or parquet.")
            raise Refusal("format_unknown", message, hint=hint, where=Where(parameter="format", value=format))
        check_window(endpoint, start, end, deployments)
        parts = list(parts_of(endpoint, deployments=deployments, start=start, end=end))
        if not parts:
            raise nothing_collected(endpoint)
        wanted = _designations(parts, designations)
        self._folder = Path(tempfile.mkdtemp(prefix="export-", dir=scratch()))
        try:
            order = {
                "path": str(self._folder),
                "parts": fetched(parts, self._folder),
                "labels": fetched(list(label_parts(endpoint, start)) if "labels" in wanted else [], self._folder),
                "start": start,
                "end": end,
                "designations": wanted,
                "with_mirrored": bool(deployments),
                "format": format,
                "place": _place(endpoint),
                "memory_bytes": settings.STEP_MEMORY_BYTES or MEMORY_BYTES,
            }
            self._child = _started(order, self._folder / ERRORS)
            assert self._child.stdout is not None
            self._first = self._child.stdout.read1(PIECE_BYTES)  # type: ignore[attr-defined]
            if not self._first:
                self._child.wait()
                raise Refusal("export_broke", _("The export came to nothing: %(why)s") % {"why": self._why()})
        except BaseException:
            self.end()
            raise

    def pieces(self) -> Iterator[bytes]:
        try:
            piece = self._first
            while piece:
                yield piece
                piece = self._read()
        finally:
            self.end()

    async def flow(self) -> AsyncIterator[bytes]:
        """Under ASGI a plain iterator would be gathered in memory first."""
        try:
            piece = self._first
            while piece:
                yield piece
                piece = await asyncio.to_thread(self._read)
        finally:
            await asyncio.to_thread(self.end)

    def end(self) -> None:
        """Whoever goes away early ends it."""
        child = getattr(self, "_child", None)
        if child is not None and child.poll() is None:
            child.kill()
            child.wait()
        if child is not None:
            child.stdin.close()
            child.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self) -> bytes:
        assert self._child.stdout is not None
        piece: bytes = self._child.stdout.read1(PIECE_BYTES)  # type: ignore[attr-defined]
        if not piece and self._child.wait() != 0:
            raise RuntimeError(f"The export broke off: {self._why()}")
        return piece

    def _why(self) -> str:
        lines = (self._folder / ERRORS).read_text(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else ""


def _started(order: dict[str, Any], errors: Path) -> subprocess.Popen[bytes]:
    with errors.open("wb") as told:
        child = subprocess.Popen(
            [sys.executable, "-m", MODULE, "export"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            cwd=settings.BASE_DIR,
            env=child_environment(),
            start_new_session=True,
        )
    assert child.stdin is not None
    child.stdin.write(msgspec.json.encode(order) + b"\n")
    child.stdin.flush()
    return child


def _designations(parts: Sequence[Any], wanted: Sequence[str]) -> tuple[str, ...]:
    known = list(dict.fromkeys([*USUAL, *(name for part in parts for name in part.designations)]))
    for name in wanted:
        if name not in known:
            message = _("Nothing was collected under the designation “%(name)s”.") % {"name": name}
            hint = nearest(name, known) or _("There are: %(names)s.") % {"names": ", ".join(known)}
            raise Refusal("designation_unknown", message, hint=hint, where=Where(parameter="designations", value=name))
    return tuple(wanted) or tuple(known)


def _place(endpoint: Endpoint) -> dict[str, str]:
    return {
        "subscription": SUBSCRIPTION,
        "resource_group": RESOURCE_GROUP,
        "workspace": endpoint.project.slug,
        "service": endpoint.name,
    }
