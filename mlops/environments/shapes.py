"""Environments as the API and the pages show them."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.environments import queries
from mlops.environments.models import EnvironmentAsset, EnvironmentVersion
from mlops.environments.queries import build_of
from mlops.formats.azureml.curated import Family, requirements_of
from mlops.formats.lock import asked_and_got
from mlops.formats.spoken import gettext as _
from mlops.tags.filters import tags_of, tags_of_many


def shaped_rows(rows: list[EnvironmentAsset]) -> list[dict[str, Any]]:
    newest = queries.newest(rows)
    tags = tags_of_many(rows)
    return [shaped(row, newest.get(row.pk), tags[str(row.pk)]) for row in rows]


def shaped(
    row: EnvironmentAsset, newest: EnvironmentVersion | None, tags: dict[str, str] | None = None
) -> dict[str, Any]:
    """`tags`: its own, beside those that its newest version's file gave."""
    own = tags_of(row) if tags is None else tags
    return {
        "id": str(row.pk),
        "name": row.name,
        "project": row.project.slug,
        "archived": row.archived_at is not None,
        "tags": {**(newest.tags if newest else {}), **own},
        "created_at": row.created_at,
        "latest": shaped_version(newest) if newest else None,
    }


def shaped_version(row: EnvironmentVersion) -> dict[str, Any]:
    return {
        "id": str(row.asset_id),
        "name": row.asset.name,
        "version": row.version,
        "project": row.asset.project.slug,
        "kind": row.kind,
        "description": row.description,
        "requirements": row.requirements,
        "key": row.key,
        "report": row.report,
        "warnings": row.warnings,
        "environment_variables": row.variables,
        "tags": row.tags,
        "properties": row.properties,
        "created_at": row.created_at,
        "created_by": row.created_by.get_username() if row.created_by else "",
    }


def shaped_curated(family: Family) -> dict[str, Any]:
    requirements = requirements_of(family)
    return {
        "name": family.name,
        "title": family.title,
        "served_names": list(family.names),
        "is_own": not requirements.is_own,
        "requirements": msgspec.to_builtins(requirements),
    }


def shaped_build(row: EnvironmentVersion) -> dict[str, Any]:
    """Its state, why and since when; `packages`: what was asked and what was got, frozen where no line pinned it."""
    build = build_of(row)
    if build is None:
        is_image = row.kind in ("image", "build") and not row.requirements.get("packages")
        reason = (
            _("The engine that runs it takes the image.")
            if is_image
            else _("It is built when something first uses it.")
        )
        return {"state": "image" if is_image else "unbuilt", "reason": reason, "packages": [], "lock": ""}
    lines = build.requirements.get("packages", [])
    return {
        "state": build.state,
        "reason": build.reason,
        "since": build.state_since,
        "used_at": build.used_at,
        "python": build.built.get("python", ""),
        "size_bytes": build.built.get("size_bytes"),
        "seconds": build.built.get("seconds"),
        "packages": msgspec.to_builtins(asked_and_got(lines, build.lock)),
        "lock": build.lock,
    }
