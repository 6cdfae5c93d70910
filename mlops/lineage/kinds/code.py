"""Code: commits of a repository, and snapshots of a folder by their content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.lineage.kinds.kind import MOST_KNOWN, Fan, Kind, Sliced
from mlops.lineage.mentions.asking import Naming
from mlops.lineage.models import Mention

SHORT = 10
"""Characters of a digest, for people."""
SHORTEST = 7
"""Of what a commit or a folder is found by."""


@dataclass(frozen=True)
class Commit:
    project: Project
    sha: str
    created_at: datetime | None = None
    """When something first came of it here."""


@dataclass(frozen=True)
class Code:
    project: Project
    tree: str
    created_at: datetime | None = None


class Keeper(Protocol):
    """What a package above this one knows of commits that no run and no pipeline names."""

    relation: str

    def standing_at(self, commit: Commit) -> Sliced: ...

    def told(self, commit: Commit) -> dict[str, str]:
        """`repository_uri` and `branch`, or nothing."""

    def known(self, projects: list[Project], start: str) -> Iterable[Commit]: ...


_keepers: list[Keeper] = []


def register_keeper(keeper: Keeper) -> None:
    """Called once at start, from an application's `ready`."""
    _keepers.append(keeper)


class _OfText(Kind):
    """Things that are only named: each is there as long as something names it."""

    def make(self, mention: Mention) -> Any:
        raise NotImplementedError

    def project_id(self, row: Any) -> Any:
        return row.project.pk

    def find(self, projects: list[Project], rest: str) -> Any | None:
        rows = Mention.objects.filter(project__in=projects).select_related("project").order_by("at")
        found = rows.filter(target=f"{self.prefix}/{rest}").first()
        if found is None and len(rest) >= SHORTEST:
            found = rows.filter(target__startswith=f"{self.prefix}/{rest}").first()
        return self.make(found) if found else None

    def search(self, projects: list[Project], text: str) -> list[Any]:
        rows = Mention.objects.filter(project__in=projects, target__startswith=f"{self.prefix}/{text}")
        newest = rows.select_related("project").order_by("-at")[: 4 * MOST_KNOWN]
        return list({(row.project_id, row.target): self.make(row) for row in newest}.values())


class Commits(_OfText):
    prefix, title, model = "commits", "commit", Commit

    def make(self, mention: Mention) -> Commit:
        return Commit(mention.project, mention.target.partition("/")[2], mention.at)

    def name(self, row: Commit) -> str:
        return f"commits/{row.sha}"

    def text(self, row: Commit) -> str:
        return row.sha[:SHORT]

    def facts(self, row: Commit) -> dict[str, str]:
        """As the first run of it told, else as what is kept the same as one of its files."""
        runs = Mention.objects.filter(project=row.project, target=self.name(row), run__isnull=False)
        told = runs.order_by("at", "pk").values_list("run__snapshot__git", flat=True).first() or {}
        told = told or next((found for keeper in _keepers if (found := keeper.told(row))), {})
        return {_("Repository"): told.get("repository_uri", ""), _("Branch"): told.get("branch", "")}

    def downstream(self, row: Commit) -> Iterable[Fan]:
        yield "ran as", Naming("run", row.project.pk, self.name(row))
        yield "published as", Naming("pipeline", row.project.pk, self.name(row))
        for keeper in _keepers:
            yield keeper.relation, keeper.standing_at(row)

    def find(self, projects: list[Project], rest: str) -> Commit | None:
        found: Commit | None = super().find(projects, rest)
        if found is not None or len(rest) < SHORTEST:
            return found
        return next((one for keeper in _keepers for one in keeper.known(projects, rest)), None)

    def search(self, projects: list[Project], text: str) -> list[Any]:
        kept = [one for keeper in _keepers for one in keeper.known(projects, text)]
        return list({(one.project.pk, one.sha): one for one in [*kept, *super().search(projects, text)]}.values())


class CodeFolders(_OfText):
    prefix, title, model = "code", "code", Code

    def make(self, mention: Mention) -> Code:
        return Code(mention.project, mention.target.partition("/")[2], mention.at)

    def name(self, row: Code) -> str:
        return f"code/{row.tree}"

    def text(self, row: Code) -> str:
        return row.tree[:SHORT]

    def downstream(self, row: Code) -> Iterable[Fan]:
        for holder, relation in (("run", "run as"), ("component", "code of"), ("deployment", "serves in")):
            yield relation, Naming(holder, row.project.pk, self.name(row))


def code_named(project: Project, targets: list[str]) -> list[Any]:
    """Commits, then folders, among what a holder names."""
    commits = [Commit(project, one.partition("/")[2]) for one in targets if one.startswith("commits/")]
    return [*commits, *(Code(project, one.partition("/")[2]) for one in targets if one.startswith("code/"))]
