"""Reads of imports: what a person may see, and what was taken of a source."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.formats.refusal import Refusal
from mlops.imports.models import Finding, Import, Taken


def visible_to(person: Any, *, project: str = "") -> QuerySet[Import]:
    found = Import.objects.filter(project__in=visible_projects(person)).select_related("project", "created_by")
    return found.filter(project__slug=project) if project else found


def by_id(person: Any, import_id: UUID) -> Import:
    """Raises Refusal `not_found`."""
    found = visible_to(person).filter(pk=import_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such import, or you may not see it."), status=404)
    return found


def findings(of: Import) -> QuerySet[Finding]:
    return Finding.objects.filter(of=of)


def marks(project: Project, source: str, kind: str) -> dict[str, tuple[str, str]]:
    """Id in the source to the marks of its content and of its files: by them a sender knows what to leave out."""
    rows = Taken.objects.filter(project=project, source=source, kind=kind).exclude(mark="")
    return {key: (mark, files) for key, mark, files in rows.values_list("source_id", "mark", "files_mark")}
