"""Datasets that are shown to guests: people with a grant on the dataset, or to whose project it is offered, and no role
in its own project."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from mlops.access import granted
from mlops.datasets import queries
from mlops.datasets.models import Dataset, DatasetVersion
from mlops.datasets.sharing import NOUN

HIDDEN: dict[str, Any] = {
    "path": "", "origin": {}, "properties": {}, "warnings": [], "reason": "", "hint": "", "used_by": [],
}  # fmt: skip
"""What is told of a version to a guest instead of where it came from and what uses it."""


def readable_by(person: Any) -> QuerySet[Dataset]:
    return Dataset.objects.filter(granted.reached(person, NOUN)).select_related("project", "created_by")


def readable_versions(person: Any) -> QuerySet[DatasetVersion]:
    return DatasetVersion.objects.filter(granted.reached(person, NOUN, "dataset"))


def readable(person: Any, dataset_id: UUID) -> Dataset:
    """Raises Refusal `not_found`."""
    return readable_by(person).filter(pk=dataset_id).first() or queries.dataset(person, dataset_id)


def told_to(person: Any, datasets: list[Dataset], shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers about datasets (or about versions of each), without what guests may not read. In one query."""
    return granted.told_to(person, datasets, shapes, bare=_without_origin)


def _without_origin(shape: dict[str, Any]) -> dict[str, Any]:
    if "latest" in shape:
        return shape | {"latest": shape["latest"] and _without_origin(shape["latest"])}
    return shape | {key: value for key, value in HIDDEN.items() if key in shape}
