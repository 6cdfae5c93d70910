"""Which steps a worker may take, which of them is next, and how it takes one: by a conditional update, so that no
other takes it too.

Runs of a higher priority go first; among equals the project that runs fewest steps for its weight now; then what had
begun before, and lost its worker; then what waits longest."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from mlops.events.chain import notify
from mlops.execution import stopping
from mlops.execution.away import AGAIN_SECONDS, AWAY, forget_connection
from mlops.execution.here import OWNER, here
from mlops.runs.logging import forget_metrics
from mlops.runs.models import Run, Step
from mlops.runs.places import full_projects
from mlops.work import shared_clock

LEASE = timedelta(seconds=15)
LOOKED_AT = 8
"""How many of the next are asked for at once: others may be faster with the first."""
MOST_LOOKS = 20
LARGE = ("run__spec", "run__document", "run__shapes")
"""The spec is kept by execution.frozen, and of the others no worker knows."""
FACTS = ("pk", "asks_place", "run__project")
IN_TURN = (F("started_at").asc(nulls_last=True), "state_since", "pk")
"""A step that lost its worker does not wait again behind all that came after it."""


GOING = ("queued", "running")


def claimable() -> QuerySet[Step]:
    """Steps that some worker may take now, in their turn."""
    waiting = Step.objects.filter(_is_free(), state="queued", run__state__in=GOING)
    return waiting.order_by(*IN_TURN)


def _takeable(step_id: int) -> QuerySet[Step]:
    """The step, if it is claimable, for an update. All that can change between two claims is asked of the row itself:
    PostgreSQL, which waits for the other claim to be over, asks that again afterwards. With a join the update would be
    of what a subquery had found before, and both would have the step."""
    is_going = Exists(Run.objects.filter(pk=OuterRef("run"), state__in=GOING))
    return Step.objects.filter(_is_free(), is_going, pk=step_id, state="queued")


def _is_free() -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=shared_clock.now())


def claim_next() -> Step | None:
    """The step that is next among those that fit here, now this worker's; None where there is none."""
    with here.lock:
        if not here.facts().takes_work:
            return None
        for _look in range(MOST_LOOKS):
            rows = _next()
            if not rows:
                return None
            for step_id, place, _project in rows:
                if here.is_place(place) and (step := _claim(step_id)) is not None:
                    here.hold(step)
                    return step
    return None


def _next() -> list[tuple[int, str, object]]:
    """Step, place and project of those whose turn it is."""
    fitting = _fitting()
    ahead = list(fitting.order_by("-run__priority", *IN_TURN).values_list(*FACTS)[:LOOKED_AT])
    limits = here.facts().most_steps
    projects = {project for _pk, _place, project in ahead}
    if not limits and len(projects) < 2 and (len(ahead) < LOOKED_AT or not _others(fitting, projects)):
        return ahead  # nobody to share with
    running = running_by_project()
    if limits.get(None) == 0:
        fitting = fitting.filter(run__project__in=[project for project in limits if project is not None])
    counted = [When(run__project=project, then=Value(turn)) for project, turn in turns(running).items()]
    turn = Case(*counted, default=Value(1.0)) if counted else Value(1.0)
    fair = fitting.exclude(run__project__in=full_projects(limits, running))
    return list(fair.order_by("-run__priority", turn, *IN_TURN).values_list(*FACTS)[:LOOKED_AT])


def turns(running: Mapping[Any, int]) -> dict[Any, float]:
    """By project, how much of its part it would have with one step more; the least is next, so that the parts of
    projects whose steps wait come out in proportion to their weights. What is not listed has 1."""
    weights = here.facts().weights
    return {one: (running.get(one, 0) + 1) / weights.get(one, 1) for one in {*running, *weights}}


def _others(fitting: QuerySet[Step], projects: set[Any]) -> bool:
    return fitting.exclude(run__project__in=projects).order_by().exists()


def _fitting() -> QuerySet[Step]:
    """Those that this worker has enough for."""
    found = claimable()
    cpus, memory, gpus = here.free()
    if cpus is not None:
        found = found.filter(asks_cpus__lte=cpus, asks_memory_bytes__lte=memory, asks_gpus__lte=gpus)
    if unfit := here.unfit_places():
        found = found.exclude(asks_place__in=unfit)
    return found


def running_by_project() -> dict[object, int]:
    """How many steps of each project run now; a step without a lease, such as a sweep, has no slot."""
    running = Step.objects.filter(state="running", lease_until__isnull=False).order_by()
    return dict(running.values_list("run__project").annotate(count=Count("pk")))


def _claim(step_id: int) -> Step | None:
    now = shared_clock.now()
    try:
        return _take(step_id, now=now)
    except AWAY:
        if connection.in_atomic_block:
            raise
        return _taken_after_all(step_id, now=now)


def _take(step_id: int, *, now: datetime) -> Step | None:
    with transaction.atomic():
        taken = _takeable(step_id).update(
            state="running",
            reason=_("Running on %(worker)s.") % {"worker": OWNER},
            state_since=now,
            started_at=now,
            ended_at=None,
            error=None,
            progress=0.0,
            attempt=F("attempt") + 1,
            lease_owner=OWNER,
            lease_until=now + LEASE,
        )
        if not taken:
            return None
        step = _known().get(pk=step_id)
        if step.attempt > 1:  # of one that was lost
            forget_metrics(step.run, node=step.node)
        notify("step", f"{step.run_id}/{step.node}", project=step.run.project)
    return step


def _taken_after_all(step_id: int, *, now: datetime) -> Step | None:
    """Where the database went away, it may have kept the claim and lost its answer: then the step is this worker's,
    which would else let it lie until its lease is over, as if a worker had died with it."""
    deadline = time.monotonic() + LEASE.total_seconds() / 2
    while True:
        forget_connection()
        try:
            with transaction.atomic():  # what the database is still about to keep holds the row until then
                step = _known().select_for_update(of=("self",), no_key=True).get(pk=step_id)
            is_mine = (step.state, step.lease_owner, step.started_at) == ("running", OWNER, now)
            return step if is_mine else None
        except AWAY:
            if time.monotonic() > deadline or stopping.is_asked():
                raise
        time.sleep(AGAIN_SECONDS)


def _known() -> QuerySet[Step]:
    return Step.objects.select_related("run__project", "run__experiment").defer(*LARGE)
