"""A run's begin and end as OpenLineage run events, with what it read and made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from mlops.datasets.models import DatasetVersion
from mlops.events.models import Event
from mlops.lineage import kinds
from mlops.lineage.graph import Bounds, neighbours
from mlops.lineage.kinds.places import Source
from mlops.lineage.openlineage import facets
from mlops.registry.models import ModelVersion
from mlops.runs.models import FINAL_RUN_STATES, Run, RunState

TYPES = {
    "mlops.run.started": "START",
    "mlops.run.completed": "COMPLETE",
    "mlops.run.failed": "FAIL",
    "mlops.run.cancelled": "ABORT",
}
ENDS = {RunState.COMPLETED: "COMPLETE", RunState.FAILED: "FAIL", RunState.CANCELLED: "ABORT"}
MOST = Bounds(fan=500)


def of_event(event: Event) -> dict[str, Any] | None:
    """For the outbox: None where the event is no begin or end of a run, or the run is gone."""
    kind = TYPES.get(event.type)
    run = _run(str(event.data.get("run_id", ""))) if kind else None
    return _event(run, str(kind), event.at.isoformat(), _read_by(run)) if run else None


def of_run(run: Run) -> Iterator[dict[str, Any]]:
    """START, and where it has ended COMPLETE, FAIL or ABORT."""
    read = _read_by(run)
    yield _event(run, "START", (run.started_at or run.created_at).isoformat(), read)
    if run.state in FINAL_RUN_STATES:
        yield _event(run, ENDS[RunState(run.state)], (run.ended_at or run.state_since).isoformat(), read)


def _run(key: str) -> Run | None:
    try:
        return Run.objects.select_related("project", "experiment", "parent__experiment").filter(pk=UUID(key)).first()
    except ValueError:
        return None


def _read_by(run: Run) -> list[Any]:
    return [one for relation, one in neighbours(run, -1, MOST)[0] if relation in ("read", "scored with")]


def _event(run: Run, kind: str, at: str, read: list[Any]) -> dict[str, Any]:
    is_over = kind != "START"
    made = [one for _relation, one in neighbours(run, 1, MOST)[0]] if is_over else []
    return {
        "eventType": kind,
        "eventTime": at,
        "producer": facets.PRODUCER,
        "schemaURL": facets.CORE,
        "run": {"runId": str(run.pk), "facets": facets.of_run(run, is_failure=kind == "FAIL")},
        "job": {
            "namespace": facets.namespace(run),
            "name": facets.job_name(run),
            "facets": facets.of_job(run, (run.snapshot or {}).get("git") or {}),
        },
        "inputs": [_input(run, one) for one in read],
        "outputs": [_output(run, one) for one in made if isinstance(one, DatasetVersion | ModelVersion)],
    }


def _input(run: Run, row: Any) -> dict[str, Any]:
    if isinstance(row, Source):
        scheme, _sep, rest = row.address.partition("://")
        host, _slash, path = rest.partition("/")
        return {"namespace": f"{scheme}://{host}", "name": path or "/"}
    found = _named(run, row)
    if isinstance(row, DatasetVersion) and (quality := facets.quality_of(row)):
        found["inputFacets"] = quality
    return found


def _output(run: Run, row: DatasetVersion | ModelVersion) -> dict[str, Any]:
    found = _named(run, row)
    if isinstance(row, DatasetVersion):
        found["outputFacets"] = facets.written(row)
        found["facets"] |= facets.made_of_columns(run, row)
    return found


def _named(run: Run, row: Any) -> dict[str, Any]:
    """By the name without the version, which is a facet: a catalogue shows one dataset with its versions."""
    if isinstance(row, DatasetVersion):
        return {
            "namespace": facets.namespace(run),
            "name": f"datasets/{row.dataset.name}",
            "facets": facets.of_data(row),
        }
    if isinstance(row, ModelVersion):
        return {"namespace": facets.namespace(run), "name": f"models/{row.model.name}", "facets": facets.of_model(row)}
    return {"namespace": facets.namespace(run), "name": kinds.name_of(row)}
