"""What a rule would have raised in the days before: nothing is written, nobody is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.alerts.metrics import Series, metric
from mlops.alerts.models import Rule, Source
from mlops.alerts.rules.aggregating import aggregate, within
from mlops.alerts.rules.deciding import Standing, decide
from mlops.alerts.rules.matching import clears, key_of, raises
from mlops.alerts.rules.measuring import limit_of, series_of
from mlops.alerts.rules.shaping import fill
from mlops.events.models import Event
from mlops.formats.alerting import RuleSettings

DAYS = 7
MOST_EVENTS = 50_000
MOST_STEPS = 2_500


@dataclass(frozen=True)
class Firing:
    subject: str
    fired_at: datetime
    ended_at: datetime | None = None
    value: float | None = None


@dataclass(frozen=True)
class Trial:
    firings: tuple[Firing, ...]
    note: str = ""
    """What the trial could not know."""


def try_rule(project: Project, settings: RuleSettings, now: datetime, *, days: int = DAYS) -> Trial:
    """Raises what `check` and the metric raise."""
    rule = fill(Rule(project=project), settings)
    start = now - timedelta(days=days)
    if rule.source == Source.EVENT:
        return _try_events(rule, start, now)
    if not metric(rule.metric).keeps_history:
        return Trial((), _("No history is kept of this metric: it can be watched from now on only."))
    firings = [one for series in series_of(rule, start, now) for one in _simulate(rule, series, start, now)]
    return Trial(tuple(sorted(firings, key=lambda one: one.fired_at)))


def _try_events(rule: Rule, start: datetime, now: datetime) -> Trial:
    """Most of an event's life is the same as in `listening`; kept apart from it because nothing is stored here."""
    lasting, quiet = timedelta(seconds=rule.for_seconds), timedelta(seconds=rule.resolve_seconds)
    open_: dict[str, list[Any]] = {}
    firings: list[Firing] = []

    def end(key: str, at: datetime) -> None:
        subject, began, seen = open_.pop(key)
        over = min(at, seen + quiet) if quiet else at
        if over - began >= lasting:
            firings.append(Firing(subject, began + lasting, over if over < now else None))

    events = Event.objects.filter(project=rule.project, at__gte=start, at__lte=now).order_by("seq")[:MOST_EVENTS]
    for event in events.iterator():
        key = key_of(rule, event)
        if key in open_ and (clears(rule, event) or (quiet and event.at - open_[key][2] >= quiet)):
            end(key, event.at)
        if raises(rule, event):
            open_.setdefault(key, [event.subject, event.at, event.at])[2] = event.at
    for key in list(open_):
        end(key, now)
    return Trial(tuple(sorted(firings, key=lambda one: one.fired_at)))


def _simulate(rule: Rule, series: Series, start: datetime, now: datetime) -> Iterator[Firing]:
    limit, window = limit_of(rule), timedelta(seconds=rule.window_seconds)
    holds = metric(rule.metric).holds
    how = rule.aggregation or metric(rule.metric).aggregation
    stands: dict[str, Standing] = {}
    firing: Firing | None = None
    for moment in _moments(start, now):
        value = aggregate(within(series.points, moment - window, moment, holds=holds), how)
        measured = {series.subject: value} if value is not None else {}
        for move in decide(limit, stands, measured, moment):
            if move.step in ("resolve", "drop"):
                stands = {}
                if firing is not None:
                    yield replace(firing, ended_at=moment)
                firing = None
                continue
            stands = {series.subject: _stand(stands.get(series.subject), move.step, moment)}
            if move.step in ("fire", "begin_and_fire"):
                firing = Firing(series.subject, moment, value=move.value)
    if firing is not None:
        yield firing


def _stand(before: Standing | None, step: str, now: datetime) -> Standing:
    is_firing = step in ("fire", "begin_and_fire") or (before is not None and before.is_firing)
    within = (before.within_since if before else None) or now if step == "recover" else None
    began = before.began_at if before else now
    return Standing(is_firing=is_firing, began_at=began, last_seen_at=now, within_since=within)


def _moments(start: datetime, now: datetime) -> Iterator[datetime]:
    step = max(timedelta(minutes=1), (now - start) / MOST_STEPS)
    while start <= now:
        yield start
        start += step
