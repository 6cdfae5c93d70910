"""What waits: calls at the broker, rows in queues, regular jobs, events on their way to others."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.administration.health.finding import Finding, of_standing
from mlops.administration.system import jobs, queues
from mlops.alerts.models import Delivery, DeliveryState
from mlops.alerts.models.subscription import Subscription, SubscriptionState
from mlops.events.queries import newest_seq

RECENT = timedelta(days=1)
FAR_BEHIND = 1_000
"""Events that a subscription has not looked at."""
SYSTEM, JOBS, SUBSCRIPTIONS = "/system/", "/system/jobs/", "/alerts/subscriptions/"
LOGS = "/system/logs/?log=worker"


def broker() -> list[Finding]:
    calls = queues.calls(timezone.now())
    return [] if calls.standing.state == "ok" else [of_standing(calls.standing, link=SYSTEM)]


def of_queues() -> list[Finding]:
    """Rows that nobody has taken for long."""
    return [
        of_standing(one.standing, what=one.name, link="/compute/" if one.name in ("runs", "steps") else SYSTEM)
        for one in queues.rows(timezone.now())
        if one.standing.state != "ok"
    ]


def regular_jobs() -> list[Finding]:
    return [
        of_standing(one.standing, what=one.name, link=LOGS if one.failures else JOBS)
        for one in jobs.jobs()
        if one.standing.state in ("bad", "warning")
    ]


def deliveries() -> list[Finding]:
    """What subscriptions did not get, and those that get nothing any more."""
    dead = Delivery.objects.filter(state=DeliveryState.DEAD, state_since__gt=timezone.now() - RECENT)
    counted = dict(dead.order_by().values_list("subscription").annotate(count=Count("pk")))
    newest = newest_seq()
    return [
        finding
        for one in Subscription.objects.all()
        if (finding := _of_subscription(one, counted.get(one.pk, 0), newest)) is not None
    ]


def _of_subscription(one: Subscription, dead: int, newest: int) -> Finding | None:
    if one.state == SubscriptionState.DISABLED:
        why = _("It was switched off, for its receiver takes nothing.")
        remedy = _("Mend the receiver, then enable the subscription and send again what is missing.")
        return Finding(state="bad", what=one.name, why=why, since=one.state_since, remedy=remedy, link=SUBSCRIPTIONS)
    if dead:
        why = _("Events that could not be delivered within a day: %(count)d.") % {"count": dead}
        remedy = _("Its page shows what the receiver answered, and sends them again.")
        return Finding(state="warning", what=one.name, why=why, remedy=remedy, link=SUBSCRIPTIONS)
    if one.failing_since:
        why = _("Its receiver takes nothing at present; events wait and are tried again.")
        remedy = _("See what it answers, on the page of the subscription.")
        return Finding(
            state="warning", what=one.name, why=why, since=one.failing_since, remedy=remedy, link=SUBSCRIPTIONS
        )
    if one.state == SubscriptionState.ACTIVE and newest - one.cursor > FAR_BEHIND:
        why = _("Events that were not looked at for it yet: %(count)d.") % {"count": newest - one.cursor}
        return Finding(
            state="warning", what=one.name, why=why, remedy=_("See whether a worker runs and has a free place."),
            link=JOBS,
        )  # fmt: skip
    return None
