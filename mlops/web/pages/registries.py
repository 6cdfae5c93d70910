"""The page about logins to container registries: stored, never shown, removed."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.formats.refusal import Refusal
from mlops.packaging import queries, registry_logins
from mlops.web.guard import signed_in
from mlops.web.projects import current_project


@signed_in
@require_http_methods(["GET", "POST"])
def registries(request: HttpRequest) -> HttpResponse:
    """POST: `act` = store or remove."""
    project = current_project(request)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            _act(request, project)
            response = redirect("web:registries")
            response["Location"] += f"?project={project.slug}"
            return response
        except Refusal as refusal:
            problem = refusal
    context = {
        "project": project,
        "logins": queries.registry_logins(request.user, project),
        "typed": request.POST,
        "problem": problem,
        "wrong": problem.where.parameter if problem else "",
        "may_own": may(request.user, "registries.manage", project),
    }
    return render(request, "web/images/registries.html", context, status=problem.status if problem else 200)


def _act(request: HttpRequest, project: Any) -> None:
    given = request.POST
    if given.get("act") == "remove":
        try:
            login_id = uuid.UUID(given.get("login", ""))
        except ValueError:
            raise Refusal("not_found", _("There is no such login."), status=404) from None
        registry_logins.remove_login(request.user, queries.visible_registry_login(request.user, login_id))
        messages.success(request, _("The login is forgotten."))
        return
    login = registry_logins.store_login(
        request.user,
        project,
        registry=given.get("registry", ""),
        name=given.get("name", ""),
        password=given.get("password", ""),
        is_insecure=given.get("is_insecure") == "on",
    )
    messages.success(request, _("The login to %(registry)s is stored.") % {"registry": login.registry})


urlpatterns: list[URLPattern | URLResolver] = [path("registries/", registries, name="registries")]
