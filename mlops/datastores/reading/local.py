"""A folder of the server, below a root that an administrator allows. Links are not followed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from mlops.datastores.reading.order import Order, Seen, nothing_there, require_room
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _


def look(order: Order) -> list[Seen]:
    """Raises Refusal `folder_not_allowed`, `path_outside`, `path_unknown`."""
    base = _base(order)
    found = [_seen(path, base) for path in _files(order)]
    if not found:
        raise nothing_there(order)
    require_room(order, len(found), sum(one.size_bytes for one in found))
    return found


def fetch(order: Order) -> list[Seen]:
    base, target = _base(order), Path(order.path)
    found = look(order)
    for one in found:
        place = target / one.path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(base / one.path, place, follow_symlinks=False)
    return found


def _root(order: Order) -> Path:
    folder = Path(order.settings["path"]).resolve()
    if not any(folder.is_relative_to(Path(root).resolve()) for root in order.roots):
        raise Refusal(
            "folder_not_allowed",
            _("The folder %(path)s is not one that may be read.") % {"path": order.settings["path"]},
            hint=_("An administrator names the folders in MLOPS_DATASTORE_ROOTS."),
            status=403,
        )
    return folder


def _base(order: Order) -> Path:
    """What the paths of the answer are relative to: the folder itself, or that of the file or the pattern."""
    parts = order.at.strip("/").split("/")
    plain = []
    for part in parts:
        if "*" in part or "?" in part:
            break
        plain.append(part)
    place = _inside(order, "/".join(plain))
    return place if place.is_dir() else place.parent


def _inside(order: Order, at: str) -> Path:
    root = _root(order)
    place = (root / at).resolve()
    if not place.is_relative_to(root):
        message = _("“%(at)s” leads out of the folder of the data store.") % {"at": order.at}
        raise Refusal("path_outside", message, hint=_("Links that lead out are not followed."), status=422)
    return place


def _files(order: Order) -> Iterator[Path]:
    root = _root(order)
    at = order.at.strip("/")
    if "*" in at or "?" in at:
        found = sorted(root.glob(at))
    else:
        place = _inside(order, at)
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
    for path in found:
        if path.is_file() and not path.is_symlink() and path.resolve().is_relative_to(root):
            yield path


def _seen(path: Path, base: Path) -> Seen:
    stat = path.stat()
    return Seen(path=path.relative_to(base).as_posix(), size_bytes=stat.st_size, mark=str(stat.st_mtime_ns))
