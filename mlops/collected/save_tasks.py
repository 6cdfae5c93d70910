"""Carries out what `saving` was asked for: reads the window, makes the dataset's version and imports it."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.collected.models import Part, PartKind, SavedWindow, WorkState
from mlops.collected.reading import Window, columns_of, count_window, fetch_window
from mlops.collected.saving import nothing_collected
from mlops.datasets.actions import create_dataset, receive
from mlops.datasets.importing import import_version
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.events.chain import record
from mlops.formats.refusal import Refusal
from mlops.packaging import leases
from mlops.packaging.scratch import scratch
from mlops.work import shared_clock
from mlops.work.calls import every, job, later

IMPORT_SECONDS = 3600.0
LOOK_SECONDS = 0.5
BEAT_SECONDS = 5.0


@job("collected.save")
def save(saved_id: str) -> None:
    rows = SavedWindow.objects.all()
    if not leases.claim(rows, saved_id, reason=_("Reading the rows.")):
        return
    saved = rows.select_related("endpoint__project", "created_by", "version").get(pk=saved_id)
    folder = Path(tempfile.mkdtemp(prefix=f"saved-{saved.pk}-", dir=scratch()))
    beat = _Beat(saved)
    try:
        version = saved.version or _made(saved, folder, beat)
        _wait(version, beat)
        told = f"{version.row_count or 0:,} rows are {version}."
        _end(saved, WorkState.COMPLETED, reason=told, version=version)
    except Refusal as refusal:
        _end(saved, WorkState.FAILED, reason=refusal.message, hint=refusal.hint)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@every(10, "collected.save_sweep", if_any=leases.are_open(SavedWindow.objects))
def sweep() -> None:
    rows = SavedWindow.objects.all()
    for lost in leases.lost_for_good(rows.select_related("endpoint__project")):
        _end(lost, WorkState.FAILED, reason=_("Its worker was lost several times."), hint=_("Choose a shorter window."))
    leases.give_back(rows)
    for pk in leases.forgotten(rows):
        later("collected.save", str(pk))


def _made(saved: SavedWindow, folder: Path, beat: _Beat) -> DatasetVersion:
    window = _read(saved, folder, beat)
    if not window.rows:
        if saved.is_labelled:
            raise Refusal(
                "nothing_labelled",
                _("No row of this window has a label."),
                hint=_("Send labels, or save rows without them as well."),
            )
        raise nothing_collected(saved.endpoint)
    name = f"{saved.endpoint.name}-collected.parquet"
    person, project = saved.created_by, saved.endpoint.project
    with window.files[0].open("rb") as source:
        upload, _seen = receive(person, project, source=source, file_name=name)
    with transaction.atomic():
        version = create_dataset(person, project, name=saved.dataset, upload=upload, source=_words(saved))
        SavedWindow.objects.filter(pk=saved.pk).update(version=version, row_count=window.rows)
        upload.delete()
    return version


def _read(saved: SavedWindow, folder: Path, beat: _Beat) -> Window:
    designations = ("inputs", "labels") if saved.columns == "training" else ("inputs", "predictions", "labels")
    return fetch_window(
        saved.endpoint,
        folder=folder,
        deployments=tuple(saved.deployments),
        start=saved.start,
        end=saved.end,
        designations=designations,
        is_labelled=saved.is_labelled,
        names={} if saved.columns == "all" else _names(saved),
        beat=beat,
    )


def _names(saved: SavedWindow) -> dict[str, str]:
    """Inputs and labels as the training data calls them; one that would be called like another keeps its whole name."""
    counted = count_window(saved.endpoint, deployments=saved.deployments, start=saved.start, end=saved.end)
    labels = columns_of(list(Part.objects.filter(endpoint=saved.endpoint, kind=PartKind.LABELS)))
    names: dict[str, str] = {}
    for column in [*counted.columns, *labels]:
        designation, _dot, rest = column.partition(".")
        short = rest if designation in ("inputs", "labels") else column
        names[column] = column if short in names.values() else short
    return names


def _words(saved: SavedWindow) -> str:
    since = saved.start.strftime("%Y-%m-%d %H:%M") if saved.start else "the beginning"
    which = f" ({', '.join(saved.deployments)})" if saved.deployments else ""
    until = saved.end.strftime("%Y-%m-%d %H:%M")
    return f"Collected by the endpoint {saved.endpoint.name}{which} from {since} to {until} UTC"[:500]


def _wait(version: DatasetVersion, beat: _Beat) -> None:
    deadline = time.monotonic() + IMPORT_SECONDS
    while time.monotonic() < deadline:
        import_version(version.pk)
        version.refresh_from_db()
        if version.state == VersionState.READY:
            return
        if version.state == VersionState.FAILED:
            raise Refusal("import_failed", version.reason, hint=version.hint)
        if not beat():
            raise Refusal("save_abandoned", _("Another worker has taken over."))
        time.sleep(LOOK_SECONDS)
    raise Refusal(
        "import_too_slow",
        _("The import of %(version)s did not end.") % {"version": version},
        hint=_("Choose a shorter window."),
    )


class _Beat:
    """Renews the lease every few seconds; False when somebody else has the row."""

    def __init__(self, saved: SavedWindow) -> None:
        self._saved = saved
        self._next = 0.0

    def __call__(self) -> bool:
        if time.monotonic() < self._next:
            return True
        self._next = time.monotonic() + BEAT_SECONDS
        mine = SavedWindow.objects.filter(pk=self._saved.pk, state=WorkState.RUNNING, attempt=self._saved.attempt)
        return bool(mine.update(lease_until=shared_clock.now() + leases.LEASE))


def _end(
    saved: SavedWindow, state: WorkState, *, reason: str, hint: str = "", version: DatasetVersion | None = None
) -> None:
    with transaction.atomic():
        mine = SavedWindow.objects.filter(pk=saved.pk, state=WorkState.RUNNING, attempt=saved.attempt)
        values = {"state": state, "reason": reason, "hint": hint, "state_since": timezone.now(), "lease_until": None}
        if not mine.update(**values):
            return
        record(
            None,
            f"mlops.collection.save_{state.value}",
            subject=f"endpoints/{saved.endpoint.name}",
            project=saved.endpoint.project,
            reason=reason,
            data={
                "endpoint": saved.endpoint.name,
                "dataset": saved.dataset,
                "version": version.number if version else None,
                "rows": version.row_count if version else None,
            },
            notice=("collected", str(saved.endpoint_id)),
        )
