"""What lies at a path of a data store, as a page walks through it: folders first, then files, each with its address."""

from __future__ import annotations

import msgspec

from mlops.datastores import fetching
from mlops.datastores.addresses import STORES
from mlops.datastores.models import Datastore

MOST_SHOWN = 200


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    path: str
    """From the top of the store."""
    address: str
    size_bytes: int
    files: int = 0
    """Of a folder, how many lie below it; 0: it is a file."""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    entries: tuple[Entry, ...]
    files: int
    size_bytes: int
    above: tuple[tuple[str, str], ...]
    """The folders on the way, as (name, path)."""

    @property
    def hidden(self) -> int:
        return len(self.entries) - MOST_SHOWN


def content_at(store: Datastore, at: str) -> Content:
    """Raises Refusal where it cannot be reached, or nothing is there."""
    at = at.strip().strip("/")
    seen = fetching.look(store, at)
    folders: dict[str, list[int]] = {}
    files: list[Entry] = []
    for one in seen:
        head, slash, _rest = one.path.partition("/")
        if slash:
            folders.setdefault(head, []).append(one.size_bytes)
        else:
            files.append(_entry(store, at, one.path, one.size_bytes))
    shown = [_entry(store, at, name, sum(sizes), files=len(sizes)) for name, sizes in sorted(folders.items())]
    parts = at.split("/") if at else []
    return Content(
        entries=(*shown, *files),
        files=len(seen),
        size_bytes=sum(one.size_bytes for one in seen),
        above=tuple((name, "/".join(parts[: place + 1])) for place, name in enumerate(parts)),
    )


def _entry(store: Datastore, at: str, name: str, size_bytes: int, *, files: int = 0) -> Entry:
    """A file that was looked at by its own path is there under its name alone."""
    path = at if at.rpartition("/")[2] == name and not files else f"{at}/{name}".strip("/")
    return Entry(name=name, path=path, address=f"{STORES}{store.name}/paths/{path}", size_bytes=size_bytes, files=files)
