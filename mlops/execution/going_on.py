"""What is due when a step has ended. In a large run that is little: the steps that it feeds, or the run's end.

Where more may be due, all of the run is looked at; so does the regular look, which finds what was missed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from mlops.execution.advance import MOST_NAMED, advance, start_ready
from mlops.execution.frozen import frozen
from mlops.execution.ready import DONE, OPEN
from mlops.execution.sweeps.looking import has_sweeps
from mlops.runs.models import Run, Step


def go_on(step: Step, *, served: int = 0) -> None:
    """`served`: how many of the steps that get ready the caller will take by itself, without being woken."""
    go_on_after([step], served=served)


def go_on_after(steps: Sequence[Step], *, served: int = 0) -> None:
    """As `go_on`, after several steps of one run."""
    run = steps[0].run
    all_completed = all(step.state == "completed" for step in steps)
    if not all_completed or has_sweeps(run) or not _goes_on_beside(run, steps, served=served):
        advance(run.pk, served=served)


def _goes_on_beside(run: Run, steps: Sequence[Step], *, served: int) -> bool:
    """Whether nothing else of the run need be looked at."""
    known = frozen(run)
    fed: set[str] = set().union(*(known.fed.get(step.node, set()) for step in steps))
    if not fed:
        return _is_open(run)
    near = fed.union(*(known.feeders[node] for node in fed))
    if len(near) > MOST_NAMED:
        return False
    rows = Step.objects.filter(Q(node__in=near) | Q(state="failed"), run=run, run__state="running")
    states = dict(rows.values_list("node", "state"))
    if "failed" in states.values() or not states.keys() >= near:
        return False
    ready = [
        node
        for node in sorted(fed)
        if states[node] == "waiting" and all(states[feeder] in DONE for feeder in known.feeders[node])
    ]
    if ready:
        if start_ready(run, ready, near=near, served=served):
            advance(run.pk)
        return True
    return _is_open(run)


def _is_open(run: Run) -> bool:
    """Whether others of it are yet to end."""
    return Step.objects.filter(run=run, run__state="running", state__in=OPEN).exists()
