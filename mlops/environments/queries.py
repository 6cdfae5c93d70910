"""Reading environments of projects."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.environments.models import Environment, EnvironmentAsset, EnvironmentVersion
from mlops.formats.azureml.curated import FAMILIES
from mlops.formats.definition import Requirements
from mlops.formats.refusal import Refusal, nearest


def visible_to(person: Any) -> QuerySet[EnvironmentAsset]:
    return EnvironmentAsset.objects.filter(project__in=visible_projects(person)).select_related("project", "created_by")


def environment(person: Any, asset_id: uuid.UUID) -> EnvironmentAsset:
    """Raises Refusal `not_found`, also for one that the person may not see."""
    found = visible_to(person).filter(pk=asset_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such environment, or you may not see it."), status=404)
    return found


def named(project: Project, name: str) -> EnvironmentAsset:
    """Raises Refusal `environment_unknown` with the nearest name, also of curated ones."""
    found = EnvironmentAsset.objects.filter(project=project, name=name).first()
    if found is not None:
        return found
    names = list(EnvironmentAsset.objects.filter(project=project).values_list("name", flat=True)[:1_000])
    curated = [one for family in FAMILIES for one in family.names]
    hint = nearest(name, names) or nearest(name, curated) or _("`mlops environment list` shows those that there are.")
    raise Refusal(
        "environment_unknown",
        _("There is no environment “%(name)s” in this project.") % {"name": name},
        hint=hint,
        status=404,
    )


def versions_of(asset: EnvironmentAsset) -> QuerySet[EnvironmentVersion]:
    """The newest first."""
    return EnvironmentVersion.objects.filter(asset=asset).select_related("asset__project", "created_by")


def version_of(asset: EnvironmentAsset, version: str = "") -> EnvironmentVersion:
    """Without a version (or `latest`) the newest. Raises Refusal `environment_unknown` with the nearest."""
    found = versions_of(asset)
    one = found.first() if version in ("", "latest") else found.filter(version=version).first()
    if one is not None:
        return one
    known = list(found.values_list("version", flat=True)[:20])
    hint = nearest(version, known) or _("It has: %(known)s.") % {"known": ", ".join(known)}
    raise Refusal(
        "environment_unknown",
        _("“%(name)s” has no version “%(version)s”.") % {"name": asset.name, "version": version},
        hint=hint,
        status=404,
    )


def newest(assets: Iterable[EnvironmentAsset]) -> dict[uuid.UUID, EnvironmentVersion]:
    """The newest version of each, by the asset's id."""
    rows = EnvironmentVersion.objects.filter(asset__in=list(assets)).select_related("asset__project", "created_by")
    return {row.asset_id: row for row in rows.order_by("position")}


def build_of(version: EnvironmentVersion) -> Environment | None:
    return Environment.objects.filter(key=version.key).first()


def lock_of(version: EnvironmentVersion) -> str:
    """Empty before its first build."""
    build = build_of(version)
    return build.lock if build else ""


def requirements_of(version: EnvironmentVersion) -> Requirements:
    return msgspec.convert(version.requirements, type=Requirements)
