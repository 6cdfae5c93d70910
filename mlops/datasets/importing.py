"""One import: claimed by a conditional update, done in a child process, kept, and told. May be killed at any time."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.stores import store
from mlops.blobs.trees import keep_folder, manifest_of
from mlops.datasets.assets import content_of
from mlops.datasets.children import ask_child
from mlops.datasets.filing import file_in
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.outside import fetch_version
from mlops.events.chain import record
from mlops.formats.reading import Reading
from mlops.formats.refusal import Refusal
from mlops.work import shared_clock
from mlops.work.attempts import import_folder

LEASE = timedelta(seconds=30)
BEAT_SECONDS = 5.0
MOST_ATTEMPTS = 3
IMPORT_SECONDS = 2 * 3600.0
AT_ONCE = 2
_slots = threading.BoundedSemaphore(AT_ONCE)


def import_version(version_id: UUID | str) -> bool:
    """False where somebody else has it, it is done, or this worker is busy enough; the sweep comes back to it."""
    if not _slots.acquire(blocking=False):
        return False
    try:
        version = _claim(version_id)
        if version is None:
            return False
        try:
            _import(version)
        except Refusal as refusal:
            if refusal.code == "import_abandoned":
                return False
            _fail(version, refusal)
        return True
    finally:
        _slots.release()


def waiting() -> QuerySet[DatasetVersion]:
    """To be imported and in nobody's hands, oldest first."""
    free = Q(lease_until=None) | Q(lease_until__lt=shared_clock.now())
    return DatasetVersion.objects.filter(free, state=VersionState.IMPORTING).order_by("created_at")


def give_up() -> int:
    """Fails what lost its worker three times."""
    lost = list(waiting().filter(attempts__gte=MOST_ATTEMPTS).select_related("dataset__project", "created_by"))
    for version in lost:
        _fail(
            version,
            Refusal(
                "import_interrupted",
                _("The import was interrupted %(attempts)s times, the last time without a word from its worker.")
                % {"attempts": version.attempts},
                hint=_("The server may have too little memory for this file. Import it again, or leave out columns."),
            ),
        )
    return len(lost)


def _claim(version_id: UUID | str) -> DatasetVersion | None:
    mine = waiting().filter(pk=version_id, attempts__lt=MOST_ATTEMPTS)
    if not mine.update(lease_until=shared_clock.now() + LEASE, attempts=F("attempts") + 1):
        return None
    return DatasetVersion.objects.select_related("dataset__project", "created_by", "files").get(pk=version_id)


def _held(version: DatasetVersion) -> QuerySet[DatasetVersion]:
    """The row as long as this attempt holds it."""
    return DatasetVersion.objects.filter(pk=version.pk, state=VersionState.IMPORTING, attempts=version.attempts)


def _import(version: DatasetVersion) -> None:
    if version.dataset.is_of_files:
        _import_files(version)
        return
    reading = msgspec.convert(version.reading, type=Reading)
    with import_folder(str(version.pk), version.attempts) as folder:
        raw = folder / "raw"
        store().fetch(str(version.raw_id), str(raw))
        result = ask_child(
            "import",
            path=raw,
            seconds=IMPORT_SECONDS,
            beat=_Beat(version),
            reading=reading,
            folder=str(folder / "table"),
            source=str(version),
            file_name=version.file_name,
        )
        tree = keep_folder(folder / "table")
    schema = result["meta"]["schema"]
    with transaction.atomic():
        done = _held(version).update(
            tree=tree,
            schema=schema,
            profile=result["profile"],
            row_count=schema["row_count"],
            state=VersionState.READY,
            reason="",
            hint="",
            state_since=timezone.now(),
            lease_until=None,
        )
        if done:
            data = {"name": version.dataset.name, "version": version.number}
            data |= {"rows": schema["row_count"], "columns": len(schema["columns"]), "tree": tree.pk}
            _record(version, "mlops.dataset.registered", data=data)


def _import_files(version: DatasetVersion) -> None:
    with import_folder(str(version.pk), version.attempts) as folder:
        beat = _Beat(version)
        seen: dict[str, Any] = {}
        files = version.files
        if files is None:
            files, seen = fetch_version(version, folder / "fetched", seconds=IMPORT_SECONDS, beat=beat)
            version.file_name = version.file_name or manifest_of(files.digest).files[0].path
        filed = file_in(version, files, folder, beat=beat, seconds=IMPORT_SECONDS)
    rows = filed.schema["row_count"] if filed.schema else None
    with transaction.atomic():
        done = _held(version).update(
            files=None if version.origin.get("reference") else filed.files,
            origin=version.origin | seen,
            content=content_of(version.dataset.type, filed.files),
            size_bytes=filed.files.size_bytes,
            tree=filed.table,
            schema=filed.schema,
            profile=filed.profile,
            reading=filed.reading,
            warnings=list(filed.warnings),
            row_count=rows,
            state=VersionState.READY,
            reason="",
            hint="",
            state_since=timezone.now(),
            lease_until=None,
        )
        if done:
            columns = len(filed.schema["columns"]) if filed.schema else 0
            data = {"name": version.dataset.name, "version": version.number, "type": version.dataset.type}
            data |= {"rows": rows or 0, "columns": columns, "files": filed.files.file_count, "tree": filed.files.pk}
            _record(version, "mlops.dataset.registered", data=data)


def _fail(version: DatasetVersion, refusal: Refusal) -> None:
    with transaction.atomic():
        failed = _held(version).update(
            state=VersionState.FAILED,
            reason=refusal.message,
            hint=refusal.hint,
            state_since=timezone.now(),
            lease_until=None,
        )
        if failed:
            _record(version, "mlops.dataset.import_failed", data={"code": refusal.code}, reason=refusal.message)


def _record(version: DatasetVersion, type_: str, *, data: dict[str, Any], reason: str = "") -> None:
    record(
        version.created_by,
        type_,
        subject=f"datasets/{version}",
        project=version.dataset.project,
        data=data,
        reason=reason,
        notice=("dataset", str(version.dataset_id)),
    )


class _Beat:
    """Renews the lease every few seconds; False when the row is no longer this attempt's."""

    def __init__(self, version: DatasetVersion) -> None:
        self.version = version
        self.last = time.monotonic()

    def __call__(self) -> bool:
        if time.monotonic() - self.last < BEAT_SECONDS:
            return True
        self.last = time.monotonic()
        until: datetime = shared_clock.now() + LEASE
        return bool(_held(self.version).update(lease_until=until))
