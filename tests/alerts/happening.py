"""Things that happen in a project, as the acts would record them."""

from __future__ import annotations

from typing import Any

from mlops.alerts.rules.listening import read_events
from mlops.events.chain import record

RUN = {
    "run_id": "1", "number": 1, "name": "Prices", "experiment": "nightly", "experiment_id": "1", "kind": "pipeline",
    "origin": "", "state": "failed", "tags": {}, "properties": {},
}  # fmt: skip
DEPLOYMENT = {
    "endpoint": "churn", "deployment": "blue", "state": "failed", "target": "process", "models": ["churn:1"],
    "revision": 1, "tags": {},
}  # fmt: skip
DRIFT = {
    "monitor": "churn weekly", "monitor_id": "1", "run": 3, "signal": "data drift", "kind": "data_drift",
    "magnitude": 0.42, "threshold": 0.3, "metric": "jensen_shannon_distance", "features": ["age"],
    "start": "2026-11-25T00:00:00+00:00", "end": "2026-11-26T00:00:00+00:00", "baseline": "training data",
    "target": "collected data", "endpoint": "churn", "deployment": "blue", "dataset": None, "model": "churn:1",
}  # fmt: skip
USUAL = {"run": RUN, "deployment": DEPLOYMENT, "monitor": DRIFT}


def happen(project: Any, type: str, subject: str, *, actor: Any = None, reason: str = "", **data: Any) -> None:
    """And all rules have seen it."""
    usual = USUAL[type.split(".")[1]]
    record(actor, type, subject=subject, project=project, reason=reason, data={**usual, **data})
    while read_events():
        pass
