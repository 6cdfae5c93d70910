"""How many workers a pool should have: a pure function of what waits, what runs, and who works."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext as _

QUIET = timedelta(minutes=5)
"""So long fewer must be enough before fewer are wanted."""


class PoolFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`waiting` and `running` are steps that ask for this pool; `slots`: of all its workers together."""

    name: str
    labels: Mapping[str, str] = {}
    waiting: int
    running: int
    workers: int
    slots: int
    slots_of_one: int
    """Of a worker that would come."""
    least: int = 0
    most: int | None = None
    enough_since: datetime | None = None
    """Since when fewer workers would be enough."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    pool: str
    workers: int
    wanted: int
    why: str
    waiting: int
    running: int
    labels: Mapping[str, str] = {}
    """Which its workers have."""


def decide(facts: PoolFacts, now: datetime) -> Wanted:
    """More at once; fewer after a quiet time. Within the pool's bounds."""
    needed = needed_of(facts)
    wanted, why = needed, _("Steps that wait or run for it: %(steps)d.") % {"steps": facts.waiting + facts.running}
    if needed < facts.workers and (facts.enough_since is None or now - facts.enough_since < QUIET):
        wanted, why = facts.workers, _("Fewer would do, but not for five minutes yet.")
    if wanted < facts.least:
        wanted, why = facts.least, _("It is to have at least %(least)d.") % {"least": facts.least}
    if facts.most is not None and wanted > facts.most:
        wanted, why = facts.most, _("It may have at most %(most)d.") % {"most": facts.most}
    return Wanted(
        pool=facts.name, workers=facts.workers, wanted=wanted, why=why, waiting=facts.waiting, running=facts.running,
        labels=facts.labels,
    )  # fmt: skip


def needed_of(facts: PoolFacts) -> int:
    """By the steps alone."""
    each = facts.slots / facts.workers if facts.workers and facts.slots else facts.slots_of_one
    return math.ceil((facts.waiting + facts.running) / max(each, 1))
