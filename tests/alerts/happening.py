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


def happen(project: Any, type: str, subject: str, *, actor: Any = None, reason: str = "", **data: Any) -> None:
    """And all rules have seen it."""
    usual = RUN if type.startswith("mlops.run.") else DEPLOYMENT
    record(actor, type, subject=subject, project=project, reason=reason, data={**usual, **data})
    while read_events():
        pass
