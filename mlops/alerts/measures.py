"""What Prometheus is told of alerts: those by state and severity, and what is on its way to people and channels."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from mlops.alerts.models import Alert, Notification
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
