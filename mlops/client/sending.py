"""Files to the server piece by piece (tus 1.0.0): tried again after a broken connection, and gone on with by the next
command after a kill. Where each upload is, is written down beside the credentials, by what the file is."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlops.client.connection import Connection
from mlops.client.errors import RequestFailed
from mlops.formats.refusal import Refusal

ADDRESS = "/api/v1/sent-files/"
PIECE_BYTES = 8 * 1024 * 1024
WAIT_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
READING_SECONDS = 3600.0
TUS = {"Tus-Resumable": "1.0.0"}
GONE = (404, 410)
WORTH_BYTES = 64 * 1024 * 1024
MOST_FILES = 2_000


def is_worth_it(files: Sequence[tuple[str, Path]]) -> bool:
    """Small files go in one request, and so do very many: each by itself would take longer than to begin anew."""
    return len(files) <= MOST_FILES and sum(place.stat().st_size for _name, place in files) >= WORTH_BYTES


def send_all(connection: Connection, files: Sequence[tuple[str, Path]], *, project: str) -> list[dict[str, str]]:
    """`files`: the path told to the server, and where it is here. What the server then calls `sent`."""
    progress = _Progress(sum(place.stat().st_size for _name, place in files), len(files))
    sent = [{"id": _send(connection, name, place, project, progress), "path": name} for name, place in files]
    for one in sent:
        _wait(connection, one["id"])
    progress.end()
    return sent


def forget(sent: Sequence[dict[str, str]]) -> None:
    """Something was made of them."""
    known = _known()
    ids = {one["id"] for one in sent}
    _write({key: value for key, value in known.items() if value not in ids})


def _send(connection: Connection, name: str, place: Path, project: str, progress: _Progress) -> str:
    key = _key(connection, name, place, project)
    known = _known().get(key, "")
    offset = _offset(connection, known) if known else None
    if offset is None:
        known, offset = _begin(connection, name, place, project), 0
        _write(_known() | {key: known})
    elif offset:
        print(f"{name}: goes on at {offset / 1e6:.1f} MB.", file=sys.stderr)
    progress.passed(offset)
    with place.open("rb") as file:
        size, failed = place.stat().st_size, 0
        while offset < size:
            file.seek(offset)
            piece = file.read(PIECE_BYTES)
            if not piece:
                raise Refusal("file_changed", f"{place} became shorter while it was sent.", hint="Try it again.")
            try:
                offset, failed = _append(connection, known, piece, offset), 0
                progress.add(len(piece))
            except Refusal as refusal:
                failed += 1
                if not _may_pass(refusal) or failed > len(WAIT_SECONDS):
                    raise
                time.sleep(WAIT_SECONDS[failed - 1])
                told = _offset(connection, known, patient=True)
                offset = offset if told is None else told
    return known


def _begin(connection: Connection, name: str, place: Path, project: str) -> str:
    told = {"filename": name, "project": project}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
    headers = TUS | {"Upload-Length": str(place.stat().st_size), "Upload-Metadata": metadata}
    return str(connection.answer("POST", ADDRESS, headers=headers).json()["id"])


def _append(connection: Connection, upload: str, piece: bytes, offset: int) -> int:
    checksum = base64.b64encode(hashlib.sha256(piece).digest()).decode()
    headers = TUS | {"Upload-Offset": str(offset), "Upload-Checksum": f"sha256 {checksum}"}
    headers["Content-Type"] = "application/offset+octet-stream"
    answer = connection.answer("PATCH", f"{ADDRESS}{upload}/", content=piece, headers=headers)
    return int(answer.headers["Upload-Offset"])


def _offset(connection: Connection, upload: str, *, patient: bool = False) -> int | None:
    """How far it is; None where the server has it no more, or (if `patient`) cannot tell at the moment."""
    try:
        return int(connection.answer("HEAD", f"{ADDRESS}{upload}/", headers=TUS).headers["Upload-Offset"])
    except Refusal as refusal:
        if refusal.status in GONE or (patient and _may_pass(refusal)):
            return None
        raise


def _may_pass(refusal: Refusal) -> bool:
    """No answer, a fault of the server, another request at the same upload, a damaged piece, or a wrong offset."""
    return isinstance(refusal, RequestFailed) or refusal.status in (409, 423, 429, 460)


def _wait(connection: Connection, upload: str) -> None:
    """Until the server has read it to its end. Raises Refusal `upload_damaged`."""
    deadline = time.monotonic() + READING_SECONDS
    while (told := connection.get(f"{ADDRESS}{upload}/"))["state"] != "ready":
        if told["state"] == "damaged":
            raise Refusal("upload_damaged", told["problem"], hint="Send the file again.")
        if time.monotonic() > deadline:
            raise Refusal("upload_slow", f"The server is not done with “{told['name']}”.", hint="Does a worker run?")
        time.sleep(0.3)


def _key(connection: Connection, name: str, place: Path, project: str) -> str:
    facts = place.stat()
    told = [connection.url, project, name, str(place.resolve()), str(facts.st_size), str(facts.st_mtime_ns)]
    return hashlib.sha256("\0".join(told).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _place() -> Path:
    """As the tools of XDG keep what may be lost."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "mlops" / "uploads.json"


def _known() -> dict[str, str]:
    try:
        found: Any = json.loads(_place().read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(known: dict[str, str]) -> None:
    """A folder that cannot be written only means that a killed upload begins anew."""
    place = _place()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.{os.getpid()}")
        draft.write_text(json.dumps(dict(list(known.items())[-1000:])))
        draft.replace(place)
    except OSError:
        return


class _Progress:
    """On a terminal a line that is written anew; elsewhere one at each tenth of a large upload."""

    LARGE_BYTES = 100_000_000

    def __init__(self, size: int, files: int) -> None:
        self._size, self._files, self._sent, self._told, self._tenth = size, files, 0, 0.0, 0
        self._began, self._here = time.monotonic(), 0
        self._tell = sys.stderr.isatty()

    def passed(self, count: int) -> None:
        self._sent += count

    def add(self, count: int) -> None:
        self._sent += count
        self._here += count
        tenth = int(10 * self._sent / max(self._size, 1))
        if self._tell and time.monotonic() - self._told > 0.2:
            self._told = time.monotonic()
            print(f"\r{self._words()}", end="", file=sys.stderr)
        elif not self._tell and self._size > self.LARGE_BYTES and tenth > self._tenth:
            self._tenth = tenth
            print(self._words(), file=sys.stderr)

    def end(self) -> None:
        if self._tell:
            print(f"\r{self._words()}", file=sys.stderr)

    def _words(self) -> str:
        share = self._sent / self._size if self._size else 1.0
        pace = self._here / max(time.monotonic() - self._began, 0.1)
        left = f", {(self._size - self._sent) / pace:.0f} s left" if pace and share < 1 else ""
        what = f"{self._files:,} files" if self._files > 1 else "1 file"
        return f"{what}: {share:4.0%} of {self._size / 1e6:.1f} MB, {pace / 1e6:.1f} MB/s{left}   "
