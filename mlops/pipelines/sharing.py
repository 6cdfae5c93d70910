"""Pipeline endpoints that are shown to guests: people with a grant on the endpoint and no role in its project.

A guest reads what may be called and with which parameters, and calls nothing: a run would name data of the project."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mlops.access import granted, shareable
from mlops.pipelines import published
from mlops.pipelines.models import PipelineEndpoint

NOUN = "pipelines"
HIDDEN: dict[str, Any] = {"origin": "", "document": None}
"""What is told of a version to a guest instead of where it came from and what it draws on."""
NAMING = frozenset({"default", "used_by"})
"""What parameters tell of other things of the project."""


def register() -> None:
    kind = shareable.Shareable(
        noun=NOUN, title=_("Pipeline"), model=PipelineEndpoint, page="web:pipeline", notice="pipeline"
    )
    shareable.register(kind)


def readable_by(person: Any) -> QuerySet[PipelineEndpoint]:
    found = PipelineEndpoint.objects.filter(granted.reached(person, NOUN))
    return found.select_related("project", "default", "created_by")


def readable(person: Any, endpoint_id: UUID) -> PipelineEndpoint:
    """Raises Refusal `not_found`."""
    return readable_by(person).filter(pk=endpoint_id).first() or published.endpoint(person, endpoint_id)


def told_to(person: Any, endpoints: list[PipelineEndpoint], shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers about endpoints, or about versions of each, without what guests may not read. In one query."""
    return granted.told_to(person, endpoints, shapes, bare=bare)


def bare(shape: dict[str, Any]) -> dict[str, Any]:
    told = shape | {key: value for key, value in HIDDEN.items() if key in shape}
    if "versions" in shape:
        told["versions"] = [bare(version) for version in shape["versions"]]
    if "parameters" in shape:
        told["parameters"] = [
            {key: value for key, value in one.items() if key not in NAMING} for one in shape["parameters"]
        ]
    return told
