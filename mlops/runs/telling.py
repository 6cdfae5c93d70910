"""Why a run or a step is as it is, since when, and what to do next: pure functions from facts to words."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class Told(msgspec.Struct, frozen=True, kw_only=True):
    reason: str
    since: datetime
    hint: str
    is_stuck: bool = False
    """It does not go on by itself: somebody has to do what the hint says."""


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What a state depends on besides its own row. `worker_seen_at`: None where no worker ever ran; `holders`: titles
    of the runs whose steps have the slots; `slots`: of each worker."""

    now: datetime
    has_worker: bool = True
    worker_seen_at: datetime | None = None
    holders: tuple[str, ...] = ()
    slots: int = 1
    workers: str = ""
    """Those that take steps, in one line."""


class StepFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`waits_for`: titles of the steps before it that have not ended. `not_before`: the pause before a next attempt."""

    state: str
    reason: str
    since: datetime
    run_state: str = "running"
    waits_for: tuple[str, ...] = ()
    attempt: int = 0
    not_before: datetime | None = None
    error_hint: str = ""
    is_pinned: bool = False
    unmet: str = ""
    """What it asks for and no worker has."""
    ahead: int = 0
    """How many steps wait in front of it; 0 where it is next."""
    is_at_quota: bool = False
    is_nobody_taking: bool = False
    """There are workers, and none of them takes steps."""


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`kind`: of models.RunKind. `steps` None: not looked at. `running`, `queued`: titles of steps in these states;
    `done` of `count`."""

    state: str
    reason: str
    since: datetime
    kind: str = "pipeline"
    running: tuple[str, ...] = ()
    queued: tuple[str, ...] = ()
    done: int = 0
    count: int = 0
    failed: str = ""
    failed_hint: str = ""
    stuck: Told | None = None
    """What keeps back the first of its queued steps that does not go on by itself."""


def tell_step(facts: StepFacts, around: Surroundings) -> Told:
    reason, since, hint = _step(facts, around)
    is_stuck = facts.state == "queued" and bool(facts.unmet or facts.is_at_quota or facts.is_nobody_taking)
    return Told(reason=reason, since=since, hint=hint, is_stuck=is_stuck)


def tell_run(facts: RunFacts, around: Surroundings) -> Told:
    if facts.kind == "tracked":
        return Told(
            reason=facts.reason or _tracked_reason(facts.state), since=facts.since, hint=_tracked_hint(facts.state)
        )
    reason, since, hint = _run(facts, around)
    return Told(reason=reason, since=since, hint=hint)


def _step(facts: StepFacts, around: Surroundings) -> tuple[str, datetime, str]:
    match facts.state:
        case "waiting" if facts.waits_for:
            return _waits(facts), facts.since, _("Nothing to do: it starts by itself when they are done.")
        case "waiting":
            return _unless_lost(facts, around, _("Its inputs are there; it is about to be queued."))
        case "queued":
            return _queued(facts, around)
        case "running" if not around.has_worker:
            return _no_worker(around, facts.since)
        case "running":
            told = facts.reason or _("It is running.")
            if facts.attempt > 1:
                told = _("%(reason)s This is attempt %(number)d.") % {"reason": told, "number": facts.attempt}
            return told, facts.since, _("Its log shows how far it is. To stop it, cancel the run.")
        case "completed":
            return facts.reason or _("Done."), facts.since, _("Open its results at its outputs.")
        case "reused" if facts.is_pinned:
            return facts.reason, facts.since, _("To let it run again, take the pin off in the drawing.")
        case "reused":
            told = facts.reason or _("The result of an earlier run was taken.")
            return told, facts.since, _("Open its results as usual. To run it all the same, set it to run anew (F8).")
        case "failed":
            hint = facts.error_hint or _("Look at its log, mend the cause and submit again: what is done is reused.")
            return facts.reason or _("It failed without a word."), facts.since, hint
        case "skipped":
            told = facts.reason or _("It was left out.")
            return told, facts.since, _("Remove that cause and submit again, or run only this step.")
        case "cancelled":
            told = facts.reason or _("The run was cancelled.")
            return told, facts.since, _("Submit again to go on: what is done is reused.")
    raise ValueError(f"no words for a step that is {facts.state}")


def _run(facts: RunFacts, around: Surroundings) -> tuple[str, datetime, str]:
    match facts.state:
        case "queued" | "running" if not around.has_worker:
            return _no_worker(around, facts.since)
        case "queued" if facts.reason:
            return facts.reason, facts.since, _("Nothing to do: it begins by itself. To give it up, cancel the run.")
        case "queued":
            return _("Waits for a worker to begin it."), facts.since, _("Nothing to do: it begins within seconds.")
        case "running" if facts.stuck and not facts.running:
            return f"{_done_of(facts)} {facts.stuck.reason}", facts.stuck.since, facts.stuck.hint
        case "running":
            return _progress(facts, around), facts.since, _running_hint(facts.kind)
        case "cancelling":
            told = facts.reason or _("It is being cancelled.")
            if facts.running:
                told = _("%(reason)s Still running: %(titles)s.") % {"reason": told, "titles": _some(facts.running)}
            if not around.has_worker:
                return told, facts.since, _no_worker(around, facts.since)[2]
            return told, facts.since, _("Nothing to do: its steps stop within seconds.")
        case "completed":
            told = facts.reason or _("All its steps are done.")
            return told, facts.since, _next_after(facts.kind)
        case "failed":
            mend = _("Open the failed step, mend it and submit again: what is done is reused.")
            if facts.kind != "pipeline":
                mend = _("Read its log, mend the cause and submit it again.")
            return facts.reason or _("A step failed."), facts.since, facts.failed_hint or mend
        case "cancelled":
            told = facts.reason or _("It was cancelled.")
            again = _("Submit again to go on: what is done is reused.")
            return told, facts.since, again if facts.kind == "pipeline" else _("Submit it again to let it run anew.")
    raise ValueError(f"no words for a run that is {facts.state}")


def _next_after(kind: str) -> str:
    """What people do with a run of that kind when it has completed."""
    match kind:
        case "command":
            return _("Look at its metrics and files, or register a model or data from its outputs.")
        case "sweep":
            return _("Compare its trials, and register the model of the best one.")
        case "parallel":
            return _("Look at its outputs, and register them as data.")
    return _("Look at the results of its steps, register a model, or publish the pipeline.")


def _tracked_reason(state: str) -> str:
    """Of a run elsewhere: all that is known is what its client says."""
    return {
        "queued": _("Its client says that it waits."),
        "running": _("Its client says that it runs."),
        "cancelling": _("It is being cancelled."),
        "completed": _("Its client says that it is done."),
        "failed": _("Its client says that it failed."),
        "cancelled": _("Its client says that it was stopped."),
    }[state]


def _tracked_hint(state: str) -> str:
    if state == "completed":
        return _("Look at its metrics and files, compare it with other runs, or register its model.")
    if state in ("failed", "cancelled"):
        return _("Look where it ran, and begin another run there.")
    return _("Nothing to do: what it logs appears here, and it ends when its client says so.")


def _running_hint(kind: str) -> str:
    if kind == "pipeline":
        return _("Open the step to see its log. It can be cancelled.")
    if kind == "sweep":
        return _("Its trials show what was found so far. It can be cancelled.")
    return _("Its log shows how far it is. It can be cancelled.")


def _queued(facts: StepFacts, around: Surroundings) -> tuple[str, datetime, str]:
    if not around.has_worker:
        return _no_worker(around, facts.since)
    if facts.not_before and facts.not_before > around.now:
        seconds = max(1, round((facts.not_before - around.now) / timedelta(seconds=1)))
        told = ngettext("It starts again in %(count)d second.", "It starts again in %(count)d seconds.", seconds)
        return facts.reason, facts.since, told % {"count": seconds}
    if facts.is_nobody_taking:
        told = _("No worker takes steps now: they are draining, or were removed.")
        return told, facts.since, _("Resume one (mlops worker resume), or start another.")
    if facts.unmet:
        told = _("It asks for %(unmet)s, which no worker has. There are: %(workers)s.")
        hint = _(
            "Start a worker that has it (MLOPS_WORKER_LABELS, MLOPS_WORKER_GPUS), or ask for less and submit again."
        )
        return told % {"unmet": facts.unmet, "workers": around.workers}, facts.since, hint
    if facts.is_at_quota:
        told = _("The project runs as many steps as it may at once.")
        return told, facts.since, _("It starts when one of them ends. An administrator may raise the quota.")
    if facts.attempt:
        return (
            facts.reason,
            facts.since,
            _("Nothing to do: it starts when a slot is free."),
        )
    if around.holders:
        told = ngettext(
            "Waits for a free slot: the %(count)d slot of each worker is held by %(runs)s.",
            "Waits for a free slot: the %(count)d slots of each worker are held by %(runs)s.",
            around.slots,
        ) % {"count": around.slots, "runs": _some(around.holders)}
        if facts.ahead:
            turn = ngettext("%(count)d step is before it.", "%(count)d steps are before it.", facts.ahead)
            told = f"{told} {turn % {'count': facts.ahead}}"
        hint = _("It starts when one ends. To be sooner, cancel that run or set MLOPS_STEP_SLOTS higher.")
        return told, facts.since, hint
    return _("A worker is about to take it."), facts.since, _("Nothing to do: it starts within seconds.")


def _unless_lost(facts: StepFacts, around: Surroundings, told: str) -> tuple[str, datetime, str]:
    if facts.run_state in ("queued", "running") and not around.has_worker:
        return _no_worker(around, facts.since)
    return told, facts.since, _("Nothing to do: it starts within seconds.")


def _no_worker(around: Surroundings, since: datetime) -> tuple[str, datetime, str]:
    """It waits since its own time, or since the worker was last seen, whichever came later."""
    hint = _("Start one with “mlops up”, or look with “mlops doctor” what keeps it from running.")
    if around.worker_seen_at is None:
        return _("No worker has ever run here."), since, hint
    return _("No worker is running."), max(since, around.worker_seen_at), hint


def _waits(facts: StepFacts) -> str:
    if len(facts.waits_for) == 1:
        return _("Waits for “%(title)s”.") % {"title": facts.waits_for[0]}
    return _("Waits for %(titles)s.") % {"titles": _some(tuple(f"“{title}”" for title in facts.waits_for))}


def _progress(facts: RunFacts, around: Surroundings) -> str:
    if not facts.count:
        return facts.reason or _("Its steps are running.")
    if facts.kind == "command" and facts.count == 1 and facts.running:
        return _("Its command is running.")
    told = _done_of(facts)
    if facts.running:
        return _("%(told)s Running: %(titles)s.") % {"told": told, "titles": _some(facts.running)}
    if facts.queued and around.holders:
        waits = _("%(told)s Waits for a free slot; they are held by %(runs)s.")
        return waits % {"told": told, "runs": _some(around.holders)}
    return told


def _done_of(facts: RunFacts) -> str:
    return _("%(done)d of %(count)d steps done.") % {"done": facts.done, "count": facts.count}


def _some(titles: tuple[str, ...], most: int = 3) -> str:
    """The first few, and how many more."""
    shown = ", ".join(titles[:most])
    if len(titles) <= most:
        return shown
    return _("%(some)s and %(count)d more") % {"some": shown, "count": len(titles) - most}
