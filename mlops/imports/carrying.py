"""One attempt at an import, from its claim to its end. May be killed at any time: the next goes on where it was."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import msgspec
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.sealing import unseal
from mlops.blobs.stores import store
from mlops.events.chain import notify
from mlops.events.circumstances import importing
from mlops.execution import stopping
from mlops.formats.refusal import Refusal
from mlops.imports.models import UNDER_WAY, Import, ImportState
from mlops.imports.options import Options
from mlops.imports.reader import Reader, reading
from mlops.imports.report import Report
from mlops.imports.taking.experiments import is_wanted, take_experiment
from mlops.imports.taking.logged_models import link_uses, take_logged_models
from mlops.imports.taking.registered import take_registered
from mlops.imports.taking.runs import link_parents, take_runs
from mlops.imports.taking.session import Session, Stopped
from mlops.imports.taking.traces import take_traces
from mlops.imports.telling import tell
from mlops.mlflow_stores.opening import Address
from mlops.mlflow_stores.values import Experiment
from mlops.trail.process import PROCESS
from mlops.work import shared_clock
from mlops.work.attempts import beating, import_folder

LEASE = timedelta(seconds=60)
BEAT_SECONDS = 15.0
MOST_ATTEMPTS = 5
Opening = Callable[..., AbstractContextManager[Reader]]
TRIAL_KEPT = timedelta(days=1)
TELL_SECONDS = 1.0


def carry_out(import_id: str, *, open_store: Opening = reading) -> bool:
    """False where somebody else has it, or it has ended."""
    hold = f"{PROCESS}:{uuid.uuid4().hex[:12]}"
    row = _claim(import_id, hold)
    if row is None:
        return False
    try:
        with (
            _renewed(row, hold),
            import_folder(f"store-{row.pk}", row.attempts) as folder,
            importing(f"imports/{row.pk}"),
        ):
            counts = _take(row, folder, hold, open_store)
        _end(row, hold, ImportState.COMPLETED, counts=counts)
    except Stopped:
        if stopping.is_asked():
            _held(row, hold).update(lease_owner="", lease_until=None, attempts=F("attempts") - 1)
    except Refusal as refusal:
        _end(row, hold, ImportState.FAILED, reason=refusal.message, hint=refusal.hint)
    return True


def waiting() -> QuerySet[Import]:
    free = Q(lease_until=None) | Q(lease_until__lt=shared_clock.now())
    return Import.objects.filter(free, state__in=UNDER_WAY).order_by("created_at")


def forget_trials() -> None:
    """What dry runs kept for the import that may follow."""
    old = Import.objects.filter(state=ImportState.COMPLETED, ended_at__lt=timezone.now() - TRIAL_KEPT)
    old.exclude(secret="", archive=None).update(secret="", archive=None)


def give_up() -> None:
    """Fails what lost its worker again and again."""
    for row in waiting().filter(attempts__gte=MOST_ATTEMPTS).select_related("project", "created_by"):
        _end(
            row,
            row.lease_owner,
            ImportState.FAILED,
            reason=_("The import was interrupted %(count)d times, the last time without a word from its worker.")
            % {"count": row.attempts},
            hint=_("What was taken stays. Import again to go on; look into the worker's log before."),
        )


def _claim(import_id: str, hold: str) -> Import | None:
    now = shared_clock.now()
    mine = waiting().filter(pk=import_id, attempts__lt=MOST_ATTEMPTS)
    taken = mine.update(
        state=ImportState.RUNNING, lease_owner=hold, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    if not taken:
        return None
    Import.objects.filter(pk=import_id, started_at=None).update(started_at=now, state_since=now)
    return Import.objects.select_related("project", "created_by", "archive").get(pk=import_id)


def _held(row: Import, hold: str) -> QuerySet[Import]:
    return Import.objects.filter(pk=row.pk, state=ImportState.RUNNING, lease_owner=hold)


def _take(row: Import, folder: Path, hold: str, open_store: Opening) -> dict[str, dict[str, int]]:
    require(row.created_by, "imports.run", row.project)
    report = Report(row)
    options = msgspec.convert(row.options, Options)
    where, archive = _address(row, options, folder)
    with open_store(where, archive=archive) as reader:
        told_at = 0.0

        def look() -> None:
            nonlocal told_at
            if time.monotonic() - told_at < TELL_SECONDS:
                return
            told_at = time.monotonic()
            counts = report.flush()
            notify("import", str(row.pk), project=row.project)
            if stopping.is_asked() or not _held(row, hold).update(counts=counts):
                raise Stopped

        files = folder / "files"
        files.mkdir()
        session = Session(row=row, options=options, reader=reader, report=report, folder=files, look=look)
        _take_all(session, reader, hold)
        for left in reader.leftovers():
            report.count("left", left.what, left.count)
    return report.flush()


def _take_all(session: Session, reader: Reader, hold: str) -> None:
    experiments = [one for one in reader.experiments() if is_wanted(session, one)]
    registered = [one for one in reader.registered() if session.options.wants_model(one.name)]
    total = len(experiments) + len(registered)
    for number, theirs in enumerate(experiments):
        _stage(session, hold, theirs.name, number, total)
        _take_experiment(session, reader, theirs)
    link_parents(session)
    link_uses(session)
    for number, model in enumerate(registered, len(experiments)):
        _stage(session, hold, model.name, number, total)
        take_registered(session, model)


def _take_experiment(session: Session, reader: Reader, theirs: Experiment) -> None:
    ours = take_experiment(session, theirs)
    if ours is None and not session.options.dry_run:
        return
    if ours is None and theirs.is_deleted and session.options.deleted == "leave":
        return
    for runs in reader.runs(theirs.id):
        take_runs(session, ours, runs)
        session.look()
    for models in reader.logged_models(theirs.id):
        take_logged_models(session, ours, models)
        session.look()
    for traces in reader.traces(theirs.id):
        take_traces(session, ours, traces)
        session.look()


def _stage(session: Session, hold: str, name: str, done: int, total: int) -> None:
    _held(session.row, hold).update(stage=name.replace("\0", "")[:300], done=done, total=total)
    session.look()


def _address(row: Import, options: Options, folder: Path) -> tuple[Address, Path | None]:
    if row.archive_id is None:
        secret = unseal(row.secret)
        return Address(address=row.address, user=row.user, secret=secret, files=options.files), None
    archive, unpacked = folder / "store.zip", folder / "store"
    store().fetch(str(row.archive_id), str(archive))
    unpacked.mkdir()
    return Address(address=str(unpacked), roots=(str(unpacked),)), archive


def _end(
    row: Import,
    hold: str,
    state: str,
    *,
    reason: str = "",
    hint: str = "",
    counts: dict[str, dict[str, int]] | None = None,
) -> None:
    now = shared_clock.now()
    facts = {"state": state, "state_since": now, "ended_at": now, "reason": reason, "hint": hint, "stage": ""}
    facts |= {"lease_owner": "", "lease_until": None}
    if not (state == ImportState.COMPLETED and row.options.get("dry_run")):  # which may still be carried out
        facts |= {"secret": "", "archive": None}
    if counts is not None:
        facts |= {"counts": counts, "done": F("total")}
    with transaction.atomic():
        if Import.objects.filter(pk=row.pk, state__in=UNDER_WAY, lease_owner=hold).update(**facts):
            row.refresh_from_db()
            tell(row.created_by, row, f"mlops.import.{state}")


def _renewed(row: Import, hold: str) -> AbstractContextManager[None]:
    """Renews the lease, however long one file takes."""
    return beating(
        f"import-{row.pk}",
        seconds=BEAT_SECONDS,
        beat=lambda: bool(_held(row, hold).update(lease_until=shared_clock.now() + LEASE)),
    )
