"""Compares what two deployments answered in the same time: asked for by a person, carried out in a worker."""

from __future__ import annotations

import shutil
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings as studio
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.collected.reading import Window, fetch_window
from mlops.deployments.models import Endpoint
from mlops.deployments.queries import deployment_of
from mlops.events.chain import notify, record
from mlops.formats.collection import INPUT, PREDICTION
from mlops.formats.looking import LookAnswer, LookOrder, Rows
from mlops.formats.monitor import MonitorFound, SignalSettings
from mlops.formats.refusal import Refusal
from mlops.packaging import leases
from mlops.packaging.child import run_module
from mlops.packaging.scratch import scratch
from mlops.telemetry.models import AnswerComparison, ComparisonState
from mlops.work.calls import later

LEAST_ROWS = 20
SECONDS = 1800.0
MEMORY_BYTES = 2 * 1024**3
PREDICTIONS, INPUTS = "answers", "inputs"
"""Names of both signals."""


def compare(
    actor: Any, endpoint: Endpoint, *, first: str, second: str, start: datetime, end: datetime
) -> AnswerComparison:
    """Raises Refusal where they are not two deployments of this endpoint."""
    require(actor, "endpoints.traffic", endpoint.project)
    names = [deployment_of(endpoint, name).name for name in (first, second)]
    if names[0] == names[1]:
        raise Refusal(
            "comparison_of_one", _("A deployment is not compared with itself."), hint=_("Choose another one.")
        )
    with transaction.atomic():
        made = AnswerComparison.objects.create(
            endpoint=endpoint,
            first=names[0],
            second=names[1],
            start=start,
            end=min(end, timezone.now()),
            reason=_("Waits for a worker."),
            state_since=timezone.now(),
            created_by=actor,
        )
        record(
            actor,
            "mlops.endpoint.comparison_requested",
            subject=f"endpoints/{endpoint.name}",
            project=endpoint.project,
            data={"first": made.first, "second": made.second, "start": _iso(made.start), "end": _iso(made.end)},
            notice=("endpoint", str(endpoint.pk)),
        )
        later("telemetry.compare", made.pk)
    return made


def last_of(endpoint: Endpoint, first: str, second: str) -> AnswerComparison | None:
    """The newest of these two, in whichever order."""
    rows = AnswerComparison.objects.filter(endpoint=endpoint, first__in=(first, second), second__in=(first, second))
    return rows.select_related("created_by").first()


def found_in(row: AnswerComparison) -> MonitorFound | None:
    return msgspec.convert(row.found, MonitorFound) if row.found else None


def carry_out(comparison_id: Any) -> None:
    rows = AnswerComparison.objects.all()
    if not leases.claim(rows, comparison_id, reason=_("Reading what was collected.")):
        return
    asked = rows.select_related("endpoint__project").get(pk=comparison_id)
    folder = Path(tempfile.mkdtemp(prefix=f"compare-{asked.pk}-", dir=scratch()))
    try:
        _end(asked, state=ComparisonState.COMPLETED, **_compared(asked, folder))
    except Refusal as refusal:
        _end(asked, state=ComparisonState.FAILED, reason=refusal.message, hint=refusal.hint)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compared(asked: AnswerComparison, folder: Path) -> dict[str, Any]:
    windows = {
        name: _window(asked, name, folder / str(place)) for place, name in enumerate((asked.first, asked.second))
    }
    for name, window in windows.items():
        if window.rows < LEAST_ROWS:
            raise Refusal(
                "too_few_rows",
                _("%(rows)d rows of “%(name)s” were collected in this time; %(least)d are needed.")
                % {"rows": window.rows, "name": name, "least": LEAST_ROWS},
                hint=_("Turn collection on in its settings, or choose a longer time."),
            )
    leases.renew(asked)
    found = _measured(asked, windows[asked.first], windows[asked.second], folder)
    return {
        "reason": " ".join(one.reason for one in found.signals),
        "hint": "",
        "found": msgspec.to_builtins(found),
        "first_rows": windows[asked.first].rows,
        "second_rows": windows[asked.second].rows,
    }


def _window(asked: AnswerComparison, name: str, folder: Path) -> Window:
    folder.mkdir()
    beat = _Beat(asked)
    return fetch_window(
        asked.endpoint,
        folder=folder,
        deployments=[name],
        start=asked.start,
        end=asked.end,
        designations=("inputs", "predictions"),
        beat=beat,
    )


def _measured(asked: AnswerComparison, first: Window, second: Window, folder: Path) -> MonitorFound:
    shared = [name for name in first.columns if name in second.columns]
    signals = {
        signal: tuple(name for name in shared if name.startswith(prefix))
        for signal, prefix in ((PREDICTIONS, PREDICTION), (INPUTS, INPUT))
    }
    if not any(signals.values()):
        raise Refusal(
            "columns_differ",
            _("Nothing that was collected of both has the same name."),
            hint=_("Collect inputs or predictions of both deployments."),
        )
    columns = {name: name for names in signals.values() for name in names}
    answer = folder / "answer.json"
    order = LookOrder(
        baseline=Rows(files=tuple(str(one) for one in first.files), columns=columns),
        current=Rows(files=tuple(str(one) for one in second.files), columns=columns),
        signals=tuple(
            SignalSettings(name=signal, kind="data_drift", features=names) for signal, names in signals.items() if names
        ),
        features=tuple(columns),
        answer=str(answer),
        least_rows=LEAST_ROWS,
        memory_bytes=studio.STEP_MEMORY_BYTES or MEMORY_BYTES,
        start=asked.start,
        end=asked.end,
        baseline_name=asked.first,
        target_name=asked.second,
    )
    paper = folder / "order.json"
    paper.write_bytes(msgspec.json.encode(order))
    ended = run_module("mlops.stats.look", [str(paper)], folder=folder, seconds=SECONDS, beat=_Beat(asked).renew)
    if ended.status != 0 or not answer.exists():
        hint = _("Choose a shorter time.")
        raise Refusal("comparison_died", _("The comparison ended: %(why)s.") % {"why": ended.why}, hint=hint)
    told = msgspec.json.decode(answer.read_bytes(), type=LookAnswer)
    if told.found is None:
        refused = told.refusal or {}
        raise Refusal(refused.get("code", "comparison_failed"), refused.get("detail", ""), hint=refused.get("hint", ""))
    return told.found


class _Beat:
    """Renews the lease every few seconds."""

    def __init__(self, asked: AnswerComparison) -> None:
        self._asked = asked
        self._next = 0.0

    def __call__(self) -> bool:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + leases.LEASE.total_seconds() / 3
            leases.renew(self._asked)
        return True

    def renew(self) -> None:
        self()


def _end(asked: AnswerComparison, **values: Any) -> None:
    mine = AnswerComparison.objects.filter(pk=asked.pk, state=ComparisonState.RUNNING, attempt=asked.attempt)
    if mine.update(state_since=timezone.now(), lease_until=None, **values):
        notify("endpoint", str(asked.endpoint_id), project=asked.endpoint.project)


def _iso(moment: datetime) -> str:
    return moment.isoformat()
