"""Where a job runs, as its file says by `compute` and `resources`, and how a drawing's demand is written as those."""

from __future__ import annotations

from typing import Any

from mlops.formats.azureml.job_fields import RESOURCES_KNOWN, said
from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.wishes import read_wishes, write_wishes
from mlops.formats.definition import Resources
from mlops.formats.demand import Demand, asking

PREFIX = "azureml:"
LOCAL = "local"
WISHES = ("cpu", "memory", "gpu", "labels")


def read_demand(source: Source, at: Path, *, compute: Any, warnings: list[str] | None) -> Demand:
    """Of the `resources` at a place. `warnings`: where what asks for nothing here is told; None: others tell it.
    Raises Refusal `field_unknown`, and those of `read_wishes`."""
    place = (*at, "resources")
    given = fields(source, place) if isinstance(fields(source, at).get("resources"), dict) else {}
    for name in given:
        if name not in RESOURCES_KNOWN:
            raise source.unknown(name, RESOURCES_KNOWN, at=place, kind="resources")
        if name not in WISHES and warnings is not None:
            said(source, (*place, name), "has no meaning here", warnings)
    return asking(compute=compute_named(compute), **read_wishes(source, place, given))


def compute_named(given: Any) -> str:
    """Without its prefix; empty where it names none of ours for certain."""
    name = given.removeprefix(PREFIX).strip() if isinstance(given, str) else ""
    return "" if name == LOCAL or "$" in name else name


def write_resources_of(demand: Demand) -> dict[str, Any]:
    """Empty where nothing is asked."""
    wishes = write_wishes(
        Resources(cpus=demand.cpus, memory_bytes=demand.memory_bytes, gpus=demand.gpus, labels=demand.labels)
    )
    return {name: value for name, value in wishes.items() if value is not None}
