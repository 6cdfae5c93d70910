"""Runs that are shown to guests: people with a grant on the run and no role in its project.

A guest reads how it went and what it measured and logged, and not what went in, where it ran or what it was made from:
reasons and errors may name all of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mlops.access import granted, shareable
from mlops.formats.pipeline import DATASET_COMPONENT
from mlops.runs import queries
from mlops.runs.models import Run, Step
from mlops.runs.searching import RUNS
from mlops.tags.filters import OF_CLIENTS, of_people
from mlops.tags.searching.hidden import asks_about

NOUN = "runs"
HIDDEN: dict[str, Any] = {
    "experiment": "", "reason": "", "hint": "", "origin": "", "spec_digest": "", "snapshot": {},
    "error": None, "reused_from": None, "outputs": [],
}  # fmt: skip
"""What is told of a run and of its steps to a guest instead of the names of other things of the project."""
UNTOLD = ("experiment", "reason", "parent", *OF_CLIENTS)
"""Columns of the list's filter, and beginnings of tags, that are not told to guests."""


def register() -> None:
    kind = shareable.Shareable(noun=NOUN, title=_("Run"), model=Run, page="web:run", notice="run")
    shareable.register(kind)


def readable_by(person: Any) -> QuerySet[Run]:
    found = Run.objects.filter(granted.reached(person, NOUN), deleted_at=None)
    return found.select_related("project", "experiment", "created_by")


def listed(person: Any, asked: Mapping[str, Any]) -> QuerySet[Run]:
    """For a list with a filter: one by what guests may not read finds nothing of what is shared."""
    is_hidden = asks_about(asked, RUNS, UNTOLD) or bool(asked.get("experiment"))
    return queries.visible_to(person) if is_hidden else readable_by(person)


def readable(person: Any, run_id: UUID) -> Run:
    """Raises Refusal `not_found`."""
    return readable_by(person).filter(pk=run_id).first() or queries.run(person, run_id)


def own_steps(steps: list[Step]) -> list[Step]:
    """Those that guests are told of: not the data that went in."""
    return [step for step in steps if step.component != DATASET_COMPONENT]


def told_to(person: Any, runs: list[Run], shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers about runs, without what guests may not read. In one query."""
    return granted.told_to(person, runs, shapes, bare=_bare)


def _bare(shape: dict[str, Any]) -> dict[str, Any]:
    told = shape | {key: value for key, value in HIDDEN.items() if key in shape}
    if "tags" in shape:
        told["tags"] = of_people(shape["tags"])
    if "steps" in shape:
        steps = [step for step in shape["steps"] if step["component"] != DATASET_COMPONENT]
        told["steps"] = [_bare(step) | {"component": ""} for step in steps]
    return told
