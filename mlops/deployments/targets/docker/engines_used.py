"""Engines that have containers of ours, noted on disk: what was deleted must be cleared away there too, although no row
names the engine any more."""

from __future__ import annotations

from pathlib import Path

import msgspec
from django.conf import settings

from mlops.deployments.files import replace_file, under_lock
from mlops.deployments.targets.docker.engines import Engine

FILE = "docker-engines"


def engines_used() -> tuple[Engine, ...]:
    try:
        return msgspec.json.decode(_path().read_bytes(), type=tuple[Engine, ...])
    except (OSError, msgspec.MsgspecError):
        return ()


def note(engine: Engine) -> None:
    """Before the first container is made there."""
    with under_lock(FILE):
        known = engines_used()
        if engine not in known:
            replace_file(_path(), msgspec.json.encode((*known, engine)))


def forget(engine: Engine) -> None:
    """Nothing of ours is there any more."""
    with under_lock(FILE):
        replace_file(_path(), msgspec.json.encode(tuple(one for one in engines_used() if one != engine)))


def _path() -> Path:
    return Path(settings.DATA_DIR) / f"{FILE}.json"
