"""Drafts that are shown to guests: people with a grant on the draft and no role in its project.

A guest sees the drawing, its steps and its notes, and not the data that it draws on, nor what the steps are set to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from designer import queries
from designer.compare.picture import picture
from designer.compare.story import Titles
from designer.models import Draft
from mlops.access import granted, shareable
from mlops.components.queries import ProjectLibrary
from mlops.components.wording import in_words
from mlops.formats.pipeline import DATASET_COMPONENT
from mlops.formats.refusal import Refusal

NOUN = "drafts"


def register() -> None:
    kind = shareable.Shareable(
        noun=NOUN, title=gettext_lazy("Draft of a pipeline"), model=Draft, page="designer:draft", notice="draft"
    )
    shareable.register(kind)


def readable_by(person: Any) -> QuerySet[Draft]:
    return Draft.objects.filter(granted.reached(person, NOUN)).select_related("project", "last_run", "created_by")


def readable(person: Any, draft_id: UUID) -> Draft:
    """Raises Refusal `not_found`."""
    return readable_by(person).filter(pk=draft_id).first() or queries.draft(person, draft_id)


def is_guest(person: Any, draft: Draft) -> bool:
    return bool(granted.guests_among(person, [draft]))


def page(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    shown = readable(request.user, draft_id)
    title = titles_in(shown)
    document: dict[str, Any] = dict(shown.document)
    steps = [node for node in document.get("nodes", {}).values() if node["component"] != DATASET_COMPONENT]
    context = {
        "draft": shown,
        "picture": picture(document, {}, {}, title),
        "steps": [title(node) for node in steps],
    }
    part = "_drawing" if request.GET.get("part") == "drawing" else "drawing"
    return render(request, f"designer/shared/{part}.html", context)


def titles_in(draft: Draft) -> Titles:
    """Data is data: its names are those of datasets."""
    library = ProjectLibrary(draft.project)

    def title(node: Any) -> str:
        if node["component"] == DATASET_COMPONENT:
            return _("Data")
        if node.get("title"):
            return str(node["title"])
        try:
            return in_words(library.component(node["component"], node["version"])).title
        except Refusal:
            return str(node["component"])

    return title
