"""What Prometheus is told of monitors: their states, the magnitudes of their last looks, and the alarms that are on."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count
from django.utils import timezone

from mlops.formats.prometheus import Family, Sample
from mlops.monitoring.models import Alarm, Look, LookState, Monitor
from mlops.work.measuring import measures


@measures("monitoring")
def families() -> Iterable[Family]:
    monitors = list(Monitor.objects.select_related("project"))
    labels = {one.pk: {"project": one.project.slug, "monitor": one.name} for one in monitors}
    last = {one.pk: look for one in monitors if (look := _last(one)) is not None}
    signals = [(pk, signal) for pk, look in last.items() for signal in (look.summary or {}).get("signals", ())]
    yield Family(
        name="mlops_monitor_state",
        help="1 for the state that the monitor is in.",
        samples=[Sample(1, {**labels[one.pk], "state": one.state}) for one in monitors],
    )
    for name, field, help in (
        ("mlops_monitor_magnitude", "magnitude", "Of each signal in the last completed look."),
        ("mlops_monitor_threshold", "threshold", "The limit of each signal's magnitude."),
    ):
        yield Family(
            name=name,
            help=help,
            samples=[
                Sample(
                    signal[field],
                    {**labels[pk], "signal": signal["name"], "segment": signal.get("segment", "")},
                )
                for pk, signal in signals
                if signal.get(field) is not None
            ],
        )
    now = timezone.now()
    yield Family(
        name="mlops_monitor_last_window_age_seconds",
        help="Time since the end of the newest window that was looked at.",
        samples=[Sample((now - look.end).total_seconds(), labels[pk]) for pk, look in last.items()],
    )
    alarms = Alarm.objects.filter(is_on=True).values_list("monitor_id", "signal").annotate(count=Count("pk"))
    yield Family(
        name="mlops_monitor_alarms",
        help="Alarms that are on, by signal: the signal's own and those of its features.",
        samples=[Sample(count, {**labels[pk], "signal": signal}) for pk, signal, count in alarms if pk in labels],
    )
    waiting = dict(Look.objects.order_by().values_list("state").annotate(count=Count("pk")))
    yield Family(
        name="mlops_looks",
        help="Looks by state.",
        samples=[Sample(waiting.get(state, 0), {"state": state}) for state in LookState.values],
    )


def _last(monitor: Monitor) -> Look | None:
    done = Look.objects.filter(monitor=monitor, state=LookState.COMPLETED)
    return done.only("end", "summary").order_by("-end", "-number").first()
