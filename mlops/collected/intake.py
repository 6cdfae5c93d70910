"""How taking in goes for each deployment, told once when it changes: started, failing, recovered, dropping rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from mlops.collected.models import Intake, IntakeState
from mlops.collected.taking import SHOWN_ROWS, Taken
from mlops.deployments.models import Deployment
from mlops.events.chain import notify, record
from mlops.formats.refusal import Refusal

PATIENCE = timedelta(seconds=15)
"""So long a source may be silent, as while a server starts, before it is called a failure."""
WAITS = gettext_noop("Waits for the first request.")


def wanted() -> list[Intake]:
    """Of every deployment that collects, and of those that did."""
    known = {one.deployment_id: one for one in Intake.objects.select_related("endpoint__project")}
    for deployment in Deployment.objects.select_related("endpoint__project"):
        settings = deployment.wanted.collection
        row = known.get(deployment.pk)
        if row is None and settings.is_enabled:
            row = Intake.objects.get_or_create(
                deployment_id=deployment.pk,
                defaults={
                    "endpoint": deployment.endpoint,
                    "deployment": deployment.name,
                    "reason": WAITS,
                    "retention_days": settings.retention_days,
                },
            )[0]
            known[deployment.pk] = row
        if row is not None:
            _follow(row, is_enabled=settings.is_enabled, retention_days=settings.retention_days)
    return list(known.values())


def went_well(intake: Intake, taken: Taken) -> None:
    """Nothing is written where nothing came and all was well before."""
    if taken.faults:
        went_wrong(intake, _damage(taken), at_once=True)
    elif intake.silent_since is not None and intake.state != IntakeState.FAILING:
        Intake.objects.filter(pk=intake.pk).update(silent_since=None)
        intake.silent_since = None
    elif intake.state == IntakeState.FAILING:
        _change(
            intake, IntakeState.COLLECTING if intake.last_row_at else IntakeState.WAITING, "mlops.collection.recovered"
        )
    if taken.dropped:
        _dropped(intake, taken)
    if not taken.requests:
        return
    if intake.state in (IntakeState.WAITING, IntakeState.OFF):
        began = "mlops.collection.started" if intake.last_row_at is None else "mlops.collection.resumed"
        _change(intake, IntakeState.COLLECTING, began)
    now = timezone.now()
    values: dict[str, Any] = {"last_taken_at": now}
    if taken.last_at:
        values |= {"last_row_at": taken.last_at, "lag_seconds": max(0.0, (now - taken.last_at).total_seconds())}
        values["recent"] = [*taken.recent, *intake.recent][:SHOWN_ROWS]
    Intake.objects.filter(pk=intake.pk).update(**values)
    notify("collected", str(intake.endpoint_id), project=intake.endpoint.project)


def went_wrong(intake: Intake, refusal: Refusal, *, at_once: bool = False) -> None:
    """A source that is silent for a moment is no trouble yet; what it holds is not lost."""
    if intake.state == IntakeState.FAILING:
        Intake.objects.filter(pk=intake.pk).exclude(reason=refusal.message).update(
            reason=refusal.message, hint=refusal.hint
        )
        return
    now = timezone.now()
    if not at_once:
        if intake.silent_since is None:
            Intake.objects.filter(pk=intake.pk).update(silent_since=now)
            return
        if now - intake.silent_since < PATIENCE:
            return
    _change(intake, IntakeState.FAILING, "mlops.collection.failing", reason=refusal.message, hint=refusal.hint)


def _follow(row: Intake, *, is_enabled: bool, retention_days: float | None) -> None:
    """What its deployment has now."""
    if row.retention_days != retention_days:
        Intake.objects.filter(pk=row.pk).update(retention_days=retention_days)
        row.retention_days = retention_days
    if not is_enabled and row.state in (IntakeState.WAITING, IntakeState.COLLECTING):
        _change(row, IntakeState.OFF, "mlops.collection.stopped", reason=_("Collection was turned off."))
    elif is_enabled and row.state == IntakeState.OFF:
        _change(row, IntakeState.WAITING, "", reason=WAITS)


def _dropped(intake: Intake, taken: Taken) -> None:
    with transaction.atomic():
        Intake.objects.filter(pk=intake.pk).update(dropped=F("dropped") + taken.dropped)
        _record(
            intake,
            "mlops.collection.dropped",
            reason=taken.dropped_why or _("The server's spool was full."),
            data={"requests": taken.dropped},
        )


def _damage(taken: Taken) -> Refusal:
    return Refusal(
        "segment_damaged",
        _("%(count)s segments of the spool are damaged: %(faults)s")
        % {"count": len(taken.faults), "faults": taken.faults[0]},
        hint=_("What could be read was taken. Look at the disk, then remove these files from the spool."),
    )


def _change(intake: Intake, state: IntakeState, type: str, *, reason: str = "", hint: str = "") -> None:
    before = intake.state
    with transaction.atomic():
        values: dict[str, Any] = {"reason": reason, "hint": hint, "state_since": timezone.now(), "silent_since": None}
        if not Intake.objects.filter(pk=intake.pk, state=before).update(state=state, **values):
            return
        if type:
            _record(intake, type, reason=reason, data={"before": before})
    intake.state = state


def _record(intake: Intake, type: str, *, reason: str, data: dict[str, Any]) -> None:
    record(
        None,
        type,
        subject=f"endpoints/{intake}",
        project=intake.endpoint.project,
        reason=reason,
        data={"endpoint": intake.endpoint.name, "deployment": intake.deployment, **data},
        notice=("collected", str(intake.endpoint_id)),
    )
