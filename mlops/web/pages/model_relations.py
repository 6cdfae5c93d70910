"""Datasets, the parent and the usual resources of a version, on its page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mlops.datasets.models import DatasetVersion
from mlops.registry import relations
from mlops.registry.models import ModelVersion

MOST_OFFERED = 200


def relations_context(version: ModelVersion) -> dict[str, Any]:
    project = version.model.project
    offered = DatasetVersion.objects.filter(dataset__project=project, dataset__deleted_at=None, archived_at=None)
    siblings = ModelVersion.objects.filter(model__project=project).exclude(pk=version.pk).select_related("model")
    return {
        "relations": relations.RELATIONS,
        "offered": [str(one) for one in offered.select_related("dataset").order_by("-created_at")[:MOST_OFFERED]],
        "siblings": [str(one) for one in siblings.order_by("-created_at")[:MOST_OFFERED]],
    }


def link(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    given = request.POST
    relations.link_dataset(request.user, version, dataset=given.get("dataset", ""), relation=given.get("relation", ""))
    messages.success(request, _("The dataset stands behind this version."))
    return redirect("web:model-version", version.model_id, version.number)


def unlink(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    given = request.POST
    relations.unlink_dataset(
        request.user, version, dataset=given.get("dataset", ""), relation=given.get("relation", "")
    )
    messages.success(request, _("The dataset does not stand behind this version any more."))
    return redirect("web:model-version", version.model_id, version.number)


def needs(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    """Parent and resources, in one form."""
    given = request.POST
    resources = {name: given.get(name, "").strip() for name in relations.RESOURCES}
    relations.set_resources(request.user, version, resources=resources)
    if given.get("parent", "").strip() != (str(version.parent) if version.parent else ""):
        relations.set_parent(request.user, version, parent=given.get("parent", ""))
    messages.success(request, _("Saved."))
    return redirect("web:model-version", version.model_id, version.number)


ACTS = {"link": link, "unlink": unlink, "needs": needs}
