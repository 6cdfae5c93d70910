"""Where the steps of a job are to run, and how urgent it is, as its file says: `compute` and `queue_settings`."""

from __future__ import annotations

from typing import Any

from mlops.compute.queries import pools
from mlops.formats.azureml.job_fields import said
from mlops.formats.azureml.lines import Path, Source
from mlops.formats.demand import Demand
from mlops.formats.document import Document
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _
from mlops.runs.models import Priority, RunKind

LOCAL = "local"
PRIORITIES = {"low": Priority.LOW, "medium": Priority.NORMAL, "high": Priority.HIGH}
QUEUE_KNOWN = ("priority", "job_tier")


def computes_of(source: Source, kind: str, warnings: list[str]) -> dict[str, str]:
    """By node, and under the empty name what holds for all that say nothing. A name that is no pool means nothing."""
    found = source.value if isinstance(source.value, dict) else {}
    named = {"": found.get("compute") or _part(found, "settings").get("default_compute")}
    if kind == RunKind.PIPELINE:
        named |= {str(name): _part(_part(found, "jobs"), name).get("compute") for name in _part(found, "jobs")}
    wanted = {node: str(one).removeprefix("azureml:") for node, one in named.items() if one}
    wanted = {node: one for node, one in wanted.items() if one != LOCAL}
    known = pools() if wanted else {}
    if kind == RunKind.COMMAND and wanted and (name := wanted.get("", "")) not in known:
        said(source, ("compute",), f"“{name}” has no meaning here: the job runs on this server's workers", warnings)
    return {node: one for node, one in wanted.items() if one in known}


def unknown_computes(source: Source, document: Document) -> list[str]:
    """A warning for each name in a pipeline's file that is no pool, at the place where it stands first."""
    places: dict[str, Path] = {}
    for at, demand in (
        (("settings", "default_compute"), document.defaults.get("demand", Demand())),
        *((("jobs", name, "compute"), node.demand) for name, node in document.nodes.items()),
    ):
        if demand.compute:
            places.setdefault(demand.compute, at)
    unknown = places.keys() - pools().keys() if places else set()
    warnings: list[str] = []
    for name in sorted(unknown):
        said(source, places[name], f"“{name}” has no meaning here: no pool is called so", warnings)
    return warnings


def priority_of(source: Source, warnings: list[str]) -> Priority:
    """Raises Refusal `priority_unknown`, `field_unknown`."""
    found = source.value if isinstance(source.value, dict) else {}
    given = _part(found, "queue_settings")
    for name in given:
        if name not in QUEUE_KNOWN:
            raise source.unknown(str(name), set(QUEUE_KNOWN), at=("queue_settings",), kind=_("queue settings"))
    if given.get("job_tier"):
        said(source, ("queue_settings", "job_tier"), "has no meaning here: there is one tier", warnings)
    word = str(given.get("priority") or "medium").lower()
    if word not in PRIORITIES:
        hint = nearest(word, PRIORITIES) or _("low, medium or high.")
        place = ("queue_settings", "priority")
        raise source.refuse("priority_unknown", _("“%(word)s” is no priority.") % {"word": word}, at=place, hint=hint)
    return PRIORITIES[word]


def _part(found: dict[Any, Any], name: Any) -> dict[Any, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}
