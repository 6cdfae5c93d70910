"""Replaying in a worker: one request after the other to both sides, and what differs. Takes over what was lost."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.stores import store
from mlops.events.chain import notify, record
from mlops.formats.model import Signature
from mlops.formats.refusal import Refusal
from mlops.formats.replaying import ReplayReport, Tolerance
from mlops.packaging import leases
from mlops.packaging.profiling.bodies import RECORDED_FILE, ROWS_FILE, Requests, read_requests
from mlops.packaging.scratch import scratch
from mlops.packaging.tables import fetch_table
from mlops.registry.models import ModelVersion
from mlops.replays.asking import Side, sides
from mlops.replays.comparing import Comparison
from mlops.replays.models import Replay, ReplayState
from mlops.work.calls import every, job, later

BEAT_SECONDS = 1.0
UNREACHABLE_IN_A_ROW = 5
"""So many requests that a side does not take end the replay: it is gone."""


class Cancelled(Exception):
    """Somebody asked for the end of it."""


@job("replays.replay")
def replay(replay_id: str) -> None:
    rows = Replay.objects.all()
    if not leases.claim(rows, replay_id, reason=_("Reading the requests.")):
        return
    asked = rows.select_related(
        "endpoint__project", "dataset", "before_deployment", "after_deployment", "before_version", "after_version"
    ).get(pk=replay_id)
    folder = Path(tempfile.mkdtemp(prefix=f"replay-{asked.pk}-", dir=scratch()))
    try:
        report = _carried_out(asked, folder)
        told = f"{report.differing:,} of {report.requests:,} requests were answered differently."
        _end(asked, state=ReplayState.COMPLETED, reason=told, report=report)
    except Cancelled:
        _end(asked, state=ReplayState.CANCELLED, reason="Cancelled.")
    except Refusal as refusal:
        _end(asked, state=ReplayState.FAILED, reason=refusal.message, hint=refusal.hint)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@every(10, "replays.sweep", if_any=leases.are_open(Replay.objects))
def sweep() -> None:
    """Takes replays back whose worker is gone, and wakes up those that wait."""
    rows = Replay.objects.all()
    for lost in leases.lost_for_good(rows.select_related("endpoint__project")):
        reason = _("Its worker was lost %(most_attempts)s times.") % {"most_attempts": leases.MOST_ATTEMPTS}
        _end(lost, state=ReplayState.FAILED, reason=reason, hint=_("The worker's log may say why; then ask again."))
    leases.give_back(rows)
    for pk in leases.forgotten(rows):
        later("replays.replay", str(pk))


def _carried_out(asked: Replay, folder: Path) -> ReplayReport:
    requests = _requests(asked, folder)
    bodies = requests.bodies(1) if requests.is_recorded else [_body(row) for row in requests.rows]
    comparison = Comparison(tolerance=msgspec.convert(asked.tolerance, Tolerance))
    beat = _Beat(asked)
    with sides(asked, folder, beat=beat) as (before, after):
        lost = 0
        for number, body in enumerate(bodies):
            answers = before.ask(body), after.ask(body)
            lost = lost + 1 if any(answer.status == 0 for answer in answers) else 0
            if lost == UNREACHABLE_IN_A_ROW:
                raise _gone(before if answers[0].status == 0 else after, answers)
            comparison.add(body, *answers)
            beat(share=(number + 1) / len(bodies), said=f"{number + 1:,} of {len(bodies):,} requests.")
    return comparison.report(source=requests.source, labels=(asked.before_label, asked.after_label))


def _requests(asked: Replay, folder: Path) -> Requests:
    if asked.recorded_id is not None:
        store().fetch(asked.recorded_id, str(folder / RECORDED_FILE))
    elif asked.dataset is not None and asked.dataset.tree_id is not None:
        fetch_table(asked.dataset, folder / ROWS_FILE)
    else:
        raise Refusal("requests_gone", _("The dataset version with the requests is gone."), hint=_("Name another one."))
    return read_requests(folder, signature=_signature(asked))


def _signature(asked: Replay) -> Signature | None:
    """Of the first side: its requests are replayed."""
    version = asked.before_version or (asked.before_deployment.version if asked.before_deployment else None)
    held: ModelVersion | None = version
    return msgspec.convert(held.signature, Signature) if held is not None and held.signature else None


def _body(row: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"data": [row]})


def _gone(side: Side, answers: Any) -> Refusal:
    why = next(answer.body for answer in answers if answer.status == 0).decode(errors="replace")
    hint = _("Look at its state and log, then ask for the replay again.")
    return Refusal(
        "side_unreachable",
        _("%(label)s cannot be reached any more: %(why)s.") % {"label": side.label, "why": why},
        hint=hint,
    )


class _Beat:
    """Renews the lease, shows the progress, and raises Cancelled when that was asked for; at most once a second."""

    def __init__(self, asked: Replay) -> None:
        self._asked = asked
        self._next = 0.0

    def __call__(self, *, share: float = 0.0, said: str = "") -> None:
        if time.monotonic() < self._next and share < 1:
            return
        self._next = time.monotonic() + BEAT_SECONDS
        if leases.is_unwanted(self._asked):
            raise Cancelled
        if said:
            rows = Replay.objects.filter(pk=self._asked.pk, state=ReplayState.RUNNING)
            rows.update(share_done=share, reason=said)
            notify("endpoint", str(self._asked.endpoint_id), project=self._asked.endpoint.project)


def _end(asked: Replay, *, state: ReplayState, reason: str, hint: str = "", report: ReplayReport | None = None) -> None:
    with transaction.atomic():
        changed = Replay.objects.filter(pk=asked.pk, state=ReplayState.RUNNING).update(
            state=state,
            reason=_(reason),
            hint=hint,
            state_since=timezone.now(),
            lease_until=None,
            report=msgspec.to_builtins(report) if report else None,
        )
        if changed:
            record(
                None,
                f"mlops.endpoint.replay_{state.value}",
                subject=f"endpoints/{asked.endpoint.name}/replays/{asked.number}",
                project=asked.endpoint.project,
                reason=reason,
                notice=("endpoint", str(asked.endpoint_id)),
            )
