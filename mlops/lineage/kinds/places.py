"""Where data comes from: data stores by their names, and addresses that belong to none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlops.access.models import Project
from mlops.datastores.models import Datastore
from mlops.lineage.kinds.kind import MOST_KNOWN, Fan, Kind, page
from mlops.lineage.mentions.asking import Naming
from mlops.lineage.models import Mention


@dataclass(frozen=True)
class Source:
    """An address that data was read from. No row of its own."""

    project: Project
    address: str
    created_at: datetime | None = None


class Datastores(Kind):
    prefix, title, model = "datastores", "datastore", Datastore

    def name(self, row: Datastore) -> str:
        return f"datastores/{row.name}"

    def project_id(self, row: Datastore) -> Any:
        return row.project_id

    def url(self, row: Datastore) -> str:
        return page("datastore", row.pk)

    def facts(self, row: Datastore) -> dict[str, str]:
        return {row.get_kind_display(): row.description}

    def downstream(self, row: Datastore) -> Iterable[Fan]:
        yield "read into", Naming("data", row.project_id, self.name(row))
        yield "read by", Naming("run", row.project_id, self.name(row))

    def find(self, projects: list[Project], rest: str) -> Any | None:
        rows = Datastore.objects.filter(project__in=projects, name=rest)
        return rows.select_related("project", "created_by").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = Datastore.objects.filter(project__in=projects, name__icontains=text)
        return rows.select_related("project", "created_by").order_by("-created_at")


class Sources(Kind):
    prefix, title, model = "sources", "source", Source

    def name(self, row: Source) -> str:
        return f"sources/{row.address}"

    def project_id(self, row: Source) -> Any:
        return row.project.pk

    def text(self, row: Source) -> str:
        return row.address

    def downstream(self, row: Source) -> Iterable[Fan]:
        yield "read into", Naming("data", row.project.pk, self.name(row))
        yield "read by", Naming("run", row.project.pk, self.name(row))

    def find(self, projects: list[Project], rest: str) -> Source | None:
        found = Mention.objects.filter(project__in=projects, target=f"sources/{rest}").select_related("project").first()
        return Source(found.project, rest, found.at) if found else None

    def search(self, projects: list[Project], text: str) -> list[Source]:
        rows = Mention.objects.filter(project__in=projects, target__startswith="sources/", target__icontains=text)
        rows = rows.select_related("project").order_by("-at")[: 4 * MOST_KNOWN]
        known = {
            (row.project_id, row.target): Source(row.project, row.target.partition("/")[2], row.at) for row in rows
        }
        return list(known.values())


def places_named(project: Project, targets: list[str]) -> list[Any]:
    """The stores and addresses among what a holder names; a store that is gone is none."""
    stores = [one.partition("/")[2] for one in targets if one.startswith("datastores/")]
    found: list[Any] = []
    if stores:
        found += Datastore.objects.filter(project=project, name__in=stores).select_related("project", "created_by")
    return found + [Source(project, one.partition("/")[2]) for one in targets if one.startswith("sources/")]
