"""Engines that have containers of ours, noted in the database and on disk: what was deleted must be cleared away there
too, although no row names the engine any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import transaction

from mlops.access.models import ServerFact
from mlops.deployments.files import replace_file, under_lock
from mlops.deployments.targets.docker.engines import Engine

FILE = "docker-engines"


def engines_used() -> tuple[Engine, ...]:
    """By any worker."""
    kept = ServerFact.objects.filter(name=FILE).values_list("value", flat=True).first()
    return tuple(dict.fromkeys((*msgspec.convert(kept or [], tuple[Engine, ...]), *_here())))


def note(engine: Engine) -> None:
    """Before the first container is made there."""
    if engine in engines_used():
        return
    _change(lambda known: known if engine in known else (*known, engine))


def forget(engine: Engine) -> None:
    """Nothing of ours is there any more."""
    _change(lambda known: tuple(one for one in known if one != engine))


def _change(change: Callable[[tuple[Engine, ...]], tuple[Engine, ...]]) -> None:
    with under_lock(FILE), transaction.atomic():
        ServerFact.objects.get_or_create(name=FILE, defaults={"value": []})
        row = ServerFact.objects.select_for_update(no_key=True).get(name=FILE)
        row.value = msgspec.to_builtins(change(msgspec.convert(row.value or [], tuple[Engine, ...])))
        row.save()
        replace_file(_path(), msgspec.json.encode(change(_here())))


def _here() -> tuple[Engine, ...]:
    """Those that workers with this data directory use; `mlops up` looks for the file when it ends."""
    try:
        return msgspec.json.decode(_path().read_bytes(), type=tuple[Engine, ...])
    except (OSError, msgspec.MsgspecError):
        return ()


def _path() -> Path:
    return Path(settings.DATA_DIR) / f"{FILE}.json"
