"""The first tab of a run: what it was given, what came out, and what its people note about it."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops.formats.pipeline import DATASET_COMPONENT
from mlops.runs.code import folders_of, git_of
from mlops.runs.models import Artifact, DatasetUse, LatestMetric, Run, RunKind, RunParameter, Step
from mlops.tags.filters import of_clients, of_people, tags_of
from mlops.web.markdown import rendered
from mlops.web.pages.run_outputs import models_made, outputs_of

MOST_METRICS = 30
MOST_PARAMETERS = 500


def context(request: HttpRequest, run: Run, steps: list[Step]) -> dict[str, Any]:
    tags = tags_of(run)
    logged = RunParameter.objects.filter(run=run).order_by("key").values_list("key", "value")[:MOST_PARAMETERS]
    metrics = LatestMetric.objects.filter(run=run).order_by("key")
    return {
        "notes": rendered(run.description) if run.description else "",
        "tags": of_people(tags),
        "client_tags": of_clients(tags),
        "parameters": [*_given(run), *logged],
        "inputs": _inputs(run),
        "uses": DatasetUse.objects.filter(run=run).defer("schema", "profile"),
        "outputs": outputs_of(run, steps),
        "models": models_made(run),
        "file_count": Artifact.objects.filter(run=run).count(),
        "metrics": metrics[:MOST_METRICS],
        "metric_count": metrics.count(),
        "workers": sorted({step.lease_owner for step in steps if step.lease_owner}),
        "environments": _environments(run),
        "command": _command(run),
        "git": git_of(run),
        "code": folders_of(run),
        "parent": run.parent,
    }


def _given(run: Run) -> list[tuple[str, str]]:
    """Of a job: its own inputs; of a pipeline: the values of its parameters that were asked for."""
    if run.kind == RunKind.PIPELINE:
        asked = run.asked.get("values") or run.asked.get("parameters") or {}
        return [(name, _text(value)) for name, value in asked.items()] if isinstance(asked, dict) else []
    job: dict[str, Any] = next((node for node in run.spec.get("nodes", ()) if node["id"] == "job"), {})
    return [(name, _text(value)) for name, value in job.get("parameters", {}).items()]


def _inputs(run: Run) -> list[dict[str, str]]:
    titles = {edge["source"]: edge["target_port"] for edge in run.spec.get("edges", ())}
    found = []
    for node in run.spec.get("nodes", ()):
        if node["component"] != DATASET_COMPONENT:
            continue
        given = node.get("parameters", {})
        version = f"{given.get('dataset')}:{given.get('version')}" if given.get("dataset") else ""
        found.append({"name": titles.get(node["id"], node["id"]), "dataset": version, "uri": str(given.get("uri", ""))})
    return found


def _environments(run: Run) -> list[str]:
    known: dict[str, Any] = run.snapshot.get("components", {})
    labels = {_label(one.get("how") or {}) for one in known.values()}
    return sorted(label for label in labels if label) or [_("The product's own environment")]


def _label(how: dict[str, Any]) -> str:
    needed = how.get("requirements") or {}
    label = str(how.get("environment", "") or needed.get("image", ""))
    packages = needed.get("packages", ())
    return label or (", ".join(packages[:5]) + (" …" if len(packages) > 5 else "") if packages else "")


def _command(run: Run) -> str:
    if run.kind == RunKind.PIPELINE:
        return ""
    trial = (run.source or {}).get("trial")
    if isinstance(trial, dict) and trial.get("command"):
        return str(trial["command"])
    known: dict[str, Any] = run.snapshot.get("components", {})
    for one in known.values():
        how = one.get("how") or {}
        command = how.get("command") or (how.get("trial") or {}).get("command")
        if command:
            return str(command)
    return ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
