"""Stages and aliases on the pages of a version: what it is, who wants it elsewhere, and the forms that ask for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.registry import pointing
from mlops.registry.approval.demands import rule_for
from mlops.registry.approval.queries import turned_down, visible_transitions, waiting
from mlops.registry.models import ModelAlias, ModelVersion, PointKind, Stage, Transition

MOST_TOLD = 200


def pointing_context(request: HttpRequest, version: ModelVersion) -> dict[str, Any]:
    aliases = list(ModelAlias.objects.filter(version=version).values_list("name", flat=True))
    transitions = visible_transitions(request.user).filter(version=version)
    stages = [(value, label, value != Stage.NONE and _is_guarded(version, value)) for value, label in Stage.choices]
    return {
        "stages": stages,
        "aliases": [(name, rule_for(version.model, PointKind.ALIAS, name) is not None) for name in aliases],
        "known_aliases": ModelAlias.objects.filter(model=version.model).values_list("name", flat=True),
        "waiting": waiting(transitions),
        "turned_down": turned_down(transitions),
    }


def history_context(request: HttpRequest, version: ModelVersion) -> dict[str, Any]:
    return {"history": visible_transitions(request.user).filter(version=version)[:MOST_TOLD]}


def _is_guarded(version: ModelVersion, stage: str) -> bool:
    return rule_for(version.model, PointKind.STAGE, stage) is not None


def stage(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    given = request.POST
    asked = pointing.change_stage(
        request.user,
        version,
        stage=given.get("stage", ""),
        archive_others=given.get("archive_others") == "on",
        reason=given.get("reason", ""),
    )
    return _told(request, version, asked, _("The stage is changed."))


def alias(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    given = request.POST
    asked = pointing.set_alias(
        request.user, version, alias=given.get("alias", "").strip(), reason=given.get("reason", "")
    )
    return _told(request, version, asked, _("The alias points to this version."))


def unalias(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    asked = pointing.remove_alias(request.user, version.model, alias=request.POST.get("alias", ""))
    if asked is None:
        raise Refusal("alias_unknown", _("This alias was removed meanwhile."), hint=_("Load the page again."))
    return _told(request, version, asked, _("The alias is removed."))


def _told(request: HttpRequest, version: ModelVersion, asked: Transition, done: str) -> HttpResponse:
    if asked.is_pending:
        told = _("Request %(number)d waits for approval. Nothing changes until then.") % {"number": asked.pk}
        messages.info(request, told)
    else:
        messages.success(request, done)
    return redirect("web:model-version", version.model_id, version.number)


ACTS = {"stage": stage, "alias": alias, "unalias": unalias}
