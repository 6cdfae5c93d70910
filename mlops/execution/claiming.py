"""Which steps a worker may take, which of them is next, and how it takes one: by a conditional update, so that no
other takes it too.

Runs of a higher priority go first; among equals the project that runs fewest steps for its weight now; then what had
begun before, and lost its worker; then what waits longest. Only the next step of each run is compared, so that a long
queue costs little more than a short one."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils.translation import gettext as _

from mlops.blobs.models import Tree
from mlops.events.chain import notify, notify_each
from mlops.execution import stopping
from mlops.execution.away import AGAIN_SECONDS, AWAY, forget_connection
from mlops.execution.frozen import frozen
from mlops.execution.here import OWNER, here
from mlops.execution.laying_out import feeding, trees_into
from mlops.runs.logging import forget_metrics
from mlops.runs.models import Run, Step
from mlops.runs.places import full_projects
from mlops.runtime.light import MOST_INPUT_BYTES, is_of_light_kind
from mlops.work import shared_clock

LEASE = timedelta(seconds=15)
LOOKED_AT = 8
"""How many of the next are asked for at once: others may be faster with the first."""
MOST_LOOKS = 20
MOST_BESIDE, SHARE_BESIDE = 15, 4
"""How many light steps are taken together with one, and at most which part of those that wait: the others' workers want
some as well."""
LARGE = ("run__spec", "run__document", "run__shapes")
"""The spec is kept by execution.frozen, and of the others no worker knows."""
FACTS = ("pk", "asks_place", "run", "run__project")
IN_TURN = (ExpressionWrapper(Q(started_at=None), output_field=BooleanField()), "started_at", "state_since", "pk")
"""A step that lost its worker does not wait again behind all that came after it. Of one run the index `step_turn` keeps
them in this order."""
ASKED = ("asks_cpus", "asks_memory_bytes", "asks_gpus", "asks_place")


GOING = ("queued", "running")


class Fact(NamedTuple):
    """Of a step that may be taken."""

    step: int
    place: str
    run: UUID
    project: UUID


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
            is_any = False
            for found in _next():
                is_any = True
                if here.is_place(found.place) and (step := _claim(found.step)) is not None:
                    here.hold(step)
                    return step
            if not is_any:
                return None
    return None


def claim_beside(first: Step) -> list[Step]:
    """Other light steps of its run that wait, now this worker's as well: they take its place one after the other, which
    costs far less than one by one. None that was lost before, for what ended a worker is tried by itself."""
    try:
        return _beside(first)
    except AWAY:
        if connection.in_atomic_block:
            raise
        forget_connection()
        return []


def _beside(first: Step) -> list[Step]:
    if first.attempt > 1 or not _is_light(first.run, first.component, first.version) or here.facts().most_steps:
        return []
    same = {name: getattr(first, name) for name in ASKED} | {"run": first.run_id, "attempt": 0, "state": "queued"}
    waiting = Step.objects.filter(_is_free(), **same).order_by(*IN_TURN)
    seen = list(waiting.values_list("pk", "component", "version")[: (MOST_BESIDE + 1) * SHARE_BESIDE])
    wanted = [pk for pk, name, version in seen if _is_light(first.run, name, version)]
    most = min(MOST_BESIDE, len(seen) // SHARE_BESIDE)
    if not most or not wanted:
        return []
    chosen = list(Step.objects.filter(pk__in=random.sample(wanted, min(most, len(wanted)))))
    for step in chosen:
        step.run = first.run
    small = _with_small_inputs([first, *chosen])
    return _claim_each(first, [step.pk for step in chosen if step in small]) if first in small else []


def _is_light(run: Run, component: str, version: str) -> bool:
    return frozen(run).library.definition(component, version) is None and is_of_light_kind(component, version)


def _with_small_inputs(steps: list[Step]) -> list[Step]:
    made_by = feeding(*steps)
    trees = {step.pk: trees_into(step, made_by).values() for step in steps}
    known = Tree.objects.filter(digest__in={tree for each in trees.values() for tree in each})
    sizes = dict(known.values_list("digest", "size_bytes"))
    return [step for step in steps if sum(sizes[tree] for tree in trees[step.pk]) <= MOST_INPUT_BYTES]


def _claim_each(first: Step, wanted: list[int]) -> list[Step]:
    now = shared_clock.now()
    with transaction.atomic():
        is_going = Exists(Run.objects.filter(pk=first.run_id, state__in=GOING))
        free = Step.objects.filter(_is_free(), is_going, pk__in=wanted, state="queued", attempt=0)
        steps = list(free.select_for_update(skip_locked=True, no_key=True))  # SQLite: nobody else writes now
        Step.objects.filter(pk__in=[step.pk for step in steps]).update(**_taking(now))
        notify_each("step", [f"{step.run_id}/{step.node}" for step in steps], project=first.run.project)
    for step in steps:
        step.run, step.attempt, step.state, step.started_at = first.run, 1, "running", now
    return steps


def _next() -> Iterator[Fact]:
    """Those whose turn it is. Where others were faster with the first, those behind it in its run, and then the first
    of other runs."""
    firsts = _firsts()
    if not firsts:
        return
    first = firsts[0]
    yield first
    yield from _facts(_fitting().filter(run=first.run).exclude(pk=first.step).order_by(*IN_TURN))
    yield from firsts[1:]


def _firsts() -> list[Fact]:
    """The next of each run, in their turn. Only these are compared: a queue is much longer than there are runs."""
    found = Step.objects.filter(pk__in=_going().annotate(first=_first_of_the_run()).values("first"))
    ahead = _facts(found.order_by("-run__priority", *IN_TURN))
    limits = here.facts().most_steps
    projects = {one.project for one in ahead}
    if not limits and len(projects) < 2 and (len(ahead) < LOOKED_AT or not _others(projects)):
        return ahead  # nobody to share with
    running = running_by_project()
    going = _going().exclude(project__in=full_projects(limits, running))
    if limits.get(None) == 0:
        going = going.filter(project__in=[project for project in limits if project is not None])
    counted = [When(run__project=project, then=Value(turn)) for project, turn in turns(running).items()]
    turn = Case(*counted, default=Value(1.0)) if counted else Value(1.0)
    fair = Step.objects.filter(pk__in=going.annotate(first=_first_of_the_run()).values("first"))
    return _facts(fair.order_by("-run__priority", turn, *IN_TURN))


def turns(running: Mapping[Any, int]) -> dict[Any, float]:
    """By project, how much of its part it would have with one step more; the least is next, so that the parts of
    projects whose steps wait come out in proportion to their weights. What is not listed has 1."""
    weights = here.facts().weights
    return {one: (running.get(one, 0) + 1) / weights.get(one, 1) for one in {*running, *weights}}


def _others(projects: set[UUID]) -> bool:
    return _going().exclude(project__in=projects).filter(Exists(_fitting().filter(run=OuterRef("pk")))).exists()


def _going() -> QuerySet[Run]:
    return Run.objects.filter(state__in=GOING).order_by()


def _first_of_the_run() -> Subquery:
    return Subquery(_fitting().filter(run=OuterRef("pk")).order_by(*IN_TURN).values("pk")[:1])


def _facts(steps: QuerySet[Step]) -> list[Fact]:
    return [Fact(*one) for one in steps.values_list(*FACTS)[:LOOKED_AT]]


def _fitting() -> QuerySet[Step]:
    """Those that wait and that this worker has enough for."""
    found = Step.objects.filter(_is_free(), state="queued").order_by()
    cpus, memory, gpus = here.free()
    if cpus is not None:
        found = found.filter(asks_cpus__lte=cpus, asks_memory_bytes__lte=memory, asks_gpus__lte=gpus)
    if unfit := here.unfit_places():
        found = found.exclude(asks_place__in=unfit)
    return found


def running_by_project() -> dict[object, int]:
    """How many steps of each project run now; a step without a lease, such as a sweep, has no slot."""
    running = Step.objects.filter(state="running", lease_until__isnull=False).order_by()
    # Counted here: a GROUP BY has SQLite read all steps there are, in the order of their runs.
    of_runs = Counter(running.values_list("run", flat=True))
    counted: Counter[object] = Counter()
    for run, project in Run.objects.filter(pk__in=of_runs).values_list("pk", "project"):
        counted[project] += of_runs[run]
    return counted


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
        taken = _takeable(step_id).update(**_taking(now))
        if not taken:
            return None
        step = _known().get(pk=step_id)
        if step.attempt > 1:  # of one that was lost
            forget_metrics(step.run, node=step.node)
        notify("step", f"{step.run_id}/{step.node}", project=step.run.project)
    return step


def _taking(now: datetime) -> dict[str, Any]:
    return {
        "state": "running", "reason": _("Running on %(worker)s.") % {"worker": OWNER}, "state_since": now,
        "started_at": now, "ended_at": None, "error": None, "progress": 0.0, "attempt": F("attempt") + 1,
        "lease_owner": OWNER, "lease_until": now + LEASE,
    }  # fmt: skip


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
