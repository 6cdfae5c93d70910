"""Cards on the pages of models and versions: read, written with a preview, exported, and who wrote what."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.formats.refusal import Refusal
from mlops.lineage.versions.card import generated
from mlops.registry import queries
from mlops.registry.cards import edits_of, mark_of, write_card
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.web.guard import signed_in
from mlops.web.markdown import rendered
from mlops.web.projects import show_project

SKELETON = "## Intended use\n\n\n\n## Out of scope\n\n\n\n## Limits\n\n\n\n## Ethical considerations\n\n\n"


def card_context(thing: RegisteredModel | ModelVersion, version: ModelVersion | None) -> dict[str, Any]:
    """What the tab shows. `version`: whose generated parts, if there is one."""
    model = thing if isinstance(thing, RegisteredModel) else thing.model
    other = model.card if isinstance(thing, ModelVersion) else ""
    words = bool(thing.card.strip() or other.strip())
    return {
        "written": rendered(thing.card) if thing.card else "",
        "of_model": rendered(other) if other else "",
        "generated": rendered(generated(version, has_words=words)) if version is not None else "",
        "edits": [(edit, rendered(edit.card)) for edit in edits_of(thing)],
    }


@signed_in
@require_http_methods(["GET", "POST"])
def model_card(request: HttpRequest, model_id: uuid.UUID) -> HttpResponse:
    """The form for the words about all versions. POST: `act` = preview or save."""
    model = queries.visible_model(request.user, model_id)
    return _form(request, model, model)


@signed_in
@require_http_methods(["GET", "POST"])
def version_card(request: HttpRequest, model_id: uuid.UUID, number: int) -> HttpResponse:
    """The form for the words about one version. POST: `act` = preview or save."""
    version = queries.visible_version(request.user, model_id, number)
    return _form(request, version.model, version)


def _form(request: HttpRequest, model: RegisteredModel, thing: RegisteredModel | ModelVersion) -> HttpResponse:
    show_project(request, model.project)
    typed = request.POST.get("card", thing.card or SKELETON).replace("\r\n", "\n")
    context: dict[str, Any] = {
        "model": model,
        "thing": thing,
        "version": thing if isinstance(thing, ModelVersion) else None,
        "project": model.project,
        "typed": typed,
        "reason": request.POST.get("reason", ""),
        "before": request.POST.get("before", mark_of(thing.card)),
        "preview": rendered(typed) if request.method == "POST" else "",
        "may_contribute": may(request.user, "models.register", model.project),
    }
    if request.method == "POST" and request.POST.get("act") != "preview":
        try:
            write_card(request.user, thing, card=typed, before=context["before"], reason=context["reason"])
        except Refusal as refusal:
            now = {"before": mark_of(thing.card), "now": rendered(thing.card)} if refusal.code == "card_changed" else {}
            return render(
                request, "web/models/card_form.html", context | now | {"problem": refusal}, status=refusal.status
            )
        messages.success(request, _("The card is saved."))
        return redirect(f"{_page(thing)}?tab=card")
    return render(request, "web/models/card_form.html", context)


def _page(thing: RegisteredModel | ModelVersion) -> str:
    if isinstance(thing, ModelVersion):
        return reverse("web:model-version", args=[thing.model_id, thing.number])
    return reverse("web:model", args=[thing.pk])


urlpatterns: list[URLPattern | URLResolver] = [
    path("models/<uuid:model_id>/card/", model_card, name="model-card"),
    path("models/<uuid:model_id>/<int:number>/card/", version_card, name="model-version-card"),
]
