"""A model's story: what happened to it, from data to effect, on one page."""

from __future__ import annotations

import uuid
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from mlops.lineage.timeline import timeline_of
from mlops.registry.queries import visible_model
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

STAGES = {
    "data": _("Data"),
    "training": _("Training"),
    "deployment": _("Deployment"),
    "drift": _("Monitoring"),
    "retraining": _("Retraining"),
    "comparison": _("Comparison"),
    "rollout": _("Rollout"),
    "effect": _("Effect"),
}
ICONS = {"good": "check", "bad": "warning", "plain": ""}


@signed_in
@never_cache
def timeline(request: HttpRequest, model_id: uuid.UUID) -> HttpResponse:
    """`?stage=` shows one stage alone; `part=body` is the live part."""
    model = visible_model(request.user, model_id)
    show_project(request, model.project)
    story = timeline_of(model)
    stage = request.GET.get("stage", "")
    shown = [entry for entry in reversed(story) if stage not in STAGES or entry.stage == stage]
    told = {entry.stage for entry in story}
    lines = [(entry, STAGES[entry.stage], ICONS[entry.tone]) for entry in shown]
    context = {
        "model": model,
        "project": model.project,
        "stage": stage,
        "stages": [(name, words) for name, words in STAGES.items() if name in told],
        "days": [(day, list(rows)) for day, rows in groupby(lines, key=lambda line: line[0].at.date())],
    }
    part = "_story" if request.GET.get("part") == "body" else "timeline"
    return render(request, f"web/models/{part}.html", context)


urlpatterns: list[URLPattern | URLResolver] = [
    path("models/<uuid:model_id>/timeline/", timeline, name="model-timeline"),
]
