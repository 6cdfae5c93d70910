"""Runs and steps as the API and the pages tell them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from mlops.access.decisions import may
from mlops.runs.models import Experiment, LogLine, Metric, Run, Step
from mlops.runs.situation import shaped, surroundings, told_run, told_steps
from mlops.runs.telling import Told
from mlops.tags.filters import tags_of, tags_of_many

UNSEEN = ("spec", "document", "shapes", "snapshot", "source", "asked")
"""Columns that no line of a list shows."""


def briefs(runs: list[Run]) -> list[dict[str, Any]]:
    """Lines of a list: in as many queries for many as for one."""
    around = surroundings()
    tags = tags_of_many(runs)
    return [brief(run, told_run(run, around), tags=tags[str(run.pk)]) for run in runs]


def brief(run: Run, told: Told | None = None, *, tags: dict[str, str] | None = None) -> dict[str, Any]:
    """`told`: with what is known of its steps."""
    return {
        "id": str(run.pk),
        "number": run.number,
        "kind": run.kind,
        "name": run.name,
        "display_name": run.display_name,
        "description": run.description,
        "tags": tags_of(run) if tags is None else tags,
        "project": run.project.slug,
        "experiment": run.experiment.name,
        "state": run.state,
        **shaped(told or told_run(run, surroundings())),
        "created_at": run.created_at,
        "created_by": run.created_by.get_username() if run.created_by else "",
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "seconds": seconds(run.started_at, run.ended_at),
        "url": reverse("web:run", args=[run.pk]),
    }


def experiment_rows(experiments: list[Experiment]) -> list[dict[str, Any]]:
    tags = tags_of_many(experiments)
    return [
        {
            "id": str(one.pk),
            "name": one.name,
            "project": one.project.slug,
            "description": one.description,
            "tags": tags[str(one.pk)],
            "archived": one.archived_at is not None,
            "created_at": one.created_at,
        }
        for one in experiments
    ]


def whole(person: Any, run: Run, steps: list[Step]) -> dict[str, Any]:
    metrics = Metric.objects.filter(run=run, value__isnull=False).order_by("node", "pk")
    around = surroundings(of=run)
    told = told_steps(run, steps, around)
    return {
        **brief(run, told_run(run, around, steps, told)),
        "can_cancel": run.state in ("queued", "running") and may(person, "runs.cancel", run.project),
        "origin": run.origin,
        "spec_digest": run.spec_digest,
        "snapshot": run.snapshot,
        "steps": [step_of(step, told[step.node]) for step in steps],
        "metrics": [{"node": m.node, "key": m.key, "value": m.value} for m in metrics],
    }


def step_of(step: Step, told: Told) -> dict[str, Any]:
    return {
        "node": step.node,
        "title": step.title,
        "component": step.component,
        "state": step.state,
        **shaped(told),
        "progress": step.progress,
        "seconds": seconds(step.started_at, step.ended_at),
        "cpu_seconds": step.cpu_seconds,
        "peak_memory_bytes": step.peak_memory_bytes,
        "attempt": step.attempt,
        "reused": step.state == "reused",
        "reused_from": str(step.reused_from.run_id) if step.reused_from else None,
        "error": step.error,
        "outputs": [
            {"port": port, "type": output["type"], "tree": output.get("tree", "")}
            for port, output in step.outputs.items()
        ],
    }


def log_line(line: LogLine) -> dict[str, Any]:
    return {"seq": line.seq, "at": line.at, "stream": line.stream, "text": line.text}


def seconds(started_at: datetime | None, ended_at: datetime | None) -> float | None:
    return ((ended_at or timezone.now()) - started_at).total_seconds() if started_at else None
