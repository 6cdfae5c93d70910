"""Drawings in the lineage: drawn from others, with datasets; run and published."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from designer.models import Draft, GitLink
from mlops.access.models import Project
from mlops.lineage import kinds
from mlops.lineage.kinds import starters
from mlops.lineage.kinds.code import Commit, register_keeper
from mlops.lineage.kinds.kind import MOST_KNOWN
from mlops.lineage.mentions.asking import Naming
from mlops.lineage.mentions.reading import of_pipeline
from mlops.lineage.naming import datasets_named

LIGHT = Draft.objects.defer("document").select_related("project", "created_by")


class Drafts(kinds.Kind):
    prefix, title, model = "drafts", "draft", Draft

    def name(self, row: Draft) -> str:
        return f"drafts/{row.pk}"

    def project_id(self, row: Draft) -> Any:
        return row.project_id

    def url(self, row: Draft) -> str:
        return reverse("designer:draft", args=[row.pk])

    def upstream(self, row: Draft) -> Iterable[kinds.Fan]:
        nodes = [
            {"component": node.get("component"), "parameters": node.get("parameters") or {}, "version": ""}
            for node in (row.document.get("nodes") or {}).values()
        ]
        yield "reads", datasets_named(row.project, of_pipeline({"nodes": nodes}, {}, ""))
        yield "kept with", _commits(row)
        origin, _at, _revision = row.cloned_from.partition("@")
        yield "drawn from", starters.named(row.project, [origin])

    def downstream(self, row: Draft) -> Iterable[kinds.Fan]:
        yield "ran as", Naming("run", row.project_id, self.name(row))
        yield "published as", Naming("pipeline", row.project_id, self.name(row))
        copies = LIGHT.filter(project=row.project_id, cloned_from__startswith=f"{self.name(row)}@")
        yield "copied as", copies.order_by("-created_at")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        try:
            return LIGHT.filter(project__in=projects, pk=UUID(rest)).first()
        except ValueError:
            return LIGHT.filter(project__in=projects, name=rest).first()

    def search(self, projects: list[Project], text: str) -> Any:
        return LIGHT.filter(project__in=projects, name__icontains=text).order_by("-created_at")


class Linked:
    """Drawings that are kept the same as a file, at the commit at which both were the same last."""

    relation = "drawn as"

    def standing_at(self, commit: Commit) -> QuerySet[Draft]:
        return LIGHT.filter(project=commit.project, pk__in=_links([commit.project], commit.sha).values("draft"))

    def told(self, commit: Commit) -> dict[str, str]:
        found = _links([commit.project], commit.sha).select_related("repository").first()
        return {"repository_uri": found.repository.url, "branch": found.branch} if found else {}

    def known(self, projects: list[Project], start: str) -> list[Commit]:
        rows = _links(projects, start).select_related("draft__project")[:MOST_KNOWN]
        return [Commit(one.draft.project, one.commit, one.state_since) for one in rows]


def _links(projects: list[Project], start: str) -> QuerySet[GitLink]:
    light = GitLink.objects.defer("base", "files", "theirs_files", "draft__document")
    return light.filter(draft__project__in=projects, commit__startswith=start).exclude(commit="")


def _commits(draft: Draft) -> list[Commit]:
    rows = GitLink.objects.filter(draft=draft).exclude(commit="").values_list("commit", flat=True)
    return [Commit(draft.project, sha) for sha in rows]


def _drafts(project: Project, ids: list[str]) -> Iterable[Draft]:
    return LIGHT.filter(project=project, pk__in=ids)


def register() -> None:
    kinds.register(Drafts())
    starters.register("drafts", _drafts)
    register_keeper(Linked())
