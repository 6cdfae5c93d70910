"""What people do about alerts: take them on, end them, silence them, read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.alerts.inbox.queries import unread
from mlops.alerts.models import Alert, AlertEntry, AlertState, Mute, Rule
from mlops.alerts.rules.raising import resolve
from mlops.events.chain import notify, record
from mlops.formats.refusal import Refusal, Where


def acknowledge(actor: Any, alert: Alert, *, note: str = "") -> None:
    """Somebody looks after it: it is not told again. Contributors."""
    require(actor, "alerts.answer", alert.project)
    now = timezone.now()
    with transaction.atomic():
        firing = Alert.objects.filter(pk=alert.pk, state=AlertState.FIRING, acknowledged_at=None)
        if not firing.update(acknowledged_at=now, acknowledged_by=actor, tell_at=None):
            _refuse_if_over(alert)
            return
        AlertEntry.objects.create(alert=alert, at=now, kind="acknowledged", text=note.strip(), person=actor)
        _record(actor, alert, "mlops.alert.acknowledged", note)
    mark_read(actor, alert)


def resolve_by_hand(actor: Any, alert: Alert, *, note: str = "") -> None:
    """It is over as far as people know; what comes again raises a new one. Contributors."""
    require(actor, "alerts.answer", alert.project)
    with transaction.atomic():
        why = note.strip() or _("Ended by %s.") % actor.get_username()
        if not resolve(alert, why, timezone.now(), person=actor):
            _refuse_if_over(alert)


def mark_read(actor: Any, alert: Alert | None = None, *, project: Project | None = None) -> int:
    """Of the actor's own inbox: one alert, one project, or all."""
    mine: QuerySet[Any] = unread(actor)
    if alert is not None:
        mine = mine.filter(alert=alert)
    if project is not None:
        mine = mine.filter(alert__project=project)
    return mine.update(read_at=timezone.now())


def mute(
    actor: Any,
    project: Project,
    *,
    until: datetime,
    begins_at: datetime | None = None,
    rule: Rule | None = None,
    subject: str = "",
    is_personal: bool = False,
    reason: str = "",
) -> Mute:
    """For everybody (contributors) or for the actor alone (readers). Raises Refusal `mute_invalid`."""
    require(actor, "read" if is_personal else "alerts.answer", project)
    now = timezone.now()
    begins = begins_at or now
    if until <= max(begins, now):
        hint = _("Give a time to come, after its beginning.")
        raise Refusal("mute_invalid", _("A mute ends after it begins."), hint=hint, where=Where(parameter="until"))
    if rule is not None and rule.project_id != project.pk:
        raise Refusal("not_found", _("There is no such rule in this project."), status=404)
    with transaction.atomic():
        made = Mute.objects.create(
            project=project, rule=rule, subject=subject.strip(), person=actor if is_personal else None,
            begins_at=begins, until=until, reason=reason.strip(), created_by=actor,
        )  # fmt: skip
        _record_mute(actor, made, "mlops.mute.created")
    return made


def end_mute(actor: Any, mute: Mute) -> None:
    """What fires still is told from now on, by the next look."""
    is_own = mute.person_id == actor.pk
    require(actor, "read" if is_own else "alerts.answer", mute.project)
    now = timezone.now()
    with transaction.atomic():
        _record_mute(actor, mute, "mlops.mute.ended")
        held = Alert.objects.filter(project=mute.project, state=AlertState.FIRING, tell_at=mute.until)
        held.update(tell_at=now)
        mute.delete()


def _refuse_if_over(alert: Alert) -> None:
    alert.refresh_from_db()
    if alert.state == AlertState.RESOLVED:
        raise Refusal("alert_over", _("This alert is over."), hint=_("There is nothing left to do."), status=409)


def _record(actor: Any, alert: Alert, type: str, note: str) -> None:
    data = {"rule": alert.rule_name, "alert_id": str(alert.pk), "about": alert.subject, "severity": alert.severity}
    subject = f"alerts/{alert.pk}"
    record(actor, type, subject=subject, project=alert.project, data=data, reason=note, notice=("alert", str(alert.pk)))


def _record_mute(actor: Any, mute: Mute, type: str) -> None:
    data = {
        "rule": mute.rule.name if mute.rule else None, "about": mute.subject, "personal": mute.person_id is not None,
        "begins_at": mute.begins_at.isoformat(), "until": mute.until.isoformat(),
    }  # fmt: skip
    record(actor, type, subject=f"mutes/{mute.pk}", project=mute.project, data=data, reason=mute.reason)
    notify("mute", str(mute.pk), project=mute.project)
