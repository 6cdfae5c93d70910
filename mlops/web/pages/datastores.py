"""Data stores: which there are, adding one, testing it, looking into it, the default one. No page holds a secret."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may, require
from mlops.datastores import actions, kinds, queries
from mlops.datastores.models import Datastore, Kind
from mlops.formats.refusal import Refusal
from mlops.web.datastore_content import content_at
from mlops.web.guard import signed_in
from mlops.web.projects import current_project, show_project

SECRETS = tuple(sorted({name for asks in kinds.KINDS.values() for name in asks.secret}))


@sensitive_post_parameters(*SECRETS)
@signed_in
@require_http_methods(["GET", "POST"])
def datastores(request: HttpRequest) -> HttpResponse:
    """`?kind=` shows the form for one of that kind. POST: `act` = default with `name`, or a new store."""
    project = current_project(request)
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    problem = None
    if request.method == "POST":
        require(request.user, "datastores.manage", project)
        try:
            if request.POST.get("act") == "default":
                actions.set_default(request.user, project, request.POST.get("name", ""))
                return redirect("web:datastores")
            store = actions.create_datastore(request.user, project, **_given(request, kind))
            messages.success(request, _("The data store “%(name)s” is known now.") % {"name": store.name})
            return redirect("web:datastore", store.pk)
        except Refusal as refusal:
            problem = refusal
    rows = list(queries.visible_to(request.user).filter(project=project))
    context = {
        "project": project,
        "rows": rows,
        "own": kinds.DEFAULT,
        "own_is_default": not any(row.is_default for row in rows),
        "kinds": Kind.choices,
        "form": _form(request, kind) if kind in kinds.KINDS else None,
        "problem": problem,
        "may_contribute": may(request.user, "datastores.manage", project),
    }
    return render(request, "web/datastores/list.html", context, status=problem.status if problem else 200)


@sensitive_post_parameters(*SECRETS)
@signed_in
@require_http_methods(["GET", "POST"])
def datastore(request: HttpRequest, datastore_id: uuid.UUID) -> HttpResponse:
    """`?path=` looks into it. POST: `act` = save, test, default or forget."""
    store = queries.by_id(request.user, datastore_id)
    show_project(request, store.project)
    problem = None
    if request.method == "POST":
        require(request.user, "datastores.manage", store.project)
        try:
            return _act(request, store)
        except Refusal as refusal:
            problem = refusal
    at = request.GET.get("path")
    content = None
    if at is not None and problem is None:
        require(request.user, "datastores.manage", store.project)
        try:
            content = content_at(store, at)
        except Refusal as refusal:
            problem = refusal
    context = {
        "store": store,
        "project": store.project,
        "settings": kinds.shown(store.settings).items(),
        "sealed": sorted(queries.secrets_of(store)),
        "form": _form(request, store.kind, store),
        "at": at or "",
        "content": content,
        "problem": problem,
        "may_contribute": may(request.user, "datastores.manage", store.project),
    }
    return render(request, "web/datastores/store.html", context, status=problem.status if problem else 200)


def _act(request: HttpRequest, store: Datastore) -> HttpResponse:
    act = request.POST.get("act", "")
    if act == "test":
        actions.test(request.user, store)
    elif act == "default":
        actions.set_default(request.user, store.project, store.name)
    elif act == "forget":
        actions.delete_datastore(request.user, store)
        messages.success(request, _("The data store “%(name)s” is forgotten.") % {"name": store.name})
        return redirect("web:datastores")
    elif act == "save":
        actions.create_datastore(request.user, store.project, **{**_given(request, store.kind), "name": store.name})
        messages.success(request, _("Saved."))
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    return redirect("web:datastore", store.pk)


def _given(request: HttpRequest, kind: str) -> dict[str, Any]:
    asks = kinds.asked_by(kind)
    return {
        "name": request.POST.get("name", "").strip(),
        "kind": kind,
        "description": request.POST.get("description", ""),
        "settings": {name: request.POST.get(name, "") for name in (*asks.required, *asks.optional, *asks.plain)},
        "credentials": {name: request.POST.get(name, "") for name in asks.secret},
    }


def _form(request: HttpRequest, kind: str, store: Datastore | None = None) -> dict[str, Any]:
    """Fields as (name, what was typed or is set, whether it is needed); secrets by their names alone."""
    asks = kinds.asked_by(kind)
    known = kinds.shown(store.settings) if store else {}
    typed = request.POST if request.POST.get("act") == "save" else {}
    return {
        "kind": kind,
        "label": dict(Kind.choices)[kind],
        "name": typed.get("name", ""),
        "description": typed.get("description", store.description if store else ""),
        "fields": [
            (name, typed.get(name, known.get(name, "")), name in asks.required)
            for name in (*asks.required, *asks.optional, *asks.plain)
        ],
        "secrets": asks.secret,
    }


urlpatterns: list[URLPattern | URLResolver] = [
    path("datasets/stores/", datastores, name="datastores"),
    path("datasets/stores/<uuid:datastore_id>/", datastore, name="datastore"),
]
