"""What is stored, by kind, and how much of the disk is free. Folders are measured by a worker each hour."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Count, Q, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import env
from mlops.administration.models import StorageMeasure
from mlops.administration.system.standing import Standing
from mlops.blobs.models import Blob

LEAST_FREE_BYTES = 2 * 1024**3
LEAST_FREE_SHARE = 0.1


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    bytes: int
    files: int


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    place: str
    free_bytes: int
    total_bytes: int
    blobs: int
    blob_bytes: int
    condemned: int
    """Blobs that nothing holds, which go after their grace."""
    condemned_bytes: int
    elsewhere: str
    """Where blobs are kept, if not in the data directory."""
    folders: list[Folder]
    """The largest first."""
    measured_at: datetime | None
    standing: Standing


def storage() -> Storage:
    place = Path(settings.DATA_DIR)
    disk = shutil.disk_usage(place)
    gone = Q(condemned_at__isnull=False)
    sums = Blob.objects.aggregate(
        blobs=Count("pk"), blob_bytes=Sum("size_bytes"), condemned=Count("pk", filter=gone),
        condemned_bytes=Sum("size_bytes", filter=gone),
    )  # fmt: skip
    measure = StorageMeasure.objects.filter(pk=1).first()
    return Storage(
        place=str(place),
        free_bytes=disk.free,
        total_bytes=disk.total,
        elsewhere=env.read("MLOPS_STORAGE_URL"),
        folders=[_folder(one) for one in measure.entries] if measure else [],
        measured_at=measure.began_at if measure else None,
        standing=room(disk.free, disk.total),
        **{name: value or 0 for name, value in sums.items()},
    )


def measure() -> None:
    """Reads through the whole data directory, which may take minutes; one row says what it found."""
    began_at, clock = timezone.now(), time.monotonic()
    entries = sorted(_entries(Path(settings.DATA_DIR)), key=lambda one: -int(one["bytes"]))
    facts = {"entries": entries, "began_at": began_at, "seconds": time.monotonic() - clock}
    StorageMeasure.objects.update_or_create(pk=1, defaults=facts)


def _entries(place: Path) -> Iterator[dict[str, str | int]]:
    with os.scandir(place) as entries:
        for one in entries:
            if one.is_symlink():
                continue
            size, files = _size(one.path) if one.is_dir() else (_bytes(one), 1)
            yield {"name": one.name, "bytes": size, "files": files}


def _size(folder: str) -> tuple[int, int]:
    """Bytes and files below a folder; what goes away meanwhile is not counted, and links are not followed."""
    size = files = 0
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for one in entries:
                    if one.is_dir(follow_symlinks=False):
                        waiting.append(one.path)
                    else:
                        size, files = size + _bytes(one), files + 1
        except OSError:
            continue
    return size, files


def _bytes(entry: os.DirEntry[str]) -> int:
    """On the disk: less than its length for a file with holes."""
    try:
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except OSError:
        return 0


def room(free: int, total: int) -> Standing:
    if free < LEAST_FREE_BYTES:
        return Standing(
            state="bad",
            why=_("Less than 2 GiB of the disk is free: steps and uploads are about to be refused."),
            remedy=_("`mlops storage gc --grace-hours 0` removes what nothing holds; or move MLOPS_DATA_DIR."),
        )
    if free < LEAST_FREE_SHARE * total:
        return Standing(
            state="warning",
            why=_("Less than a tenth of the disk is free."),
            remedy=_("`mlops storage gc` removes what nothing holds; old environments can be pruned."),
        )
    return Standing(state="ok", why=_("There is room."))


def _folder(entry: dict[str, Any]) -> Folder:
    return Folder(title=_titles().get(entry["name"], ""), **entry)


def _titles() -> dict[str, str]:
    return {
        "batch": _("Batch jobs under way"),
        "blobs": _("Stored files"),
        "broker": _("Wake-up calls"),
        "bucket": _("What was read of the bucket last, at most %(most)s")
        % {"most": filesizeformat(int(env.read("MLOPS_STORAGE_CACHE_BYTES")))},
        "collected": _("Collected data on its way"),
        "conversions": _("Conversions to ONNX under way"),
        "db.sqlite3": _("Database"),
        "db.sqlite3-wal": _("Database: what was written last"),
        "environments": _("Built environments"),
        "imports": _("Imports under way"),
        "logs": _("Logs"),
        "monitoring": _("Monitors under way"),
        "scans": _("Scans under way"),
        "serving": _("Models that are served"),
        "static": _("Files of the pages"),
        "steps": _("Steps under way"),
        "uploads": _("Unfinished uploads"),
    }
