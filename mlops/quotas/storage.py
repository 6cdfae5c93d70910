"""Whether a project may keep so many bytes more: asked before they are kept, of files whose size is known before they
come and of streams as they come.

What was counted last, and what came since, is one row of the project. It is counted anew each hour, and before anything
is refused: what was deleted makes room at once. What is on its way while somebody counts may be missed until the next
count; nothing else is."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.blobs.models import Tree
from mlops.blobs.plain_files import plain_files
from mlops.blobs.trees import keep_folder
from mlops.formats.refusal import Refusal
from mlops.quotas.holding import WARNED_SHARE, most_of, reached, warn
from mlops.quotas.kinds import register
from mlops.quotas.models import Stored
from mlops.quotas.sizes import written

KIND = "storage"
TREES_A_QUERY = 800
LOOK_BYTES = 64 * 1024**2
"""Of a stream, after so many it is asked whether there is still room."""
QUICK_SECONDS = 0.5
"""A count that takes no longer is made for each reader, and before each refusal."""
RECOUNTED_AFTER = 20
"""Times as long as the last, slow count took: before that no refusal counts anew."""

Kept = Callable[[UUID], Mapping[str, int]]
"""Of a project: the digests of all blobs and trees that rows of hers keep, with their bytes. Of bytes that have no
digest yet, any other key."""

_sources: list[Kept] = []


def keeps(source: Kept) -> None:
    """Packages above this one register what they keep when they are loaded."""
    if source not in _sources:
        _sources.append(source)


def sizes_of_trees(digests: Collection[str]) -> dict[str, int]:
    """Of those that are there."""
    wanted, sizes = sorted(digests), dict[str, int]()
    for start in range(0, len(wanted), TREES_A_QUERY):
        some = Tree.objects.filter(digest__in=wanted[start : start + TREES_A_QUERY])
        sizes |= dict(some.values_list("digest", "size_bytes"))
    return sizes


def require_bytes(project: Project, size_bytes: int) -> None:
    """Before they are kept; they count from now on. Raises Refusal `quota_reached` (409)."""
    most = most_of(project, KIND)
    if most is None or size_bytes <= 0:
        return
    row = _roomy(project, size_bytes, most)
    with transaction.atomic():
        taken = _within(project, size_bytes, most).update(added_bytes=F("added_bytes") + size_bytes)
        if not taken:
            raise _no_room(project, size_bytes, row.bytes, most)
        marks = (int(WARNED_SHARE * most), most)
        if any(row.bytes < mark <= row.bytes + size_bytes for mark in marks):
            warn(project, KIND, row.bytes + size_bytes, most)


def foresee_bytes(project: Project, size_bytes: int) -> None:
    """Of what is told to come: nothing counts yet. Raises Refusal `quota_reached` (409)."""
    most = most_of(project, KIND)
    if most is not None and size_bytes > 0:
        row = _roomy(project, size_bytes, most)
        if row.bytes + size_bytes > most:
            raise _no_room(project, size_bytes, row.bytes, most)


def within_quota(project: Project, source: BinaryIO, *, told_bytes: int = 0) -> BinaryIO:
    """The stream, which is refused as soon as it is too much for the project; `told_bytes`: what its sender says that
    it has. At its end its bytes count."""
    if most_of(project, KIND) is None:
        return source
    foresee_bytes(project, told_bytes)
    return cast(BinaryIO, _Within(project, source))


def keep_within_quota(project: Project, folder: Path) -> Tree:
    """As `keep_folder`. Raises Refusal `quota_reached` (409) before anything is kept."""
    require_folders(project.pk, [folder])
    return keep_folder(folder)


def require_folders(project_id: UUID, folders: Iterable[Path]) -> None:
    """As `require_bytes`, of what lies in the folders; one query where there is no quota."""
    if most_of(project_id, KIND) is None:
        return
    size = sum((folder / path).lstat().st_size for folder in folders for path in plain_files(folder))
    require_bytes(Project.objects.get(pk=project_id), size)


class _Within(io.RawIOBase):
    def __init__(self, project: Project, source: BinaryIO) -> None:
        self._project, self._source = project, source
        self._size = self._looked_at = 0
        self._is_done = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self._size += len(piece)
        if self._size - self._looked_at >= LOOK_BYTES:
            self._looked_at = self._size
            foresee_bytes(self._project, self._size)
        if (not piece or size < 0) and not self._is_done:
            self._is_done = True
            require_bytes(self._project, self._size)
        return piece


def count(project: Project) -> Stored:
    """Anew, of all that registered packages keep. Two at the same time: the first counts."""
    row = Stored.objects.filter(project=project).first()
    began, clock = timezone.now(), time.monotonic()
    facts = {"counted_bytes": _counted(project.pk), "counted_at": began, "seconds": time.monotonic() - clock}
    if row is None:
        return Stored.objects.get_or_create(project=project, defaults=facts)[0]
    same = Stored.objects.filter(project=project, counted_at=row.counted_at)
    same.update(**facts, added_bytes=F("added_bytes") - row.added_bytes)
    return Stored.objects.get(project=project)


def used(projects: Collection[UUID]) -> Mapping[UUID, int]:
    """Of one project as it is now, if that is quick; of many as it was counted last."""
    rows = {row.pk: row for row in Stored.objects.filter(pk__in=projects)}
    is_one = len(projects) == 1
    return {
        key: _counted(key) if row is None or (is_one and row.seconds < QUICK_SECONDS) else row.bytes
        for key in projects
        for row in (rows.get(key),)
    }


def _roomy(project: Project, size_bytes: int, most: int) -> Stored:
    """The row, counted anew where there would be no room by it."""
    row = Stored.objects.filter(project=project).first() or count(project)
    wait = RECOUNTED_AFTER * row.seconds if row.seconds > QUICK_SECONDS else 0
    old = timezone.now() - timedelta(seconds=wait)
    return count(project) if row.bytes + size_bytes > most and row.counted_at < old else row


def _within(project: Project, size_bytes: int, most: int) -> Any:
    return Stored.objects.filter(project=project, counted_bytes__lte=Value(most - size_bytes) - F("added_bytes"))


def _no_room(project: Project, size_bytes: int, kept: int, most: int) -> Refusal:
    message = _("“%(project)s” has no room for %(size)s more: Storage, %(used)s of %(most)s.")
    told = {"size": written(size_bytes), "used": written(kept), "most": written(most)}
    return reached(project, KIND, message % {"project": project.title, **told})


def _counted(project_id: UUID) -> int:
    found: dict[str, int] = {}
    for source in _sources:
        found |= source(project_id)
    return sum(found.values())


register(KIND, used)
