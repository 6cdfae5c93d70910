"""What work is made of: versions of environments and components."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from mlops.access.models import Project
from mlops.access.offered import ids_offered
from mlops.components.models import ComponentVersion
from mlops.environments.models import EnvironmentVersion
from mlops.lineage.kinds.code import code_named
from mlops.lineage.kinds.kind import Fan, Kind, page
from mlops.lineage.mentions.asking import Naming, named_by


class EnvironmentVersions(Kind):
    """By its content: what asked for the same packages uses it, under whatever name."""

    prefix, title, model = "environments", "environment", EnvironmentVersion

    def name(self, row: EnvironmentVersion) -> str:
        return f"environments/{row}"

    def project_id(self, row: EnvironmentVersion) -> Any:
        return row.asset.project_id

    def url(self, row: EnvironmentVersion) -> str:
        return page("environment", row.asset_id)

    def facts(self, row: EnvironmentVersion) -> dict[str, str]:
        return {row.get_kind_display(): row.description, "": row.key[:16]}

    def downstream(self, row: EnvironmentVersion) -> Iterable[Fan]:
        for holder in ("run", "component", "deployment"):
            yield "used by", Naming(holder, row.asset.project_id, f"builds/{row.key}")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, _colon, version = rest.rpartition(":")
        rows = EnvironmentVersion.objects.select_related("asset__project", "created_by")
        rows = rows.filter(asset__project__in=projects)
        exact = rows.filter(asset__name=name, version=version).first() if name else None
        return exact or rows.filter(asset__name=rest).order_by("-position").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = EnvironmentVersion.objects.filter(asset__project__in=projects, asset__name__icontains=text)
        return rows.defer("source", "report").select_related("asset__project", "created_by").order_by("-created_at")


class ComponentVersions(Kind):
    prefix, title, model = "components", "component", ComponentVersion

    def name(self, row: ComponentVersion) -> str:
        return f"components/{row}"

    def project_id(self, row: ComponentVersion) -> Any:
        return row.component.project_id

    def url(self, row: ComponentVersion) -> str:
        return page("component", row.component_id)

    def facts(self, row: ComponentVersion) -> dict[str, str]:
        return {row.get_kind_display(): row.title}

    def upstream(self, row: ComponentVersion) -> Iterable[Fan]:
        targets = named_by(component=row)
        yield "runs in", environments_named(row.component.project, targets)
        yield "code of", code_named(row.component.project, targets)

    def downstream(self, row: ComponentVersion) -> Iterable[Fan]:
        for holder in ("run", "pipeline"):
            yield "used by", Naming(holder, row.component.project_id, self.name(row))

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, _colon, version = rest.rpartition(":")
        rows = ComponentVersion.objects.select_related("component__project", "created_by")
        rows = rows.filter(component__project__in=projects)
        exact = rows.filter(component__name=name, version=version).first() if name else None
        return exact or rows.filter(component__name=rest).order_by("-position").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = ComponentVersion.objects.filter(component__project__in=projects, component__name__icontains=text)
        return rows.defer("definition").select_related("component__project", "created_by").order_by("-created_at")


def environments_named(project: Project, targets: list[str]) -> list[EnvironmentVersion]:
    """The newest version of each content that has a name."""
    keys = [one.partition("/")[2] for one in targets if one.startswith("builds/")]
    if not keys:
        return []
    rows = EnvironmentVersion.objects.filter(asset__project=project, key__in=keys).order_by("created_at")
    newest = {row.key: row for row in rows.defer("source", "report").select_related("asset__project", "created_by")}
    return list(newest.values())


def components_named(project: Project, targets: list[str]) -> list[ComponentVersion]:
    wanted = Q()
    for target in targets:
        if target.startswith("components/"):
            name, _colon, version = target.partition("/")[2].rpartition(":")
            wanted |= Q(component__name=name, version=version, component__project=project)
            owner, _slash, rest = name.partition("/")
            if rest:
                offered = ids_offered(project, "components", owner)
                wanted |= Q(component__name=rest, version=version, component__in=offered)
    if not wanted:
        return []
    rows = ComponentVersion.objects.filter(wanted).defer("definition")
    return list(rows.select_related("component__project", "created_by"))
