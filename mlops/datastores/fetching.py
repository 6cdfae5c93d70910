"""What lies in a data store or at an address, read by a child process with limits of time, size and memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops import env
from mlops.datastores import queries
from mlops.datastores.models import Datastore
from mlops.datastores.reading.order import Seen
from mlops.formats.refusal import Refusal, Where
from mlops.work.children import ask_child

MODULE = "mlops.datastores.reading"
LOOK_SECONDS = 30.0
MOST_BYTES = 100 * 2**30
MOST_FILES = 200_000


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where to read: a store's kind, settings and secrets, and a path below it."""

    kind: str
    settings: dict[str, str]
    secrets: dict[str, str] = {}
    at: str = ""


def place_of(store: Datastore, at: str) -> Place:
    return Place(kind=store.kind, settings=store.settings, secrets=queries.secrets_of(store), at=at)


def at_address(url: str) -> Place:
    return Place(kind="http", settings={"url": url})


def look(store: Datastore, at: str = "") -> list[Seen]:
    """That the store can be reached, and what lies at its path. Raises Refusal."""
    if store.kind == "http" and not at:
        return seen_at(place_of(store, ""))
    return seen_at(place_of(store, at))


def seen_at(place: Place, *, seconds: float = LOOK_SECONDS) -> list[Seen]:
    """Paths, sizes and marks, without the content. Raises Refusal."""
    with tempfile.TemporaryDirectory(prefix="look-", dir=_scratch()) as folder:
        return _asked("look", place, Path(folder), seconds=seconds, beat=None)


def fetch(
    place: Place, folder: Path, *, seconds: float, beat: Callable[[], bool] | None = None, most_bytes: int = MOST_BYTES
) -> list[Seen]:
    """Writes the files below `folder`. Raises Refusal."""
    folder.mkdir(parents=True, exist_ok=True)
    return _asked("fetch", place, folder, seconds=seconds, beat=beat, most_bytes=most_bytes)


def require_allowed(kind: str, told: dict[str, str]) -> None:
    """Raises Refusal `folder_not_allowed` for a folder of the server that nobody has opened."""
    if kind != "local":
        return
    folder = Path(told["path"]).resolve()
    if not any(folder.is_relative_to(Path(root).resolve()) for root in roots()):
        raise Refusal(
            "folder_not_allowed",
            _("The folder “%(folder)s” of the server is not one that may be read.") % {"folder": told["path"][:200]},
            hint=_("An administrator names the folders in MLOPS_DATASTORE_ROOTS."),
            status=403,
            where=Where(parameter="path"),
        )


def roots() -> tuple[str, ...]:
    return tuple(one for one in env.read("MLOPS_DATASTORE_ROOTS").split(os.pathsep) if one.strip())


def private_hosts() -> tuple[str, ...]:
    given = env.read("MLOPS_IMPORT_PRIVATE_HOSTS").split(",")
    return tuple(host.strip().lower() for host in given if host.strip())


def _asked(
    verb: str,
    place: Place,
    folder: Path,
    *,
    seconds: float,
    beat: Callable[[], bool] | None,
    most_bytes: int = MOST_BYTES,
) -> list[Seen]:
    order: dict[str, Any] = {
        **msgspec.to_builtins(place),
        "most_bytes": most_bytes,
        "most_files": MOST_FILES,
        "private_hosts": private_hosts(),
        "roots": roots(),
    }
    try:
        found = ask_child(verb, path=folder, module=MODULE, seconds=seconds, beat=beat, **order)
    except Refusal as refusal:
        if refusal.code == "import_too_slow":
            raise Refusal(
                "datastore_too_slow",
                _("What lies there did not arrive within %(seconds)d seconds.") % {"seconds": seconds},
                hint=_("Register it as a data asset: that is fetched in the background, and may take hours."),
                status=504,
            ) from refusal
        raise
    return msgspec.convert(found, type=list[Seen])


def _scratch() -> Path:
    folder = Path(settings.DATA_DIR) / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
