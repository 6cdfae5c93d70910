"""Any number of runs beside each other: what they were given, what they measured, and on what ground they stood."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from mlops.formats.pipeline import DATASET_COMPONENT
from mlops.runs.code import FileChange, changes, folders_of, git_of
from mlops.runs.logging import number
from mlops.runs.models import LatestMetric, Run, RunKind, RunParameter
from mlops.runs.shaping import seconds

MOST_ROWS = 1_000
SMALLER_IS_BETTER = re.compile(
    r"(^|[^a-z])(loss|error|err|rmse|mse|mae|mape|rmsle|deviance|perplexity|latency|seconds|duration|time|cost|"
    r"false_positives|false_negatives|logloss)([^a-z]|$)"
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """`values` in the order of the runs, None where a run has none."""

    name: str
    values: tuple[Any, ...]
    differs: bool


class MetricRow(Row, frozen=True, kw_only=True):
    """`best`: places of the runs with the best value; empty where all are alike or only one has it."""

    direction: Literal["larger", "smaller"]
    best: tuple[int, ...] = ()


class CodeChanges(msgspec.Struct, frozen=True, kw_only=True):
    """How the code of a run differs from that of the first."""

    run: str
    number: int
    files: tuple[FileChange, ...]


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    facts: tuple[Row, ...]
    parameters: tuple[Row, ...]
    metrics: tuple[MetricRow, ...]
    data: tuple[Row, ...]
    environment: tuple[Row, ...]
    code: tuple[CodeChanges, ...]


def beside(runs: Sequence[Run]) -> Beside:
    """A handful of queries, however many runs."""
    return Beside(
        facts=rows_of([_facts(run) for run in runs]),
        parameters=rows_of(_parameters(runs)),
        metrics=_metrics(runs),
        data=rows_of([_data(run) for run in runs]),
        environment=rows_of([_environment(run) for run in runs]),
        code=_code(runs),
    )


def is_smaller_better(key: str) -> bool:
    """By the usual names of losses and errors."""
    return SMALLER_IS_BETTER.search(key.lower().replace("-", "_")) is not None


def _facts(run: Run) -> dict[str, Any]:
    git = git_of(run)
    return {
        "kind": run.kind,
        "state": run.state,
        "experiment": run.experiment.name,
        "seconds": seconds(run.started_at, run.ended_at),
        "created_at": run.created_at.isoformat(timespec="seconds"),
        "created_by": run.created_by.get_username() if run.created_by else "",
        "code": ", ".join(sorted({one.tree for one in folders_of(run)})),
        "commit": git.commit + (" +" if git.is_dirty else "") if git else "",
    }


def _parameters(runs: Sequence[Run]) -> list[dict[str, Any]]:
    found = [_given(run) for run in runs]
    place = {run.pk: number for number, run in enumerate(runs)}
    for row in RunParameter.objects.filter(run__in=list(runs)).order_by("key"):
        found[place[row.run_id]][row.key] = row.value
    return found


def _given(run: Run) -> dict[str, Any]:
    """Of the nodes that are no data; a job's own node gives its names bare."""
    found = {}
    for node in run.spec.get("nodes", ()):
        if node["component"] == DATASET_COMPONENT:
            continue
        before = "" if run.kind != RunKind.PIPELINE and node["id"] == "job" else f"{node.get('title') or node['id']}."
        if before:
            found[f"{before}component"] = f"{node['component']}@{node['version']}"
        found |= {f"{before}{name}": _text(value) for name, value in node.get("parameters", {}).items()}
    return found


def _metrics(runs: Sequence[Run]) -> tuple[MetricRow, ...]:
    values: list[dict[str, float]] = [{} for _run in runs]
    place = {run.pk: number for number, run in enumerate(runs)}
    for row in LatestMetric.objects.filter(run__in=list(runs)):
        values[place[row.run_id]][row.key] = number(row)
    return tuple(metric_row(row) for row in rows_of(values))


def metric_row(row: Row) -> MetricRow:
    is_smaller = is_smaller_better(row.name)
    sound = {place: value for place, value in enumerate(row.values) if value is not None and value == value}
    best: tuple[int, ...] = ()
    if len(sound) > 1 and len(set(sound.values())) > 1:
        top = min(sound.values()) if is_smaller else max(sound.values())
        best = tuple(place for place, value in sound.items() if value == top)
    return MetricRow(
        name=row.name,
        values=row.values,
        differs=row.differs,
        direction="smaller" if is_smaller else "larger",
        best=best,
    )


def _data(run: Run) -> dict[str, str]:
    ports = {edge["source"]: f"{edge['target']}.{edge['target_port']}" for edge in run.spec.get("edges", ())}
    found = {}
    for node in run.spec.get("nodes", ()):
        if node["component"] == DATASET_COMPONENT:
            given = node.get("parameters", {})
            version = f"{given.get('dataset')}:{given.get('version')}" if given.get("dataset") else given.get("uri", "")
            found[ports.get(node["id"], node["id"]).removeprefix("job.")] = str(version)
    return found


def _environment(run: Run) -> dict[str, str]:
    """Versions of the product and its libraries, and what components of the project ask for."""
    found = {name: str(version) for name, version in run.snapshot.get("versions", {}).items()}
    for component, definition in run.snapshot.get("components", {}).items():
        how = definition.get("how") or {}
        needed = how.get("requirements") or {}
        if how.get("environment"):
            found[f"{component}: environment"] = str(how["environment"])
        for name in ("python", "image"):
            if needed.get(name):
                found[f"{component}: {name}"] = str(needed[name])
        for line in needed.get("packages", ()):
            name = re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0]
            found[f"{component}: {name}"] = line
    return found


def _code(runs: Sequence[Run]) -> tuple[CodeChanges, ...]:
    """Folder by folder in the order of their components; nothing of runs whose code is that of the first."""
    first = [one.tree for one in folders_of(runs[0])] if runs else []
    found = []
    for run in runs[1:]:
        trees = [one.tree for one in folders_of(run)]
        if trees == first:
            continue
        pairs = [
            (first[place] if place < len(first) else "", trees[place] if place < len(trees) else "")
            for place in range(max(len(first), len(trees)))
        ]
        files = tuple(file for old, new in pairs for file in changes(old, new))
        found.append(CodeChanges(run=str(run.pk), number=run.number, files=files))
    return tuple(found)


def rows_of(columns: Sequence[Mapping[str, Any]]) -> tuple[Row, ...]:
    """In the order in which names come up."""
    names = list(dict.fromkeys(name for column in columns for name in column))[:MOST_ROWS]
    rows = []
    for name in names:
        values = tuple(column.get(name) for column in columns)
        rows.append(Row(name=name, values=values, differs=len({repr(value) for value in values}) > 1))
    return tuple(rows)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
