"""What a change of what serves did: each signal of the monitors in the last look before and the first one after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from mlops.events.models import Event
from mlops.lineage.kinds.kind import page
from mlops.monitoring.models import Look, LookState, Monitor

CHANGES = ("mlops.rollout.promoted", "mlops.rollout.finished", "mlops.rollout.rolled_back")
TOLD = 0.05
"""Of the value before: smaller differences are none."""


def effects_of(events: Iterable[Event], monitors: Sequence[Monitor]) -> list[dict[str, Any]]:
    """Fields of an Entry, one for each change and monitor that has looked on both sides of it."""
    found = []
    for event in events:
        if event.type not in CHANGES:
            continue
        endpoint = event.subject.split("/")[1] if "/" in event.subject else ""
        for monitor in monitors:
            if monitor.endpoint is not None and monitor.endpoint.name == endpoint:
                found += _effect(event, monitor)
    return found


def _effect(event: Event, monitor: Monitor) -> list[dict[str, Any]]:
    done = Look.objects.filter(monitor=monitor, state=LookState.COMPLETED)
    before = done.filter(end__lte=event.at).order_by("-end", "-number").first()
    after = done.filter(start__gte=event.at).order_by("end", "number").first()
    if before is None or after is None:
        return []
    was, is_ = _magnitudes(before), _magnitudes(after)
    told = [_said(name, was[name], is_[name]) for name in was if name in is_]
    calmed, alarmed = before.is_alarm and not after.is_alarm, after.is_alarm and not before.is_alarm
    title = _("“%(monitor)s” after it: no alarm any more") if calmed else _("“%(monitor)s” after it: a new alarm")
    if not calmed and not alarmed:
        title = _("“%(monitor)s” after it")
    url = page("monitor", monitor.pk)
    return [
        {
            "at": after.end,
            "title": title % {"monitor": monitor.name},
            "text": "; ".join(told),
            "url": f"{url}?look={after.number}" if url else "",
            "tone": "good" if calmed else "bad" if alarmed else "plain",
        }
    ]


def _magnitudes(look: Look) -> dict[str, float]:
    signals = (look.summary or {}).get("signals", [])
    return {
        one["name"]: float(one["magnitude"])
        for one in signals
        if one.get("magnitude") is not None and not one.get("segment")
    }


def _said(name: str, was: float, is_: float) -> str:
    if abs(is_ - was) <= TOLD * max(abs(was), 1e-9):
        return _("%(name)s stays at %(now).3g") % {"name": name, "now": is_}
    return _("%(name)s %(before).3g, then %(now).3g") % {"name": name, "before": was, "now": is_}
