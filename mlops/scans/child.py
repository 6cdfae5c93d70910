"""Has files read in a confined child process, which sees nothing of the server but them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops import env
from mlops.blobs.stores import store
from mlops.confinement.confining import MODES, Confinement, start
from mlops.scans.reading.verdicts import Finding, Found

FILE_SECONDS = 120.0
START_SECONDS = 20.0
PASSED_ON = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


class _Line(msgspec.Struct):
    name: str
    found: Found


def read_blobs(digests: Sequence[str], *, seconds: float = FILE_SECONDS) -> Iterator[tuple[str, Found]]:
    """What is found in each, as soon as it is known; `seconds` is for each. Those whose bytes are gone are left out.

    A file at which the child dies or stands still is suspicious; the rest is read by another child."""
    folder = Path(tempfile.mkdtemp(prefix="scan-", dir=_scratch()))
    try:
        waiting = _laid_out(digests, folder / "files")
        while waiting:
            read = 0
            for line in _asked(folder, waiting, seconds=seconds):
                read += 1
                yield line.name, line.found
            if read < len(waiting):
                yield waiting[read], _gave_up()
            waiting = waiting[read + 1 :]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _scratch() -> Path:
    folder = Path(settings.DATA_DIR) / "scans"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def clear_left_behind() -> None:
    """Folders of workers that were killed."""
    oldest = time.time() - 3600
    for folder in _scratch().iterdir():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _laid_out(digests: Sequence[str], files: Path) -> list[str]:
    files.mkdir()
    laid = []
    for digest in digests:
        try:
            store().fetch(digest, str(files / digest))
        except FileNotFoundError:
            continue
        laid.append(digest)
    return laid


def _asked(folder: Path, names: Sequence[str], *, seconds: float) -> Iterator[_Line]:
    own = folder / "own"
    own.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with tempfile.TemporaryFile() as errors:
        child = start(
            [sys.executable, "-m", "mlops.scans.reading", str(seconds), str(folder / "files"), *names],
            how=Confinement(
                mode=env.choice("MLOPS_JOB_CONFINEMENT", MODES),
                given=(str(folder / "files"),),
                writes=(str(own),),
                tmp=str(own),
                forbidden=(str(env.data_dir()),),
            ),
            cwd=str(settings.BASE_DIR),
            env={**kept, "HOME": str(own), "TMPDIR": str(own)},
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        try:
            yield from _lines(child, seconds=seconds)
        finally:
            _end(child)


def _lines(child: subprocess.Popen[bytes], *, seconds: float) -> Iterator[_Line]:
    """Until it ends, or is silent for longer than one file may take."""
    import selectors

    assert child.stdout is not None
    place, before = child.stdout.fileno(), b""
    with selectors.DefaultSelector() as selector:
        selector.register(place, selectors.EVENT_READ)
        while selector.select(seconds + START_SECONDS):
            piece = os.read(place, 64 * 1024)
            if not piece:
                return
            *whole, before = (before + piece).split(b"\n")
            for line in whole:
                yield msgspec.json.decode(line, type=_Line)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdout:
        child.stdout.close()


def _gave_up() -> Found:
    why = _("The process that looked through it ended before it was done: it takes too much time or memory.")
    finding = Finding(verdict="suspicious", what="too much to look through", why=why)
    return Found(verdict="suspicious", findings=[finding])
