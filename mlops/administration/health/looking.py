"""The regular job: each part that is due is looked at by one worker, and what it found becomes its row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mlops.administration.health import telling
from mlops.administration.health.finding import Finding, worst_first
from mlops.administration.health.parts import PARTS, Part, looked_at
from mlops.administration.models import HealthChange, HealthPart
from mlops.administration.system.standing import worst
from mlops.events.chain import notify

TOLD_AFTER = 2
"""So many looks in a row find it bad, and people are told: what mends itself within half a minute wakes nobody."""
KEPT = timedelta(days=14)


def look(*, at_once: bool = False) -> None:
    """At all that is due; `at_once`: at all."""
    HealthPart.objects.bulk_create([HealthPart(key=one.key) for one in PARTS], ignore_conflicts=True)
    for part in PARTS:
        if at_once or _claim(part):
            note(part, looked_at(part))


def forget_old(now: datetime | None = None) -> None:
    HealthChange.objects.filter(at__lt=(now or timezone.now()) - KEPT).delete()
    HealthPart.objects.exclude(key__in=[one.key for one in PARTS]).delete()


def _claim(part: Part) -> bool:
    """A call may come twice, to several workers; one of them looks."""
    now = timezone.now()
    due = Q(claimed_at=None) | Q(claimed_at__lt=now - timedelta(seconds=part.every_seconds * 0.8))
    return bool(HealthPart.objects.filter(due, key=part.key).update(claimed_at=now))


def note(part: Part, findings: Sequence[Finding], now: datetime | None = None) -> None:
    """Writes down what was found; what changed is kept, and a part that stays bad is told."""
    now = now or timezone.now()
    state = worst(findings)
    with transaction.atomic():
        row = HealthPart.objects.select_for_update(no_key=True).get(key=part.key)
        sorted_ones = worst_first(_since(findings, msgspec.convert(row.findings, list[Finding]), now))
        was = row.state
        row.findings, row.looked_at, row.state = msgspec.to_builtins(sorted_ones), now, state
        row.bad_looks = row.bad_looks + 1 if state == "bad" else 0
        if was != state:
            row.since = now
            _remember(part, was, state, sorted_ones, now)
        if state == "bad" and row.bad_looks >= TOLD_AFTER and row.told_at is None:
            row.told_at = now
            telling.tell_bad(part, sorted_ones[0])
        elif state != "bad" and row.told_at is not None:
            telling.tell_well(part, seconds=(now - row.told_at).total_seconds())
            row.told_at = None
        row.save()


def _since(findings: Sequence[Finding], before: Sequence[Finding], now: datetime) -> list[Finding]:
    """What does not say itself since when it is so, is so since the first look that found it."""
    known = {(one.what, one.state): one.since for one in before}
    return [
        one
        if one.since or one.state == "ok"
        else msgspec.structs.replace(one, since=known.get((one.what, one.state)) or now)
        for one in findings
    ]


def _remember(part: Part, was: str, state: str, findings: Sequence[Finding], now: datetime) -> None:
    """The first look at a part that is well is no change."""
    if was or state != "ok":
        why = findings[0].why if findings and state != "ok" else ""
        HealthChange.objects.create(part=part.key, was=was, state=state, why=why, at=now)
    notify("health", part.key, project=None)
