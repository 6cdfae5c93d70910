"""Reads of drafts: what a person may see, and what the server knows of a drawing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from designer.graph.document import freeze
from designer.models import Draft, Revision
from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.formats.component import Problem, Shape
from mlops.formats.document import Document
from mlops.formats.refusal import Refusal
from mlops.pipelines.queries import examined
from mlops.web.drafts import DraftLine

Shapes = dict[str, dict[str, Shape]]


def visible_to(person: Any) -> QuerySet[Draft]:
    return Draft.objects.filter(project__in=visible_projects(person)).select_related(
        "project", "last_run", "created_by"
    )


def draft(person: Any, draft_id: UUID) -> Draft:
    """Raises Refusal `not_found`, also for a draft that the person may not see."""
    found = visible_to(person).filter(pk=draft_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such draft, or you may not see it."), status=404)
    return found


def draft_line(person: Any, draft_id: UUID) -> Draft:
    """The draft without its document, for acts that read it themselves. Raises Refusal `not_found`."""
    found = visible_to(person).defer("document").filter(pk=draft_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such draft, or you may not see it."), status=404)
    return found


def document_of(drawn: Draft | Revision) -> Document:
    return msgspec.convert(drawn.document, type=Document)


def examine(project: Project, document: Document) -> tuple[Shapes, tuple[Problem, ...]]:
    """The shape at every port and every problem, from the drawing and the datasets' schemas alone."""
    return examined(project, freeze(document))


def recent(project: Project, limit: int) -> list[DraftLine]:
    """The drafts saved last, for the home page."""
    return [
        DraftLine(
            title=one.name,
            url=reverse("designer:draft", args=[one.pk]),
            saved_at=one.saved_at,
            is_sample=one.is_sample,
        )
        for one in Draft.objects.filter(project=project).defer("document")[:limit]
    ]
