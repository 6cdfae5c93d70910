"""Packs the folder of a Dockerfile as Docker does: without what `.dockerignore` names. Equal files give equal bytes."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

from mlops.client.errors import WrongUsage

IGNORE_FILE = ".dockerignore"


def pack(folder: Path, place: Path) -> Path:
    """The tar at `place`. Raises WrongUsage where the folder has no Dockerfile."""
    if not (folder / "Dockerfile").is_file():
        raise WrongUsage("dockerfile_absent", f"{folder} has no Dockerfile.", hint="Name the folder that it is in.")
    with tarfile.open(place, "w", format=tarfile.GNU_FORMAT) as tar:
        for path in _files(folder):
            with path.open("rb") as source:
                info = tarfile.TarInfo(path.relative_to(folder).as_posix())
                info.size = os.fstat(source.fileno()).st_size
                info.mode = 0o755 if os.access(path, os.X_OK) else 0o644
                tar.addfile(info, source)
    return place


def _files(folder: Path) -> list[Path]:
    from pathspec import GitIgnoreSpec

    ignore = folder / IGNORE_FILE
    lines = ignore.read_text().splitlines() if ignore.is_file() else []
    spec = GitIgnoreSpec.from_lines(lines)
    kept = {"Dockerfile", IGNORE_FILE}
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in found]
    return [path for path, name in zip(found, names, strict=True) if name in kept or not spec.match_file(name)]
