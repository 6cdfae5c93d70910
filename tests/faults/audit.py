"""What must hold after anything: read from the database, the store and what steps and receivers wrote down.

`python -m tests.faults.audit FOLDER [--wait SECONDS]`, in the studio's environment, prints {"counts", "problems"}."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.faults.quiet import Known, wait
from tests.faults.work import LIGHT, TICKS

GRACE_SECONDS = 5.0
"""How long the process of a step whose worker lost it may go on until it is ended."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wait", type=float, default=0.0, help="seconds in which at least one step ends, before")
    parser.add_argument("--most", type=float, default=1800.0, help="seconds after which it asks in any case")
    arguments = parser.parse_args()
    os.environ["MLOPS_DATA_DIR"] = str(arguments.folder / "data")
    from mlops.server.loading import load_django

    load_django()
    problems = list(problems_of(arguments.folder, wait(arguments.wait, most_seconds=arguments.most)))
    print(json.dumps({"counts": counts(), "problems": problems}))
    return int(bool(problems))


def problems_of(folder: Path, known: Known) -> Iterator[str]:
    yield from runs(known.runs)
    yield from steps(_lines(folder / "effects.log"), known.runs)
    yield from acknowledged(folder / "acknowledged.json")
    yield from fires()
    yield from blobs()
    yield from chain()
    yield from deliveries(_lines(folder / "received.log"), known.last_event)


def counts() -> dict[str, Any]:
    from mlops.blobs.models import Blob
    from mlops.events.models import Event
    from mlops.pipelines.models import Fire
    from mlops.runs.models import Metric, Run, Step

    again = Counter(Step.objects.filter(attempt__gt=1).values_list("attempt", flat=True))
    return {
        "runs": Counter(Run.objects.values_list("state", flat=True)),
        "steps_with_attempts": {str(attempt): count for attempt, count in again.items()},
        "metrics": Metric.objects.count(), "fires": Fire.objects.count(), "blobs": Blob.objects.count(),
        "events": Event.objects.count(),
    }  # fmt: skip


def runs(known: set[Any]) -> Iterator[str]:
    """Each has ended for a reason that is true: completed where all its steps are done, failed where one failed."""
    from mlops.runs.models import DONE_STEP_STATES, FINAL_RUN_STATES, Run, Step

    for run in (one for one in Run.objects.all() if one.pk in known):
        states = Counter(Step.objects.filter(run=run).values_list("state", flat=True))
        if run.state not in FINAL_RUN_STATES:
            yield f"run #{run.number} has not ended: {run.state}, {dict(states)}: {run.reason}"
            continue
        if not run.reason or run.ended_at is None:
            yield f"run #{run.number} is {run.state} without a reason or an end"
        if going := states.keys() - set(DONE_STEP_STATES) - {"failed", "skipped", "cancelled"}:
            yield f"run #{run.number} is {run.state}, and steps of it are {going}"
        if run.state == "completed" and states.keys() - set(DONE_STEP_STATES):
            yield f"run #{run.number} is completed with {dict(states)}"
        if run.state == "failed":
            failed = Step.objects.filter(run=run, state="failed").first()
            if failed is None or not failed.reason:
                yield f"run #{run.number} failed, and no step says why"


def steps(ticks: list[dict[str, Any]], known: set[Any]) -> Iterator[str]:
    """No attempt twice, no two attempts at once, and of each step that is done the metrics of one attempt alone."""
    from mlops.execution.retry import MOST_ATTEMPTS
    from mlops.runs.models import LogLine, Metric, Step

    all_lines = Counter(LogLine.objects.values_list("step", flat=True))
    all_metrics = Counter(Metric.objects.values_list("run", "node"))
    by_step: dict[int, dict[tuple[int, int], list[float]]] = defaultdict(lambda: defaultdict(list))
    for tick in ticks:
        step, attempt = (int(part) for part in tick["attempt"].split("-"))
        by_step[step][attempt, tick["pid"]].append(tick["at"])
    all_steps = Step.objects.select_related("run").exclude(node="data")
    for step in (one for one in all_steps if one.run_id in known):
        told = f"step {step.node} of run #{step.run.number} ({step.pk})"
        attempts = by_step.get(step.pk, {})
        spans = sorted((min(at), max(at), attempt, pid) for (attempt, pid), at in attempts.items())
        for (_begun, ended, attempt, pid), (begins, _end, other, other_pid) in pairwise(spans):
            if ended > begins + GRACE_SECONDS:
                yield f"{told}: attempt {attempt} ({pid}) went on {ended - begins:.1f} s into {other} ({other_pid})"
        if step.attempt > MOST_ATTEMPTS:
            yield f"{told} was tried {step.attempt} times: {step.reason}, ticks {dict(attempts)}"
        if step.state == "completed" and not step.outputs:
            yield f"{told} is completed without outputs"
        if step.state == "completed" and step.node.startswith(LIGHT):
            lines = all_lines[step.pk]
            if lines != 1 and (lines == 0 or step.attempt == 1):
                yield f"{told} has {lines} lines of its one after attempt {step.attempt}"
        elif step.state == "completed":
            count = all_metrics[step.run_id, step.node]
            whole = [at for at in attempts.values() if len(at) == TICKS]
            if count != TICKS:
                yield f"{told} has {count} metrics instead of {TICKS} after attempt {step.attempt}"
            if not whole:
                yield f"{told} is completed, and no attempt of it came to its end"


def acknowledged(file: Path) -> Iterator[str]:
    """What a client was told is made is there."""
    from mlops.runs.models import Run

    told = json.loads(file.read_text())
    there = {str(pk) for pk in Run.objects.values_list("pk", flat=True)}
    yield from (f"the run {pk} was acknowledged and is not there" for pk in told["runs"] if pk not in there)


def fires() -> Iterator[str]:
    """Each time of a schedule was decided once, and what it started is one run."""
    from django.utils import timezone

    from mlops.pipelines.models import Fire, FireState, Schedule

    for schedule in Schedule.objects.all():
        fired = list(Fire.objects.filter(schedule=schedule).order_by("due_at"))
        minutes = [one.due_at for one in fired]
        if len(set(minutes)) != len(minutes):
            yield f"the schedule {schedule.name} fired twice at once: {minutes}"
        for one, following in pairwise(minutes):
            if following - one != timedelta(minutes=1):
                yield f"the schedule {schedule.name} left out what lies between {one} and {following}"
        first = schedule.created_at.replace(second=0, microsecond=0) + timedelta(minutes=1)
        if timezone.now() - first > timedelta(seconds=60) and not minutes:
            yield f"the schedule {schedule.name} never fired"
        started = [one.run_id for one in fired if one.state == FireState.STARTED]
        if None in started or len(set(started)) != len(started):
            yield f"fires of the schedule {schedule.name} have not a run each: {started}"


def blobs() -> Iterator[str]:
    """The bytes of every row are there and are those that it names."""
    from mlops.blobs.models import Blob
    from mlops.blobs.stores import store

    for digest, size in Blob.objects.values_list("digest", "size_bytes"):
        try:
            with store().open(digest) as file:
                content = file.read()
        except FileNotFoundError:
            yield f"the bytes of {digest} are not there"
            continue
        if hashlib.sha256(content).hexdigest() != digest or len(content) != size:
            yield f"the bytes of {digest} are others: {len(content)} instead of {size}"


def chain() -> Iterator[str]:
    from mlops.events.audit.watching import check

    found = check(whole=True)
    if found.broken_at is not None:
        yield f"the chain of events breaks at {found.broken_at}"


def deliveries(received: list[dict[str, Any]], last_event: int) -> Iterator[str]:
    """Each event since the subscription reached its receiver, and those of a subject in their order."""
    from mlops.alerts.models import Subscription
    from mlops.events.models import Event

    arrived = {one["id"] for one in received}
    for subscription in Subscription.objects.all():
        since = subscription.created_at
        events = Event.objects.filter(project=subscription.project, at__gt=since, seq__lte=last_event)
        for event in events.order_by("seq"):
            if str(event.id) not in arrived and event.type != "mlops.subscription.tested":
                yield f"the event {event.seq} {event.type} of {event.subject} never arrived"
    last: dict[str, int] = {}
    seen: set[str] = set()
    for one in received:
        if one["id"] not in seen and one["seq"] < last.get(one["subject"], 0):
            yield f"the event {one['seq']} of {one['subject']} came after {last[one['subject']]}"
        seen.add(one["id"])
        last[one["subject"]] = max(one["seq"], last.get(one["subject"], 0))


def _lines(file: Path) -> list[dict[str, Any]]:
    """Lines of programs that may have been killed in the middle of one."""
    found = []
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


if __name__ == "__main__":
    sys.exit(main())
