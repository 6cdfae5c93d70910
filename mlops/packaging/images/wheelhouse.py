"""Wheels kept by their digest: fetched once, checked, and there from then on without a network."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import unquote, urlsplit

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.images.locks import Lock, Wheel
from mlops.packaging.images.progress import Progress

AT_ONCE = 4
CHUNK = 1 << 20
TRIES = 3
POLL_SECONDS = 0.2


class Wheelhouse:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, wheel: Wheel) -> Path:
        return self.folder / wheel.sha256 / wheel.filename

    def gather(self, lock: Lock, *, progress: Progress) -> None:
        """Has every wheel of the lock here. Raises Refusal: wheel_unreachable, wheel_changed."""
        missing = [wheel for wheel in lock.wheels if not self.path(wheel).is_file()]
        gone_off = Event()
        threads = Progress(wants_stop=gone_off.is_set)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            waiting = {pool.submit(self._fetch, wheel, threads) for wheel in missing}
            try:
                while waiting:
                    done, waiting = wait(waiting, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
                    progress.check()
                    for wheel in (one.result() for one in done):
                        size = self.path(wheel).stat().st_size
                        progress.say(f"Fetched {wheel.filename} ({size / 1e6:.1f} MB).")
            except BaseException:
                gone_off.set()
                for one in waiting:
                    one.cancel()
                raise

    @contextmanager
    def flat(self, lock: Lock) -> Iterator[Path]:
        """A folder with the wheels of the lock side by side, as installers want it."""
        with tempfile.TemporaryDirectory(prefix="mlops-wheels-") as name:
            for wheel in lock.wheels:
                os.symlink(self.path(wheel), Path(name) / wheel.filename)
            yield Path(name)

    def _fetch(self, wheel: Wheel, progress: Progress) -> Wheel:
        place = self.path(wheel)
        place.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
            try:
                found = _read(wheel, file, progress)
                if found != wheel.sha256:
                    raise Refusal(
                        "wheel_changed",
                        _("%(filename)s from %(url)s has the digest %(found)s…, not %(sha256)s….")
                        % {
                            "filename": wheel.filename,
                            "url": wheel.url,
                            "found": found[:12],
                            "sha256": wheel.sha256[:12],
                        },
                        hint=_("The file at the index was changed after the lock was made. Lock the packages anew."),
                    )
                os.replace(file.name, place)
            finally:
                Path(file.name).unlink(missing_ok=True)
        return wheel


def _read(wheel: Wheel, file: Any, progress: Progress) -> str:
    """Copies it; the result is its digest."""
    if wheel.url.startswith("file:"):
        source = Path(unquote(urlsplit(wheel.url).path))
        if not source.is_file():
            raise _unreachable(wheel, _("%(source)s is not there") % {"source": source})
        with source.open("rb") as opened:
            shutil.copyfileobj(opened, file, CHUNK)
        file.flush()
        return hashlib.file_digest(source.open("rb"), "sha256").hexdigest()
    return _download(wheel, file, progress)


def _download(wheel: Wheel, file: Any, progress: Progress) -> str:
    import httpx

    for attempt in range(1, TRIES + 1):
        digest = hashlib.sha256()
        file.seek(0)
        file.truncate()
        try:
            with httpx.stream("GET", wheel.url, follow_redirects=True, timeout=60.0) as answer:
                answer.raise_for_status()
                for chunk in answer.iter_bytes(CHUNK):
                    progress.check()
                    digest.update(chunk)
                    file.write(chunk)
            file.flush()
            return digest.hexdigest()
        except httpx.HTTPError as error:
            if attempt == TRIES:
                raise _unreachable(wheel, str(error) or type(error).__name__) from error
    raise AssertionError


def _unreachable(wheel: Wheel, why: str) -> Refusal:
    return Refusal(
        "wheel_unreachable",
        _("%(filename)s cannot be fetched from %(url)s: %(why)s.")
        % {"filename": wheel.filename, "url": wheel.url, "why": why},
        hint=_("Check the network and build again; wheels that were fetched are kept."),
    )
