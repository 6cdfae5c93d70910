"""What a YAML file of a repository describes, by its schema or its members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlops.formats.azureml.lines import load
from mlops.formats.refusal import Refusal

MOST_BYTES = 2_000_000
OTHERS = ("component", "environment", "endpoint", "deployment", "schedule", "data", "model", "compute", "workspace")


def is_job(place: Path) -> bool:
    """A file that cannot be read counts as one: its faults are told where it was to be started."""
    if place.suffix not in (".yml", ".yaml") or place.name.endswith(".layout.yaml"):
        return False
    if place.stat().st_size > MOST_BYTES:
        return False
    try:
        value: Any = load(place.name, place.read_text(encoding="utf-8")).value
    except (Refusal, UnicodeDecodeError):
        return True
    if not isinstance(value, dict):
        return False
    schema = str(value.get("$schema") or "").lower()
    if "job.schema" in schema:
        return True
    if any(word in schema for word in OTHERS):
        return False
    return "jobs" in value or "command" in value or value.get("type") in ("pipeline", "sweep", "parallel")
