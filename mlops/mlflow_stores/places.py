"""Where the files of a store lie on this machine, whatever the store was moved from.

A store names folders as they were where it was written: `/home/ada/mlruns/1/RUN/artifacts`, `file:///…`, `./mlruns/…`,
or `mlflow-artifacts:/1/RUN/artifacts`. They are looked for where they say, below the allowed folders alone, and then by
their last parts below the folder of the store and the folder that was named for its files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.mlflow_stores.folders import copied, lying_in
from mlops.mlflow_stores.values import Lying

PROXIED = "mlflow-artifacts"
MOST_PARTS = 24


class Folders:
    """`bases`: folders in which moved files are looked for; `allowed`: what may be read at all."""

    def __init__(self, bases: list[Path], allowed: list[Path]) -> None:
        self._bases = [base.resolve() for base in bases]
        self._allowed = [root.resolve() for root in allowed]
        self._known: dict[str, Path] = {}

    def files(self, place: str) -> list[Lying]:
        folder = self.folder_of(place)
        return lying_in(folder) if folder else []

    def fetch(self, place: str, path: str, target: Path) -> int:
        folder = self.folder_of(place)
        if folder is None:
            raise Refusal(
                "files_missing", _("There is nothing at “%(place)s” any more.") % {"place": place[:200]}, status=404
            )
        return copied(folder, path, target)

    def folder_of(self, place: str) -> Path | None:
        """None where nothing is there: a run without files has no folder. Raises Refusal `place_unreachable`."""
        if place not in self._known:
            found = self._found(place)
            if found is None:
                return None
            self._known[place] = found
        return self._known[place]

    def _found(self, place: str) -> Path | None:
        path, is_proxied = path_of(place), place.startswith(f"{PROXIED}:")
        if found := self._there(path, is_proxied=is_proxied):
            return found
        above = path.rstrip("/").rpartition("/")[0].rpartition("/")[0]
        if not is_proxied and path.startswith("/") and not self._is_ours(path) and not self._there(above):
            raise Refusal(
                "folder_not_allowed",
                _("The folder “%(path)s” is not one that may be read, and its files are not beside the store.")
                % {"path": path[:200]},
                hint=_("Say where the files are now; or an administrator names the folder in MLOPS_DATASTORE_ROOTS."),
                status=403,
            )
        return None

    def _there(self, path: str, *, is_proxied: bool = False) -> Path | None:
        for candidate in self._candidates(path, is_proxied=is_proxied):
            real = candidate.resolve()
            if any(real.is_relative_to(root) for root in self._allowed) and real.is_dir():
                return real
        return None

    def _candidates(self, path: str, *, is_proxied: bool) -> list[Path]:
        parts = [part for part in path.split("/") if part not in ("", ".")][-MOST_PARTS:]
        if ".." in parts:
            return []
        plain = [] if is_proxied or not path.startswith("/") else [Path(path)]
        moved = [base.joinpath(*parts[start:]) for base in self._bases for start in range(max(len(parts) - 1, 1))]
        return plain + [one for one in moved if one not in self._bases]

    def _is_ours(self, path: str) -> bool:
        return any(Path(path).resolve().is_relative_to(root) for root in self._allowed)


def path_of(place: str) -> str:
    """The path that a place on a disk, or behind a server's proxy, names. Raises Refusal `place_unreachable`."""
    parts = urlsplit(place)
    if parts.scheme in ("file", PROXIED):
        return unquote(parts.path)
    if len(parts.scheme) > 1:
        raise unreachable(place)
    return place.replace("\\", "/") if parts.scheme else place  # a drive of Windows


def unreachable(place: str) -> Refusal:
    scheme = urlsplit(place).scheme
    return Refusal(
        "place_unreachable",
        _("Files at %(scheme)s:// addresses are not read from here.") % {"scheme": scheme},
        hint=_("Give the project a data store for that bucket or container, then import again."),
        status=422,
    )
