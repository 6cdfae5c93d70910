"""Carrying out looks in a worker: claimed with a lease, measured in a child process, told by rows."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext as _

from mlops.events.chain import notify
from mlops.formats.looking import LookAnswer, LookOrder
from mlops.formats.monitor import MonitorFound, MonitorSettings, SignalFound
from mlops.formats.refusal import Refusal
from mlops.monitoring import places, settling
from mlops.monitoring.custom import look_by_components
from mlops.monitoring.ending import Cancelled, Lost
from mlops.monitoring.models import Look, LookCause, LookState, MonitorRevision
from mlops.monitoring.preparing import ORDER_FILE, Prepared, prepare
from mlops.packaging import leases
from mlops.packaging.child import run_module

LOOK_SECONDS = 3600.0
BEAT_SECONDS = 1.0
AT_ONCE = 1
"""Looks that one worker process carries out at a time: each has a child of its own."""
FIRST = {LookCause.ASKED: 0, LookCause.CLOCK: 1, LookCause.VERSION: 1, LookCause.LABELS: 2, LookCause.BACKFILL: 3}

_slots = threading.BoundedSemaphore(AT_ONCE)


def look_while_there_are(look_id: str = "") -> None:
    """One after the other, those first that people wait for, while this worker has its hands free."""
    if not _slots.acquire(blocking=False):
        return
    try:
        wanted: Any = look_id or _next()
        while wanted:
            carry_out(wanted)
            wanted = _next()
    finally:
        _slots.release()


def carry_out(look_id: Any) -> bool:
    """Whether this worker had it."""
    rows = Look.objects.all()
    if not leases.claim(rows, look_id, reason=_("Laying out the rows.")):
        return False
    look = rows.select_related("monitor__project", "monitor__endpoint", "monitor__dataset").get(pk=look_id)
    folder = Path(tempfile.mkdtemp(prefix=f"look-{look.pk}-", dir=places.scratch()))
    began = time.monotonic()
    beat = Beat(look)
    try:
        settings = settings_of(look)
        with beat:
            prepared = prepare(look, settings, folder, beat=beat.check)
            if prepared.skipped:
                settling.ended_without(
                    look,
                    state=LookState.SKIPPED,
                    reason=prepared.skipped,
                    hint=prepared.hint,
                    target=prepared.target[:300],
                    baseline=prepared.baseline[:300],
                    rows=prepared.rows,
                )
                return True
            measured = look_by_components(look, prepared, folder / "custom", beat=beat.check)
            found = _measure(look, settings, prepared, measured, folder, beat)
        settling.completed(
            look,
            found,
            rows=prepared.rows,
            baseline_rows=prepared.baseline_rows,
            labelled=prepared.labelled,
            seconds=time.monotonic() - began,
        )
    except Cancelled:
        settling.ended_without(look, state=LookState.CANCELLED, reason=_("Cancelled."))
    except Lost:
        pass
    except Refusal as refusal:
        settling.ended_without(look, state=LookState.FAILED, reason=refusal.message, hint=refusal.hint)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return True


def settings_of(look: Look) -> MonitorSettings:
    """Those of its revision, whatever was changed since."""
    kept = MonitorRevision.objects.filter(monitor=look.monitor_id, number=look.revision).first()
    return msgspec.convert(kept.settings if kept else look.monitor.settings, MonitorSettings)


class Beat:
    """Renews the lease each second from a thread of its own, and raises where the look is no longer wanted or ours."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._attempt = Look.objects.values_list("attempt", flat=True).get(pk=look.pk)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._next = 0.0

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def check(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + BEAT_SECONDS
        row = Look.objects.filter(pk=self._look.pk).values("state", "attempt", "cancel_asked").first()
        if row is None or row["state"] != LookState.RUNNING or row["attempt"] != self._attempt:
            raise Lost
        if row["cancel_asked"]:
            raise Cancelled

    def say(self, share: float, text: str) -> None:
        rows = Look.objects.filter(pk=self._look.pk, state=LookState.RUNNING, attempt=self._attempt)
        if rows.update(share_done=share, doing=text):
            notify("monitor", str(self._look.monitor_id), project=self._look.monitor.project)

    def _keep(self) -> None:
        from django.db import connection

        try:
            while not self._over.wait(leases.LEASE.total_seconds() / 3):
                leases.renew(self._look)
        finally:
            connection.close()


def _measure(
    look: Look,
    settings: MonitorSettings,
    prepared: Prepared,
    measured: list[SignalFound],
    folder: Path,
    beat: Beat,
) -> MonitorFound:
    """`measured`: what components found already."""
    signals: list[SignalFound] = [*prepared.unable, *measured]
    warnings = list(prepared.warnings)
    for order in prepared.orders:
        if not order.signals:
            continue
        answer = _ask(order, folder, beat)
        if answer.found is None:
            told = answer.refusal or {}
            message = told.get("detail", _("The look failed."))
            raise Refusal(told.get("code", "look_failed"), message, hint=told.get("hint", ""))
        signals += answer.found.signals
        warnings += answer.found.warnings
    places = {one.name: place for place, one in enumerate(settings.signals)}
    return MonitorFound(
        start=look.start,
        end=look.end,
        signals=tuple(sorted(signals, key=lambda one: places.get(one.name, len(places)))),
        baseline=prepared.baseline,
        target=prepared.target,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _ask(order: LookOrder, folder: Path, beat: Beat) -> LookAnswer:
    paper, answer = folder / ORDER_FILE, Path(order.answer)
    paper.write_bytes(msgspec.json.encode(order))
    progress = _Progress(folder / "look.log", beat)
    ended = run_module(
        "mlops.stats.look", [str(paper)], folder=folder, seconds=LOOK_SECONDS, beat=progress, beat_seconds=BEAT_SECONDS
    )
    if ended.status != 0 or not answer.exists():
        raise Refusal(
            "look_died",
            _("The measurement ended: %(why)s.") % {"why": ended.why},
            hint=_("Let the monitor look at fewer rows (most_rows), or give it fewer signals."),
        )
    return msgspec.json.decode(answer.read_bytes(), type=LookAnswer)


class _Progress:
    """Tells the last line that the child said."""

    def __init__(self, log: Path, beat: Beat) -> None:
        self._log, self._beat, self._shown = log, beat, b""

    def __call__(self) -> None:
        self._beat.check()
        lines = self._log.read_bytes().splitlines() if self._log.exists() else []
        last = lines[-1] if lines else b""
        if last == self._shown or not last.startswith(b"{"):
            return
        self._shown = last
        try:
            told = msgspec.json.decode(last)
        except msgspec.DecodeError:
            return  # the line is not whole yet
        self._beat.say(float(told.get("progress", 0.0)), str(told.get("text", "")))


def _next() -> Any:
    order = Case(
        *(When(cause=cause, then=Value(place)) for cause, place in FIRST.items()),
        default=Value(9),
        output_field=IntegerField(),
    )
    waiting = Look.objects.filter(state=LookState.QUEUED, attempt__lt=leases.MOST_ATTEMPTS)
    return waiting.order_by(order, "end", "number").values_list("pk", flat=True).first()
