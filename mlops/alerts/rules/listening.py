"""Reads the events in their order, each once, and moves the alerts of the rules that wait for them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from mlops.alerts.models import Alert, ReadingPlace, Rule, Source
from mlops.alerts.models.alert import OPEN
from mlops.alerts.recipes.defaults import create_default_rules
from mlops.alerts.rules.matching import clears, key_of, part_of, raises
from mlops.alerts.rules.measuring import note_trouble
from mlops.alerts.rules.raising import Finding, begin, fire, resolve, see_again
from mlops.alerts.subjects import about
from mlops.events.models import Event

READER = "rules"
BATCH = 200
FRESH = timedelta(minutes=10)
"""What is older than this when the first reader starts is history, and raises nothing."""
PROJECT_CREATED = "mlops.project.created"


def read_events(now: datetime | None = None) -> int:
    """How many events this caller took. Another worker that took them meanwhile leaves none."""
    place = _place()
    events = _next(place.seq)
    if not events:
        return 0
    rules = _rules({event.project_id for event in events})
    with transaction.atomic():
        here = ReadingPlace.objects.filter(reader=READER, seq=place.seq)
        if not here.update(seq=events[-1].seq):
            return 0
        for event in events:
            _apply(event, rules[event.project_id], now or timezone.now())
    return len(events)


def is_any() -> bool:
    """Whether events wait to be read."""
    return Event.objects.filter(seq__gt=_place().seq).exists()


def _place() -> ReadingPlace:
    found = ReadingPlace.objects.filter(reader=READER).first()
    if found is not None:
        return found
    before = Event.objects.filter(at__lt=timezone.now() - FRESH).order_by("-seq").first()
    return ReadingPlace.objects.get_or_create(reader=READER, defaults={"seq": before.seq if before else 0})[0]


def _next(seq: int) -> list[Event]:
    """Up to the next new project: its rules must be there before its own events are looked at."""
    events = list(Event.objects.filter(seq__gt=seq).select_related("project", "actor").order_by("seq")[:BATCH])
    new = next((place for place, event in enumerate(events) if event.type == PROJECT_CREATED), len(events))
    return events[: new + 1]


def _rules(projects: set[Any]) -> dict[Any, list[Rule]]:
    found: dict[Any, list[Rule]] = defaultdict(list)
    enabled = Rule.objects.filter(project__in=projects - {None}, source=Source.EVENT, is_enabled=True)
    for rule in enabled.select_related("project", "owner"):
        found[rule.project_id].append(rule)
    return found


def _apply(event: Event, rules: list[Rule], now: datetime) -> None:
    if event.type == PROJECT_CREATED and event.project is not None:
        create_default_rules(event.project, event.actor)
    for rule in rules:
        try:
            what = _clear if clears(rule, event) else _raise if raises(rule, event) else None
            if what is not None:
                with transaction.atomic():
                    what(rule, event, now)
        except Exception as error:  # one rule that cannot be followed holds up no other, and no event
            note_trouble(rule, f"It could not follow {event.type}: {error}", now)


def _clear(rule: Rule, event: Event, now: datetime) -> None:
    standing = Alert.objects.filter(rule=rule, key=key_of(rule, event)[:200], state__in=OPEN).first()
    if standing is not None:
        resolve(standing, event.reason or f"{event.type} came.", now)


def _raise(rule: Rule, event: Event, now: datetime) -> None:
    part = part_of(rule, event)
    finding = Finding(
        key=key_of(rule, event),
        subject=event.subject,
        title=f"{rule.name}: {about(event.project, event.subject).title}" + (f", {part}" if part else ""),
        why=event.reason or f"{event.type} by {event.actor_name}.",
        value=_number(event.data.get("magnitude")),
        event_type=event.type,
        event_id=event.id,
        data=event.data,
        author=event.actor,
    )
    standing = Alert.objects.filter(rule=rule, key=finding.key[:200], state__in=OPEN).first()
    if standing is not None:
        see_again(standing, finding, now)
        return
    alert = begin(rule, finding, now)
    if alert is not None and not rule.for_seconds:
        fire(alert, now)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
