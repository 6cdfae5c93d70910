"""Light steps of one run, carried out one after the other in one process and written down in one transaction.

What costs most of a small step is its way in and out of the database: together they share that. Each keeps a lease of
its own, and is told as completed only while it is still this worker's."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from mlops.blobs.trees import keep_folders
from mlops.execution import stopping
from mlops.execution.ends import of_completed, span_facts
from mlops.execution.executors.process import start_together
from mlops.execution.frozen import frozen
from mlops.execution.here import OWNER
from mlops.execution.holding import Hold
from mlops.execution.laying_out import feeding, folder_of, lay_out, take_away
from mlops.execution.news import log_lines, points_of
from mlops.execution.retry import give_back
from mlops.formats.step import StepOrder
from mlops.quotas.storage import require_folders
from mlops.runs.logging import log_metrics
from mlops.runs.models import LogLine, Run, Step
from mlops.runs.moves import complete_steps
from mlops.runs.trails import of_run
from mlops.runtime.running_together import Ended
from mlops.trail import carried, telling

LONGEST_SECONDS = 5.0
"""What has not ended by then is ended, and begun anew by itself, where its progress shows."""
LOOK_SECONDS = 0.1
MINE = Q(lease_owner=OWNER)

_log = logging.getLogger(__name__)


class Outcome(NamedTuple):
    """`alone`: of those that did not go well here, which this worker still holds. All others are no more its own."""

    completed: list[Step]
    alone: list[Step]


def carry_out_together(steps: Sequence[Step]) -> Outcome:
    """All are of one run, and in their first attempt."""
    run, hold = steps[0].run, Hold(*steps)
    with hold.kept(), of_run(run):
        _log.info("%d steps of run %s began together.", len(steps), run.number)
        ended: list[tuple[Step, Ended]] = []
        completed: list[Step] = []
        try:
            ended = _ended(steps, hold)
            good = [(step, end) for step, end in ended if end.report and end.report.state == "completed"]
            completed = hold.patiently(partial(_conclude, good, hold)) if good else []
        except Exception:  # whatever it is, each by itself finds out why
            _log.warning("Steps of run %s could not be carried out together.", run.number, exc_info=True)
        finally:
            was_begun = {step.pk for step, end in ended if end.was_begun}
            for step in steps:
                take_away(folder_of(step))
        rest = [step for step in steps if step not in completed]
        mine = hold.patiently(hold.mine) if rest and not hold.is_lapsed else set()
        alone = []
        for step in (step for step in rest if step.pk in mine):
            if stopping.is_asked() or (ended and step.pk not in was_begun):
                hold.patiently(partial(give_back, step, why=_("Waits for a free slot on a worker."), only=MINE))
            else:
                alone.append(step)
        _tell(completed, run)
    return Outcome(completed, alone)


def _tell(completed: Sequence[Step], run: Run) -> None:
    """A line and a span of each, as of one that was carried out by itself."""
    for step in completed:
        with carried.about(step=step.node):
            _log.info("The step %s of run %s: %s.", step.node, run.number, step.state)
            if step.started_at and step.ended_at:
                seconds = (step.ended_at - step.started_at).total_seconds()
                began = step.started_at.timestamp()
                telling.note(f"step {step.node}", span_facts(step), began=began, seconds=seconds)


def _ended(steps: Sequence[Step], hold: Hold) -> list[tuple[Step, Ended]]:
    made_by = hold.patiently(partial(feeding, *steps))
    orders = [lay_out(step, made_by) for step in steps]
    running = start_together(orders)
    until = time.monotonic() + LONGEST_SECONDS
    try:
        while not running.wait(LOOK_SECONDS) and time.monotonic() < until and not stopping.is_asked():
            if hold.is_lapsed:
                break
    finally:
        ended = running.end()
    return list(zip(steps, ended, strict=True))


def _conclude(good: Sequence[tuple[Step, Ended]], hold: Hold) -> list[Step]:
    run = good[0][0].run
    require_folders(run.project_id, [Path(folder) for _step, end in good for folder in end.order.outputs.values()])
    made = [(step, port, Path(folder)) for step, end in good for port, folder in _made(end.order)]
    outputs: dict[int, dict[str, Any]] = {step.pk: {} for step, _end in good}
    for (step, port, _folder), tree in zip(made, keep_folders([folder for _step, _port, folder in made]), strict=True):
        outputs[step.pk][port] = {"type": _type_of(step, port), "tree": tree}
    with transaction.atomic():
        mine = hold.mine(locked=True)
        kept = [(step, end) for step, end in good if step.pk in mine]
        _record(kept)
        return complete_steps({step: _told(step, end, outputs[step.pk]) for step, end in kept}, project=run.project)


def _made(order: StepOrder) -> list[tuple[str, str]]:
    return [(port, folder) for port, folder in order.outputs.items() if any(Path(folder).iterdir())]


def _type_of(step: Step, port: str) -> str:
    outputs = frozen(step.run).library.component(step.component, step.version).outputs
    return next(out.type for out in outputs if out.name == port)


def _record(ended: Sequence[tuple[Step, Ended]]) -> None:
    steps = [step for step, _end in ended]
    last = dict(LogLine.objects.filter(step__in=steps).values_list("step").annotate(last=Max("seq")))
    rows = [row for step, end in ended for row in log_lines(step, end.news, last=last.get(step.pk, 0))]
    LogLine.objects.bulk_create(rows)
    for step, end in ended:
        if points := points_of(end.news):
            log_metrics(step.run, points, node=step.node)


def _told(step: Step, end: Ended, outputs: dict[str, Any]) -> dict[str, Any]:
    """Its times are its own, not those of all."""
    report = end.report
    assert report is not None
    done = of_completed(step, report, outputs)
    return done | {"started_at": done["ended_at"] - timedelta(seconds=report.seconds)}
