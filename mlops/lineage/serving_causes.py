"""Changes of what serves at an endpoint, shortly before or in the window: another model, code or traffic."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.events.models import Event
from mlops.formats.monitor import SignalFound
from mlops.monitoring.models import Look, LookState

TYPES = (
    "mlops.deployment.created",
    "mlops.deployment.updated",
    "mlops.endpoint.traffic_changed",
    "mlops.rollout.advanced",
    "mlops.rollout.promoted",
    "mlops.rollout.rolled_back",
)
OF_ANSWERS = {"prediction_drift", "model_performance", "estimated_performance", "feature_attribution_drift"}
MOST_EVENTS = 3


def serving_causes(look: Look, alarms: Sequence[SignalFound]) -> list[dict[str, Any]]:
    """Fields of a Cause for the last such changes since the look before began. They explain what models answer rather
    than what is sent to them."""
    endpoint = look.monitor.endpoint
    if endpoint is None or look.start is None or not alarms:
        return []
    events = Event.objects.filter(
        project=look.monitor.project_id, type__in=TYPES, at__gte=_since(look), at__lte=look.end
    ).order_by("-seq")
    mine = [event for event in events[:200] if _is_of(event.subject, endpoint.name)][:MOST_EVENTS]
    of_answers = sum(alarm.kind in OF_ANSWERS for alarm in alarms) / len(alarms)
    return [
        {
            "kind": "serving",
            "title": _("What serves at “%(endpoint)s” was changed") % {"endpoint": endpoint.name},
            "score": (0.15 + 0.55 * of_answers) * 0.8**place,
            "evidence": (_said(event),),
            "at": event.at,
            "by": event.actor_name,
            "url": reverse("web:endpoint", args=[endpoint.pk]),
        }
        for place, event in enumerate(mine)
    ]


def _since(look: Look) -> Any:
    assert look.start is not None
    before = Look.objects.filter(
        monitor=look.monitor_id, state=LookState.COMPLETED, end__lt=look.end, start__isnull=False, is_alarm=False
    )
    last = before.order_by("-end").first()
    length = look.end - look.start
    return (
        max(last.start, look.start - 4 * length) if last and last.start else look.start - min(length, timedelta(days=7))
    )


def _is_of(subject: str, endpoint: str) -> bool:
    return subject == f"endpoints/{endpoint}" or subject.startswith(f"endpoints/{endpoint}/")


def _said(event: Event) -> str:
    what = event.subject.partition("/")[2]
    said = _("%(type)s at %(what)s") % {"type": event.type.removeprefix("mlops."), "what": what}
    model = event.data.get("model") or event.data.get("version")
    if model:
        said += f", {model}"
    return f"{said}: {event.reason}" if event.reason else said
