"""Profiling in a worker: one at a time, in a child process, cancelled within seconds, taken over when lost."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.events.chain import notify, record
from mlops.formats.profiling import ProfileReport, Progress
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepError
from mlops.packaging import leases
from mlops.packaging.child import Ended, run_module
from mlops.packaging.models import Profile, ProfileState
from mlops.packaging.profile_folder import lay_out
from mlops.packaging.profiling.__main__ import ERROR_FILE, LOG_FILE, PROGRESS_FILE, REPORT_FILE
from mlops.packaging.scratch import scratch
from mlops.work import shared_clock
from mlops.work.calls import every, job, later

GRACE_SECONDS = 300.0
"""Beyond the time budget: for starting servers and for the last measurement."""
BEAT_SECONDS = 1.0
LOG_BYTES = 64 * 1024


class Cancelled(Exception):
    """Somebody asked for the end of it."""


@job("packaging.profile")
def profile(profile_id: str) -> None:
    rows = Profile.objects.all()
    now = shared_clock.now()
    if rows.filter(state=ProfileState.RUNNING, lease_until__gt=now).exclude(pk=profile_id).exists():
        told = "Waits until the other profile on this machine has ended: they would disturb each other."
        rows.filter(pk=profile_id, state=ProfileState.QUEUED).exclude(reason=told).update(reason=told)
        return
    if not leases.claim(rows, profile_id, reason=_("Laying out the model.")):
        return
    asked = rows.select_related("version__model__project", "conversion", "dataset").get(pk=profile_id)
    folder = Path(tempfile.mkdtemp(prefix=f"profile-{asked.pk}-", dir=scratch()))
    beat = _Beat(asked, folder)
    try:
        lay_out(asked, folder, beat=beat, say=lambda line: beat(said=line))
        beat(said="Starting the first server.")
        seconds = float(asked.order["budget_seconds"]) + GRACE_SECONDS
        ended = run_module(
            "mlops.packaging.profiling",
            ["--folder", str(folder)],
            folder=folder,
            seconds=seconds,
            beat=beat,
            beat_seconds=BEAT_SECONDS,
        )
        _settle(asked, folder, ended)
    except Cancelled:
        _end(asked, folder, state=ProfileState.CANCELLED, reason="Cancelled.")
    except Refusal as refusal:
        _end(asked, folder, state=ProfileState.FAILED, reason=refusal.message, hint=refusal.hint)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@every(10, "packaging.sweep_profiles", if_any=leases.are_open(Profile.objects))
def sweep() -> None:
    """Takes profiles back whose worker is gone, and wakes up those that wait."""
    rows = Profile.objects.all()
    for lost in leases.lost_for_good(rows.select_related("version__model__project")):
        reason = _("Its worker was lost %(most_attempts)s times.") % {"most_attempts": leases.MOST_ATTEMPTS}
        hint = _("The worker's log may say why; often the machine ran out of memory.")
        _end(lost, None, state=ProfileState.FAILED, reason=reason, hint=hint)
    leases.give_back(rows)
    for pk in leases.forgotten(rows):
        later("packaging.profile", pk)


class _Beat:
    """Renews the lease, shows the progress, and raises Cancelled when that was asked for."""

    def __init__(self, asked: Profile, folder: Path) -> None:
        self._asked, self._folder = asked, folder
        self._shown = b""

    def __call__(self, *, said: str = "") -> None:
        if leases.is_unwanted(self._asked):
            raise Cancelled
        path = self._folder / PROGRESS_FILE
        content = path.read_bytes() if path.is_file() else b""
        if content in (b"", self._shown) and not said:
            return
        self._shown = content
        progress = msgspec.json.decode(content, type=Progress) if content else Progress(share=0.0, doing=said or "…")
        rows = Profile.objects.filter(pk=self._asked.pk, state=ProfileState.RUNNING)
        rows.update(progress=msgspec.to_builtins(progress), reason=progress.doing)
        version = self._asked.version
        notify("model", str(version.model_id), project=version.model.project)


def _settle(asked: Profile, folder: Path, ended: Ended) -> None:
    if (folder / ERROR_FILE).is_file():
        told = msgspec.json.decode((folder / ERROR_FILE).read_bytes(), type=StepError)
        _end(asked, folder, state=ProfileState.FAILED, reason=told.message, hint=told.hint)
        return
    if ended.status != 0 or not (folder / REPORT_FILE).is_file():
        reason = _("The measurement ended: %(why)s.") % {"why": ended.why}
        _end(asked, folder, state=ProfileState.FAILED, reason=reason, hint=_("Its log may say why; then try again."))
        return
    report = msgspec.json.decode((folder / REPORT_FILE).read_bytes(), type=ProfileReport)
    found = report.recommendation
    reason = report.ended or ("Measured." if found and found.meets else _("Measured; no setting meets the target."))
    _end(asked, folder, state=ProfileState.COMPLETED, reason=reason, report=report)


def _end(
    asked: Profile,
    folder: Path | None,
    *,
    state: ProfileState,
    reason: str,
    hint: str = "",
    report: ProfileReport | None = None,
) -> None:
    log = folder / LOG_FILE if folder else None
    said = log.read_bytes()[-LOG_BYTES:].decode(errors="replace").replace("\0", "") if log and log.is_file() else ""
    told: dict[str, Any] | None = msgspec.to_builtins(report) if report else None
    version = asked.version
    with transaction.atomic():
        changed = Profile.objects.filter(pk=asked.pk, state=ProfileState.RUNNING).update(
            state=state,
            reason=reason,
            hint=hint,
            state_since=timezone.now(),
            lease_until=None,
            progress=None,
            report=told,
            log=said,
        )
        if changed:
            record(
                None,
                f"mlops.model.profile_{state.value}",
                subject=f"models/{version}",
                project=version.model.project,
                reason=reason,
                data={"profile": asked.name, "recommendation": told["recommendation"] if told else None},
                notice=("model", str(version.model_id)),
            )
