"""The words about an alert: what, why, since when, what next, and where to look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.access.origins import link_to
from mlops.alerts.models import Alert, AlertState, Notification
from mlops.alerts.models.rule import Severity
from mlops.alerts.subjects import about
from mlops.alerts.telling.message import Message

UTC = ZoneInfo("UTC")


def compose(alert: Alert, what: str, *, id: str, zone: tzinfo = UTC, unsubscribe: str = "") -> Message:
    """`what`: fired, repeated or resolved."""
    rule = alert.rule
    return Message(
        what=what,
        title=f"[{alert.project.name}] {_mark(alert, what)}: {alert.title}",
        severity=alert.severity,
        lines=_lines(alert, what, zone),
        facts=(
            (_("Severity"), str(Severity(alert.severity).label)),
            (_("Project"), alert.project.name),
            (_("About"), about(alert.project, alert.subject).title),
            (_("Rule"), alert.rule_name),
        ),
        url=page_of(alert),
        runbook=rule.runbook if rule else "",
        at=timezone.now(),
        id=id,
        data=data_of(alert),
        unsubscribe=unsubscribe,
    )


def compose_digest(notifications: Sequence[Notification], *, id: str, zone: tzinfo, unsubscribe: str) -> Message:
    """One entry for each alert, as it is now; the gravest first."""
    alerts = {one.alert_id: one.alert for one in notifications}
    ordered = sorted(alerts.values(), key=lambda one: (one.state != "firing", -_gravity(one), one.state_since))
    items = tuple(compose(one, _now(one), id=str(one.pk), zone=zone) for one in ordered)
    firing = sum(one.state == AlertState.FIRING for one in ordered)
    count = ngettext("%d alert", "%d alerts", len(ordered)) % len(ordered)
    return Message(
        what="digest",
        title=_("Summary: %(count)s, %(firing)d still firing") % {"count": count, "firing": firing},
        severity=max((one.severity for one in ordered), key=lambda one: list(Severity).index(Severity(one))),
        items=items,
        url=link_to("/alerts/"),
        at=timezone.now(),
        id=id,
        unsubscribe=unsubscribe,
    )


def compose_test(name: str) -> Message:
    return Message(
        what="test",
        title=_("Test of the channel “%s”") % name,
        severity="info",
        lines=(_("If you can read this, alerts arrive here."),),
        url=link_to("/alerts/channels/"),
        at=timezone.now(),
        id=f"test-{timezone.now():%Y%m%d%H%M%S%f}",
        data={"source": link_to("/")},
    )


def page_of(alert: Alert) -> str:
    return link_to(f"/alerts/{alert.pk}/")


def data_of(alert: Alert) -> dict[str, object]:
    return {
        "source": link_to(f"/projects/{alert.project.slug}"), "alert_id": str(alert.pk), "rule": alert.rule_name,
        "project": alert.project.slug, "subject": alert.subject, "severity": alert.severity, "state": alert.state,
        "why": alert.why, "value": alert.value, "times": alert.times, "event_type": alert.event_type,
        "fired_at": alert.fired_at.isoformat() if alert.fired_at else None,
        "resolved_at": alert.resolved_at.isoformat() if alert.resolved_at else None, "data": alert.data,
    }  # fmt: skip


def moment_text(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"


def _mark(alert: Alert, what: str) -> str:
    if what == "resolved":
        return _("Over")
    label = str(Severity(alert.severity).label)
    return _("%s, still") % label if what == "repeated" else label


def _lines(alert: Alert, what: str, zone: tzinfo) -> tuple[str, ...]:
    since = moment_text(alert.fired_at or alert.began_at, zone)
    if what == "resolved" and alert.resolved_at is not None:
        until = moment_text(alert.resolved_at, zone)
        return (alert.resolved_why, _("From %(since)s to %(until)s.") % {"since": since, "until": until})
    times = ngettext("Seen %d time.", "Seen %d times.", alert.times) % alert.times if alert.times > 1 else ""
    note = alert.rule.note if alert.rule else ""
    lines = (alert.why, _("Since %s.") % since + (f" {times}" if times else ""), note)
    return tuple(line for line in lines if line)


def _now(alert: Alert) -> str:
    return "resolved" if alert.state == AlertState.RESOLVED else "fired"


def _gravity(alert: Alert) -> int:
    return list(Severity).index(Severity(alert.severity))
