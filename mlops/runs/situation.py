"""Collects the facts from which the state of a run and of its steps is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.compute.fitting import told_workers
from mlops.runs.models import DONE_STEP_STATES, FINAL_STEP_STATES, Run, Step
from mlops.runs.queueing import Queue
from mlops.runs.telling import RunFacts, StepFacts, Surroundings, Told, tell_run, tell_step
from mlops.work.pulse import MISSED_AFTER_SECONDS, seconds_since_pulse

MOST_HOLDERS = 50


def surroundings(*, of: Run | None = None) -> Surroundings:
    """`of`: whose steps may wait for slots; without it nobody is asked who holds them."""
    now = timezone.now()
    silent = seconds_since_pulse()
    return Surroundings(
        now=now,
        has_worker=silent is not None and silent < MISSED_AFTER_SECONDS,
        worker_seen_at=None if silent is None else now - timedelta(seconds=silent),
        holders=_holders(of) if of is not None and not of.is_final else (),
        slots=settings.STEP_SLOTS,
    )


def told_run(
    run: Run, around: Surroundings, steps: list[Step] | None = None, told: Mapping[str, Told] | None = None
) -> Told:
    """`told`: of its steps, by node."""
    known = steps or []
    failed = next((step for step in known if step.state == "failed"), None)
    facts = RunFacts(
        state=run.state,
        reason=run.reason,
        since=run.state_since,
        kind=run.kind,
        running=tuple(step.title for step in known if step.state == "running"),
        queued=tuple(step.title for step in known if step.state == "queued"),
        done=sum(step.state in FINAL_STEP_STATES for step in known),
        count=len(known),
        failed=failed.title if failed else "",
        failed_hint=_hint_of(failed) if failed else "",
        stuck=next((told[step.node] for step in known if told[step.node].is_stuck), None) if told else None,
    )
    return tell_run(facts, around)


def told_steps(run: Run, steps: list[Step], around: Surroundings) -> dict[str, Told]:
    """By node."""
    states = {step.node: step for step in steps}
    before: dict[str, list[str]] = {}
    for edge in run.spec.get("edges", ()) if not run.is_final else ():
        source = states.get(edge["source"])
        if source is not None and source.state not in DONE_STEP_STATES:
            titles = before.setdefault(edge["target"], [])
            if source.title not in titles:
                titles.append(source.title)
    queue = Queue(run, steps)
    ahead = queue.ahead()
    around = msgspec.structs.replace(around, workers=told_workers(queue.workers))
    pinned = {node["id"] for node in run.spec.get("nodes", ()) if node.get("pins")}
    return {
        step.node: tell_step(
            StepFacts(
                state=step.state,
                reason=step.reason,
                since=step.state_since,
                run_state=run.state,
                waits_for=tuple(before.get(step.node, ())),
                attempt=step.attempt,
                not_before=step.lease_until if step.state == "queued" else None,
                error_hint=_hint_of(step),
                is_pinned=step.node in pinned and step.reused_from_id is None,
                unmet=queue.unmet(step) if step.state == "queued" else "",
                ahead=ahead.get(step.pk, 0),
                is_at_quota=queue.is_at_quota,
                is_nobody_taking=step.state == "queued" and not queue.workers,
            ),
            around,
        )
        for step in steps
    }


def _hint_of(step: Step) -> str:
    return str((step.error or {}).get("hint") or "")


def _holders(waiting: Run) -> tuple[str, ...]:
    """Runs whose steps run now; those of other projects are not named. Nobody while slots are free. A step without a
    lease, such as that of a batch job, has no slot."""
    running = (
        Step.objects.filter(state="running", lease_until__isnull=False)
        .select_related("run")
        .order_by("started_at", "pk")
    )
    held = [step.run for step in running.defer("run__spec", "run__document", "run__shapes")[:MOST_HOLDERS]]
    if len(held) < settings.STEP_SLOTS:
        return ()
    names = [
        _("this run")
        if run.pk == waiting.pk
        else _("run #%(number)d") % {"number": run.number}
        if run.project_id == waiting.project_id
        else _("a run of another project")
        for run in held
    ]
    return tuple(dict.fromkeys(names))


def shaped(told: Told) -> dict[str, Any]:
    return {"reason": told.reason, "since": told.since, "hint": told.hint}
