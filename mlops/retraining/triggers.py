"""What has become due of a policy: a time of its schedule, a new version of its dataset, an alarm of a monitor."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.sharing import dataset_named
from mlops.events.models import Event
from mlops.formats.retraining import OnMonitor, Triggered
from mlops.pipelines.timing import due, fires
from mlops.retraining.beginning import begin
from mlops.retraining.models import Policy

DRIFT, ALARM = "mlops.monitor.drift_detected", "mlops.monitor.alarm_raised"
_log = logging.getLogger(__name__)


def tick(now: datetime | None = None) -> None:
    now = now or timezone.now()
    for pk in Policy.objects.filter(is_enabled=True).values_list("pk", flat=True):
        try:
            look_at(pk, now=now)
        except Exception:  # one policy's fault must not keep the others from being looked at
            _log.exception("The retraining policy %s could not be looked at.", pk)
            reason = _("The last look at its triggers failed; the worker's log says why.")
            Policy.objects.filter(pk=pk).update(reason=reason)


def look_at(policy_id: UUID, *, now: datetime) -> None:
    """Most looks find nothing and write nothing."""
    policy = Policy.objects.select_related("project").get(pk=policy_id)
    if not any(_found(policy, now=now)):
        return
    with transaction.atomic():
        policy = Policy.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=policy_id)
        there = present(policy)
        for trigger in list(_found(policy, now=now)):
            begin(policy, trigger, now=now)
        remember(policy, there, now=now)


def present(policy: Policy) -> dict[str, int]:
    """What is there now. Asked before the triggers are looked for, so that nothing falls in between; a trigger that is
    found twice begins one attempt."""
    return {"event": _newest_event(), "number": _newest_number(policy)}


def remember(policy: Policy, there: dict[str, int], *, now: datetime) -> None:
    """What was there is not looked at again."""
    settings = policy.wanted
    policy.seen = there
    policy.looked_at = now
    policy.next_at = next(fires(settings.when.schedule, after=now), None) if settings.when.schedule else None
    Policy.objects.filter(pk=policy.pk).update(
        seen=policy.seen, looked_at=policy.looked_at, next_at=policy.next_at, reason=policy.reason
    )


def _found(policy: Policy, *, now: datetime) -> Iterator[Triggered]:
    when = policy.wanted.when
    if when.schedule is not None and policy.next_at is not None and policy.next_at <= now:
        for one in due(when.schedule, looked_at=policy.looked_at, now=now, catch_up="once", most=1):
            if one.runs:
                reason = (
                    f"{_('By the schedule, due %(at)s.') % {'at': one.at.isoformat(timespec='minutes')}} {one.reason}"
                )
                yield Triggered(kind="schedule", key=f"schedule:{one.at.isoformat()}", reason=reason.strip())
    if when.on_new_version and when.dataset:
        number = _newest_number(policy)
        if number > int(policy.seen.get("number", 0)):
            name = f"{when.dataset}:{number}"
            reason = _("New data: %(name)s.") % {"name": name}
            yield Triggered(kind="new_data", key=f"dataset:{name}", reason=reason, dataset=name)
    for wanted in when.monitors:
        yield from _alarms(policy, wanted)


def _alarms(policy: Policy, wanted: OnMonitor) -> Iterator[Triggered]:
    events = Event.objects.filter(
        project=policy.project, type__in=(DRIFT, ALARM), seq__gt=int(policy.seen.get("event", 0))
    )
    for event in events.order_by("seq"):
        data: dict[str, Any] = event.data
        kind = _kind(event)
        if wanted.monitor not in (data.get("monitor"), data.get("monitor_id")) or kind not in wanted.kinds:
            continue
        if wanted.signals and data.get("signal") not in wanted.signals:
            continue
        magnitude = data.get("magnitude")
        if wanted.least_magnitude and (magnitude is None or float(magnitude) < wanted.least_magnitude):
            continue
        yield Triggered(
            kind=kind,
            key=f"event:{event.id}",
            reason=_reason(kind, data),
            event=str(event.id),
            monitor=str(data.get("monitor", "")),
            monitor_id=str(data.get("monitor_id", "")),
            look=str(data.get("run", "")),
            signal=str(data.get("signal", "")),
            fields={name: value for name, value in data.items() if isinstance(value, str | int | float | list)},
        )


def _kind(event: Event) -> Literal["drift", "quality", "performance"]:
    if event.type == DRIFT:
        return "drift"
    return "quality" if event.data.get("kind") == "data_quality" else "performance"


def _reason(kind: str, data: dict[str, Any]) -> str:
    told = {"drift": _("Drift"), "quality": _("Data quality"), "performance": _("Performance")}[kind]
    words = _("%(what)s: monitor “%(monitor)s”, signal “%(signal)s”.") % {
        "what": told,
        "monitor": data.get("monitor", ""),
        "signal": data.get("signal", ""),
    }
    magnitude, threshold = data.get("magnitude"), data.get("threshold")
    if isinstance(magnitude, int | float):
        limit = f" ({threshold:g})" if isinstance(threshold, int | float) else ""
        words += " " + _("Its value is %(value)s, beyond the limit%(limit)s.") % {
            "value": f"{magnitude:.3g}",
            "limit": limit,
        }
    features = data.get("features") or []
    if features:
        words += " " + _("Most: %(names)s.") % {"names": ", ".join(map(str, features[:3]))}
    return words


def _newest_event() -> int:
    return Event.objects.aggregate(last=Max("seq"))["last"] or 0


def _newest_number(policy: Policy) -> int:
    dataset = dataset_named(policy.project, policy.wanted.when.dataset)
    rows = DatasetVersion.objects.filter(dataset=dataset, state=VersionState.READY)
    return rows.aggregate(last=Max("number"))["last"] or 0
