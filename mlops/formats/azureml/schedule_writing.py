"""A schedule in the form in which it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PATTERN = ("hours", "minutes", "week_days", "month_days")
TIMES = {"start_at": "start_time", "end_at": "end_time"}
RULES = ("catch_up", "catch_up_most", "overlap", "continue_on_step_failure")


def write_schedule(row: Mapping[str, Any]) -> dict[str, Any]:
    """Of the row as REST tells it; the job is named as the published pipeline that it is."""
    version = "" if row["version"] is None else f":{row['version']}"
    job: dict[str, Any] = {"type": "pipeline", "job": f"azureml:{row['endpoint_name']}{version}"}
    if row["experiment"]:
        job["experiment_name"] = row["experiment"]
    form = {
        "name": row["name"],
        "description": row["description"],
        "trigger": write_trigger(row["trigger"]),
        "create_job": job,
        "parameters": dict(row["parameters"]),
        "is_enabled": row["enabled"],
        **{name: row[name] for name in RULES},
    }
    return {name: value for name, value in form.items() if value not in ("", {})}


def write_trigger(trigger: Mapping[str, Any]) -> dict[str, Any]:
    form = {TIMES.get(name, name): value for name, value in trigger.items() if name not in PATTERN}
    pattern = {name: list(trigger[name]) for name in PATTERN if trigger.get(name)}
    return {**form, "schedule": pattern} if pattern else form
