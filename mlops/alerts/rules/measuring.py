"""Examines the rules on metrics, each by one worker at a time, every half minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.alerts.metrics import Series, metric
from mlops.alerts.models import Alert, Rule, Source
from mlops.alerts.models.alert import OPEN, AlertState
from mlops.alerts.rules.aggregating import aggregate, within
from mlops.alerts.rules.deciding import Limit, Move, Standing, decide
from mlops.alerts.rules.raising import Finding, begin, begin_recovery, drop, fire, resolve, see_again
from mlops.alerts.rules.wording import sentence, value_text
from mlops.events.chain import notify
from mlops.formats.refusal import Refusal

INTERVAL = timedelta(seconds=30)


@dataclass(frozen=True)
class Reading:
    value: float
    title: str


def examine_due(now: datetime | None = None) -> int:
    now = now or timezone.now()
    due = Q(next_look_at=None) | Q(next_look_at__lte=now)
    rules = Rule.objects.filter(due, source=Source.METRIC, is_enabled=True).select_related("project", "owner")
    return sum(_claim(rule, now) and examine(rule, now) for rule in rules)


def _claim(rule: Rule, now: datetime) -> bool:
    same = Rule.objects.filter(pk=rule.pk, next_look_at=rule.next_look_at)
    return bool(same.update(next_look_at=now + INTERVAL, looked_at=now))


def examine(rule: Rule, now: datetime) -> bool:
    """A rule that cannot be examined says so on its own page; it holds up no other."""
    try:
        readings = read(rule, now)
    except Refusal as refusal:
        note_trouble(rule, f"{refusal.message} {refusal.hint}".strip(), now)
        return False
    except Exception as error:  # a metric of another package: any class
        note_trouble(rule, f"It could not be measured: {type(error).__name__}: {error}", now)
        return False
    note_trouble(rule, "", now)
    standing = {one.key: one for one in Alert.objects.filter(rule=rule, state__in=OPEN)}
    values = {subject[:200]: reading.value for subject, reading in readings.items()}
    for move in decide(limit_of(rule), {key: _standing(one) for key, one in standing.items()}, values, now):
        with transaction.atomic():
            _apply(rule, move, standing.get(move.key), readings.get(move.key), now)
    return True


def read(rule: Rule, now: datetime) -> dict[str, Reading]:
    """What is measured now, by subject. Raises Refusal `metric_unknown`, and whatever the metric raises."""
    known, found = metric(rule.metric), {}
    start = now - timedelta(seconds=rule.window_seconds)
    for one in series_of(rule, start, now):
        points = within(one.points, start, now, holds=known.holds) if known.keeps_history else one.points
        value = aggregate(points, rule.aggregation or known.aggregation)
        if value is not None:
            found[one.subject] = Reading(value, one.title or one.subject)
    return found


def series_of(rule: Rule, start: datetime, end: datetime) -> list[Series]:
    wanted = rule.subject
    measured = metric(rule.metric).measure(rule.project, start, end)
    return [one for one in measured if not wanted or fnmatchcase(one.subject, wanted)]


def limit_of(rule: Rule) -> Limit:
    return Limit(
        comparison=rule.comparison,  # type: ignore[arg-type]
        threshold=rule.threshold or 0.0,
        lasting=timedelta(seconds=rule.for_seconds),
        recovering=timedelta(seconds=rule.resolve_seconds),
    )


def _standing(alert: Alert) -> Standing:
    return Standing(
        is_firing=alert.state == AlertState.FIRING,
        began_at=alert.began_at,
        last_seen_at=alert.last_seen_at,
        within_since=alert.within_since,
    )


def _apply(rule: Rule, move: Move, standing: Alert | None, reading: Reading | None, now: datetime) -> None:
    if move.step in ("begin", "begin_and_fire"):
        alert = begin(rule, _finding(rule, move, reading), now)
        if alert is not None and move.step == "begin_and_fire":
            fire(alert, now)
    elif standing is None:
        return
    elif move.step in ("fire", "go_on"):
        see_again(standing, _finding(rule, move, reading), now)
        if move.step == "fire":
            fire(standing, now)
    elif move.step == "recover":
        begin_recovery(standing, move.value, now)
    elif move.step == "resolve":
        resolve(standing, _end(rule, move), now)
    else:
        drop(standing)


def _finding(rule: Rule, move: Move, reading: Reading | None) -> Finding:
    known = metric(rule.metric)
    title = f"{rule.name}: {reading.title if reading else move.key}"
    why = _("It is %(value_text)s. %(sentence)s.") % {
        "value_text": value_text(move.value, known.unit),
        "sentence": sentence(rule),
    }
    return Finding(key=move.key, subject=move.key, title=title, why=why, value=move.value)


def _end(rule: Rule, move: Move) -> str:
    if move.why == "no_data":
        return "Nothing has been measured for an hour."
    return f"It is back within its limit: {value_text(move.value, metric(rule.metric).unit)}."


def note_trouble(rule: Rule, trouble: str, now: datetime) -> None:
    if trouble == rule.trouble:
        return
    Rule.objects.filter(pk=rule.pk).update(trouble=trouble, trouble_since=now if trouble else None)
    notify("alert-rule", str(rule.pk), project=rule.project)
