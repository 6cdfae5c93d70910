"""What Prometheus is told of alerts: those by state and severity, and what is on its way to people, channels and
subscriptions."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Min
from django.utils import timezone

from mlops.alerts.models import Alert, Notification
from mlops.alerts.models.delivery import OPEN_DELIVERIES, Delivery
from mlops.alerts.models.subscription import Subscription
from mlops.formats.prometheus import Family, Sample
from mlops.work.measuring import measures


@measures("alerts")
def families() -> Iterable[Family]:
    alerts = Alert.objects.order_by().values_list("project__slug", "state", "severity").annotate(count=Count("pk"))
    yield Family(
        name="mlops_alerts",
        help="Alerts by state and severity.",
        samples=[
            Sample(count, {"project": project, "state": state, "severity": severity})
            for project, state, severity, count in alerts
        ],
    )
    told = Notification.objects.order_by().values_list("way", "state").annotate(count=Count("pk"))
    yield Family(
        name="mlops_notifications",
        help="Notifications of alerts by way and state.",
        samples=[Sample(count, {"way": way, "state": state}) for way, state, count in told],
    )
    yield from _deliveries()


def _deliveries() -> Iterable[Family]:
    """Of events to subscriptions: how many in which state, and how long the oldest open one has been tried."""
    counted = Delivery.objects.order_by().values_list("subscription_id", "state").annotate(count=Count("pk"))
    open_ones = Delivery.objects.order_by().filter(state__in=OPEN_DELIVERIES)
    oldest = open_ones.values_list("subscription_id").annotate(oldest=Min("queued_at"))
    labels = {
        one.pk: {"project": one.project.slug if one.project else "", "subscription": one.name}
        for one in Subscription.objects.select_related("project")
    }
    yield Family(
        name="mlops_deliveries",
        help="Events on their way to subscriptions, by state.",
        samples=[
            Sample(count, {**labels[subscription], "state": state})
            for subscription, state, count in counted
            if subscription in labels
        ],
    )
    now = timezone.now()
    yield Family(
        name="mlops_delivery_oldest_seconds",
        help="How long the oldest event that is not delivered has been tried.",
        samples=[
            Sample((now - since).total_seconds(), labels[subscription])
            for subscription, since in oldest
            if subscription in labels
        ],
    )
