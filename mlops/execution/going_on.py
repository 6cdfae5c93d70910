"""What is due when a step has ended. In a large run that is little: the steps that it feeds, or the run's end.

Where more may be due, all of the run is looked at; so does the regular look, which finds what was missed."""

from __future__ import annotations

from django.db.models import Q

from mlops.execution.advance import MOST_NAMED, advance, start_ready
from mlops.execution.frozen import frozen
from mlops.execution.ready import DONE, OPEN
from mlops.execution.sweeps.looking import has_sweeps
from mlops.runs.models import Step


def go_on(step: Step, *, served: int = 0) -> None:
    """`served`: how many of the steps that get ready the caller will take by itself, without being woken."""
    if step.state != "completed" or has_sweeps(step.run) or not _goes_on_beside(step, served=served):
        advance(step.run_id, served=served)


def _goes_on_beside(step: Step, *, served: int) -> bool:
    """Whether nothing else of the run need be looked at."""
    known = frozen(step.run)
    fed = known.fed.get(step.node, set())
    if not fed:
        return _is_open(step)
    near = fed.union(*(known.feeders[node] for node in fed))
    if len(near) > MOST_NAMED:
        return False
    rows = Step.objects.filter(Q(node__in=near) | Q(state="failed"), run=step.run_id, run__state="running")
    states = dict(rows.values_list("node", "state"))
    if "failed" in states.values() or not states.keys() >= near:
        return False
    ready = [
        node
        for node in sorted(fed)
        if states[node] == "waiting" and all(states[feeder] in DONE for feeder in known.feeders[node])
    ]
    if ready:
        if start_ready(step.run, ready, near=near, served=served):
            advance(step.run_id)
        return True
    return _is_open(step)


def _is_open(step: Step) -> bool:
    """Whether others of its run are yet to end."""
    return Step.objects.filter(run=step.run_id, run__state="running", state__in=OPEN).exists()
