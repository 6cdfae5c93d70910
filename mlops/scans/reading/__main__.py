"""`python -m mlops.scans.reading FOLDER NAME…`: a line of JSON about each of these files, as soon as it is known."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from mlops.formats.spoken import gettext as _
from mlops.scans.reading.files import look
from mlops.scans.reading.verdicts import Finding, Found

MEMORY_BYTES = 2 * 1024**3
FILE_BYTES = 8 * 1024**3
"""What an archive within an archive may take aside."""


def main(folder: str, names: list[str], *, seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    tempfile.tempdir = os.environ.get("TMPDIR")
    for name in names:
        found = _looked_at(Path(folder) / name, seconds=seconds)
        sys.stdout.buffer.write(msgspec.json.encode({"name": name, "found": found}) + b"\n")
        sys.stdout.buffer.flush()


def _looked_at(path: Path, *, seconds: float) -> Found:
    try:
        return look(lambda: cast(BinaryIO, path.open("rb")), seconds=seconds)
    except Exception as error:  # whatever a file makes us stumble over, it is that file's verdict
        why = _("It could not be looked through (%(error)s).") % {"error": type(error).__name__}
        return Found(verdict="suspicious", findings=[Finding(verdict="suspicious", what="unreadable file", why=why)])


if __name__ == "__main__":
    main(sys.argv[2], sys.argv[3:], seconds=float(sys.argv[1]))
