"""Queries kept in a project for everybody in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import require, visible_projects
from mlops.access.models import Project
from mlops.analytics.engine.guarding import LONGEST_QUERY
from mlops.analytics.models import AskedQuery, SavedQuery
from mlops.events.chain import record
from mlops.events.facts import gone, sides
from mlops.formats.refusal import Refusal, Where


def save(actor: Any, project: Project, *, name: str, query: str) -> SavedQuery:
    """Under a name that is taken, it replaces what is there."""
    require(actor, "queries.save", project)
    name, query = name.strip(), query.strip()
    if not name or len(name) > 120:
        message = _("A saved query has a name of up to 120 characters.")
        raise Refusal("name_invalid", message, where=Where(parameter="name"))
    if not query or len(query) > LONGEST_QUERY:
        raise Refusal("query_missing", _("There is no query to save."), where=Where(parameter="query"))
    with transaction.atomic():
        usual = {"query": query, "created_by": actor}
        made, is_new = SavedQuery.objects.update_or_create(
            project=project, name=name, defaults={"query": query}, create_defaults=usual
        )
        record(
            actor,
            "mlops.query.saved",
            subject=f"queries/{project.slug}/{name}",
            project=project,
            data={"name": name, "query": query[:2_000], "is_new": is_new},
        )
    return made


def delete(actor: Any, saved: SavedQuery) -> None:
    require(actor, "queries.save", saved.project)
    with transaction.atomic():
        change = gone(saved)
        saved.delete()
        record(
            actor,
            "mlops.query.deleted",
            subject=f"queries/{saved.project.slug}/{saved.name}",
            project=saved.project,
            data={"name": saved.name, "query": saved.query[:2_000]},
            **sides(change),
        )


def saved_of(project: Project) -> QuerySet[SavedQuery]:
    return SavedQuery.objects.filter(project=project).select_related("created_by", "project")


def visible_saved(person: Any, query_id: UUID) -> SavedQuery:
    found = (
        SavedQuery.objects.filter(project__in=visible_projects(person), pk=query_id).select_related("project").first()
    )
    if found is None:
        raise Refusal("not_found", _("There is no such query, or you may not see it."), status=404)
    return found


def asked_by(person: Any, project: Project) -> QuerySet[AskedQuery]:
    return AskedQuery.objects.filter(by=person, project=project)
