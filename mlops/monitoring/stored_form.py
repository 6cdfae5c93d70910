"""Looks in the form that Azure ML's dataset monitors store: a list of runs, each with metrics of the set and its
columns. Names of metrics are theirs where they have the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops.monitoring.models import Look, Monitor

SCHEMA_VERSION = "0.1"
THEIRS = {"normalized_wasserstein_distance": "wasserstein_distance", "magnitude": "datadrift_coefficient"}


def stored_form(monitor: Monitor, looks: Sequence[Look]) -> list[dict[str, Any]]:
    name = monitor.wanted.target.endpoint or monitor.wanted.target.dataset
    return [
        {
            "drift_type": "model" if monitor.wanted.target.endpoint else "dataset",
            "service_name": name,
            "metrics": [_metrics(monitor, look, signal) for signal in (look.summary or {}).get("signals", ())],
        }
        for look in looks
    ]


def _metrics(monitor: Monitor, look: Look, signal: dict[str, Any]) -> dict[str, Any]:
    of_set = [{"name": "datadrift_coefficient", "value": signal.get("magnitude")}]
    of_columns: dict[str, list[dict[str, Any]]] = {}
    for value in signal.get("values", ()):
        line = {"name": THEIRS.get(value["metric"], value["metric"]), "value": value["value"]}
        if feature := value.get("feature"):
            of_columns.setdefault(feature, []).append(line)
        elif line["name"] != "datadrift_coefficient":
            of_set.append(line)
    for feature, share in signal.get("contributions", {}).items():
        of_columns.setdefault(feature, []).append({"name": "datadrift_contribution", "value": share})
    return {
        "schema_version": SCHEMA_VERSION,
        "datetime": look.end.isoformat(),
        "model_name": monitor.name,
        "model_version": str(look.revision),
        "signal": signal["name"],
        "dataset_metrics": of_set,
        "column_metrics": [{feature: lines} for feature, lines in of_columns.items()],
    }
