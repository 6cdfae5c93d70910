"""Registered models and their versions as MLflow's clients read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from mlops.mlflow_api.finding import model_id_of
from mlops.mlflow_api.shapes import millis, shaped_pairs
from mlops.mlflow_api.sources import place_of_version
from mlops.registry.models import ModelAlias, ModelVersion, RegisteredModel
from mlops.tags.filters import tags_of_many


def shaped_registered(models: list[RegisteredModel], hidden: Collection[Any] = ()) -> list[dict[str, Any]]:
    """With the newest version of each stage. `hidden`: projects whose runs and sources are not told."""
    aliases: dict[Any, list[dict[str, str]]] = defaultdict(list)
    for alias in ModelAlias.objects.filter(model__in=models).select_related("version"):
        aliases[alias.model_id].append({"alias": alias.name, "version": str(alias.version.number)})
    newest: dict[tuple[Any, str], ModelVersion] = {}
    known = ModelVersion.objects.select_related("model", "run", "created_by", "logged_model")
    for version in known.filter(model__in=models).order_by("number"):
        newest[version.model_id, version.stage] = version
    versions: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    rows = list(newest.values())
    for version, shaped in zip(rows, shaped_versions(rows, hidden), strict=True):
        versions[version.model_id].append(shaped)
    tags = tags_of_many(models)
    return [
        {
            "name": model.name,
            "creation_timestamp": millis(model.created_at),
            "last_updated_timestamp": millis(model.changed_at),
            "description": model.description,
            "latest_versions": versions[model.pk],
            "tags": shaped_pairs(tags[str(model.pk)]),
            "aliases": aliases[model.pk],
        }
        | ({"user_id": model.created_by.get_username()} if model.created_by else {})
        for model in models
    ]


def shaped_versions(versions: list[ModelVersion], hidden: Collection[Any] = ()) -> list[dict[str, Any]]:
    aliases: dict[Any, list[str]] = defaultdict(list)
    for alias in ModelAlias.objects.filter(version__in=versions):
        aliases[alias.version_id].append(alias.name)
    tags = tags_of_many(versions)
    shaped = [_shaped(version, tags[str(version.pk)], aliases[version.pk]) for version in versions]
    return [
        _without_origin(version, told) if version.model.project_id in hidden else told
        for version, told in zip(versions, shaped, strict=True)
    ]


def _without_origin(version: ModelVersion, shaped: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in shaped.items() if key not in ("run_link", "model_id")}
    return kept | {"run_id": "", "source": place_of_version(version)}


def _shaped(version: ModelVersion, tags: dict[str, str], aliases: list[str]) -> dict[str, Any]:
    shaped = {
        "name": version.model.name,
        "version": str(version.number),
        "creation_timestamp": millis(version.created_at),
        "last_updated_timestamp": millis(version.changed_at),
        "current_stage": version.stage,
        "description": version.description,
        "source": version.source or place_of_version(version),
        "run_id": version.run_told or (version.run_id.hex if version.run_id else ""),
        "status": "READY",
        "tags": shaped_pairs(tags),
        "aliases": aliases,
    }
    if version.run_link:
        shaped["run_link"] = version.run_link
    if version.logged_model is not None:
        shaped["model_id"] = model_id_of(version.logged_model)
    if version.created_by:
        shaped["user_id"] = version.created_by.get_username()
    return shaped
