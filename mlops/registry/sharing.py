"""Models that are shown to guests: people with a grant on the model and no role in its project."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mlops.access import granted, shareable
from mlops.registry import queries
from mlops.registry.models import ModelVersion, RegisteredModel

NOUN = "models"
HIDDEN: dict[str, Any] = {"run": None, "node": "", "datasets": [], "parent_model": "", "used_by": []}
"""What is told of a version to a guest instead of the names of other things of the project."""
UNTOLD = ("experiment",)
"""Columns of the list's filter that are not told to guests."""


def register() -> None:
    kind = shareable.Shareable(
        noun=NOUN, title=_("Model"), model=RegisteredModel, page="web:model", notice="model", is_offered=True
    )
    shareable.register(kind)


def readable_by(user: Any) -> QuerySet[RegisteredModel]:
    return RegisteredModel.objects.filter(granted.reached(user, NOUN)).select_related("project", "created_by")


def readable_versions(user: Any) -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(granted.reached(user, NOUN, "model"))


def readable_model(user: Any, model_id: uuid.UUID) -> RegisteredModel:
    """Raises Refusal `not_found`."""
    model = readable_by(user).filter(pk=model_id).first()
    return model or queries.visible_model(user, model_id)


def readable_version(user: Any, model_id: uuid.UUID, number: int) -> ModelVersion:
    """Raises Refusal `not_found`."""
    model = readable_model(user, model_id)
    version = queries.versions_of(model).filter(number=number).first()
    if version is None:
        raise queries.version_unknown(model, number)
    return version


def told_to(user: Any, models: list[RegisteredModel], shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers about models (or about versions of each), without what guests may not read. In one query."""
    return granted.told_to(user, models, shapes, bare=_without_origin)


def _without_origin(shape: dict[str, Any]) -> dict[str, Any]:
    if "latest" in shape:
        return shape | {"latest": shape["latest"] and _without_origin(shape["latest"])}
    return shape | {key: value for key, value in HIDDEN.items() if key in shape}
