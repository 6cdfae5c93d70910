"""Runs SQL in a confined child process: it sees a folder with the tables of the order, and nothing else of the server.
Too slow, too large or broken, it is ended, and a refusal says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops import env
from mlops.analytics.engine.orders import Form, Order, Result, Seen
from mlops.confinement.confining import MODES, Confinement, start
from mlops.formats.refusal import Refusal, refusal_of
from mlops.work.children import end, give

MODULE = "mlops.analytics.engine"
PASSED_ON = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
SECONDS = 30.0
EXPORT_SECONDS = 300.0
MEMORY_BYTES = 1024**3
MOST_BYTES = 32 * 1024**2
OLDEST_SECONDS = 3600.0


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder of its own for one question, removed after it."""
    home = Path(settings.DATA_DIR) / "analytics"
    home.mkdir(parents=True, exist_ok=True)
    _clear(home)
    folder = Path(tempfile.mkdtemp(prefix="ask-", dir=home)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def ask(
    folder: Path,
    tables: Sequence[Seen],
    sql: str,
    *,
    count_sql: str = "",
    form: Form = "rows",
    is_free: bool = False,
    most_rows: int,
    seconds: float = SECONDS,
) -> Result:
    """`is_free`: the query is a person's own; `count_sql`: asked beside, as in Order. Raises Refusal, of a query that
    takes too long as well."""
    order = Order(
        folder=str(folder),
        tables=tuple(tables),
        sql=sql,
        count_sql=count_sql,
        form=form,
        is_free=is_free,
        most_rows=most_rows,
        most_bytes=MOST_BYTES,
        memory_bytes=MEMORY_BYTES,
        cpu_seconds=int(seconds * 2) + 5,
    )
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:
        child = _started(folder, answer, errors)
        try:
            give(child, msgspec.json.encode(order) + b"\n")
            status = _wait(child, seconds)
        finally:
            end(child)
        answer.seek(0)
        told = answer.read()
        if not told:
            raise _died(status, errors)
    found = msgspec.json.decode(told)
    if "refusal" in found:
        problem = found["refusal"]
        raise refusal_of({**problem, "message": problem["detail"], "where": problem.get("where", {})})
    return msgspec.convert(found["result"], Result)


def opened(result: Result) -> BinaryIO:
    """Its file, which may then be removed from its folder."""
    return Path(result.file).open("rb")


def _started(folder: Path, answer: Any, errors: Any) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return start(
        [sys.executable, "-m", MODULE],
        how=Confinement(
            mode=env.choice("MLOPS_JOB_CONFINEMENT", MODES),
            writes=(str(folder),),
            tmp=str(folder),
            forbidden=(str(env.data_dir()),),
        ),
        cwd=str(settings.BASE_DIR),
        env={**kept, "HOME": str(folder), "TMPDIR": str(folder), "POLARS_MAX_THREADS": "2"},
        stdin=subprocess.PIPE,
        stdout=answer,
        stderr=errors,
        start_new_session=True,
    )


def _wait(child: subprocess.Popen[bytes], seconds: float) -> int:
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        raise Refusal(
            "query_too_slow",
            _("The query took longer than %(seconds)d seconds and was stopped.") % {"seconds": seconds},
            hint=_("Read fewer rows: choose a shorter time, or group before you join."),
            status=422,
        ) from None


def _died(status: int, errors: Any) -> Refusal:
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - 4000))
    last = errors.read().decode("utf-8", errors="replace").strip().splitlines()[-1:] or [f"exit status {status}"]
    if status < 0 or "memory" in last[0].lower() or "bad_alloc" in last[0]:
        return Refusal(
            "query_too_large",
            _("The query needs more memory or time than it may use, and was stopped."),
            hint=_("Read fewer columns or rows, or group before you join."),
            status=422,
        )
    return Refusal("query_broke", _("The query broke off: %(why)s") % {"why": last[0][:300]}, status=422)


def _clear(home: Path) -> None:
    """Folders of processes that were killed."""
    oldest = time.time() - OLDEST_SECONDS
    for folder in home.iterdir():
        with suppress(OSError):
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
