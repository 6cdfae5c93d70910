"""Git repositories: connecting one, what was pushed to it, its settings. No secret is shown but the one just made."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.formats.refusal import Refusal
from mlops.repositories import actions, looks, queries, queueing
from mlops.repositories.models import Host, LoginKind, Repository
from mlops.repositories.shaping import hook_url
from mlops.repositories.wanted import FILES, Wanted
from mlops.web.guard import signed_in
from mlops.web.projects import current_project, show_project

MOST_PUSHES = 50
SECRET = "repository-secret"
"""In the session, from the act to the page after it."""


@sensitive_post_parameters("token")
@signed_in
@require_http_methods(["GET", "POST"])
def repositories(request: HttpRequest) -> HttpResponse:
    """POST connects one."""
    project = current_project(request)
    problem = None
    if request.method == "POST":
        try:
            row, secret = actions.connect(request.user, project, _wanted(request))
            request.session[SECRET] = [str(row.pk), secret]
            return redirect("web:repository", row.pk)
        except Refusal as refusal:
            problem = refusal
    context = {
        "project": project,
        "rows": queries.visible_to(request.user, project=project.slug),
        "problem": problem,
        "form": _form(request, None),
        "may_own": may(request.user, "repositories.manage", project),
    }
    return render(request, "web/repositories/list.html", context, status=problem.status if problem else 200)


@sensitive_post_parameters("token")
@signed_in
@require_http_methods(["GET", "POST"])
def repository(request: HttpRequest, repository_id: UUID) -> HttpResponse:
    """POST `act`: save, test, sync, secret, key or delete."""
    row = queries.by_id(request.user, repository_id)
    show_project(request, row.project)
    problem = None
    if request.method == "POST":
        try:
            return _act(request, row)
        except Refusal as refusal:
            problem = refusal
            row = queries.by_id(request.user, repository_id)
    told = request.session.pop(SECRET, None)
    context = {
        "project": row.project,
        "row": row,
        "hook": hook_url(row),
        "secret": told[1] if told and told[0] == str(row.pk) else "",
        "pushes": queries.pushes(row)[:MOST_PUSHES],
        "deliveries": queries.deliveries(row)[:10],
        "problem": problem,
        "form": _form(request, row),
        "may_own": may(request.user, "repositories.manage", row.project),
        "may_contribute": may(request.user, "repositories.use", row.project),
    }
    return render(request, "web/repositories/repository.html", context, status=problem.status if problem else 200)


def _act(request: HttpRequest, row: Repository) -> HttpResponse:
    act = request.POST.get("act", "")
    if act == "delete":
        actions.disconnect(request.user, row)
        messages.success(request, _("“%s” is disconnected; the runs that it started stay.") % row.name)
        return redirect("web:repositories")
    if act == "save":
        actions.change(request.user, row, _wanted(request))
        messages.success(request, _("Saved. It acts with your rights from now on."))
    elif act == "test":
        found = looks.try_out(request.user, row)
        if found:
            messages.success(request, _("It answers; branches: %s.") % ", ".join(sorted(found.branches)[:10]))
    elif act == "sync":
        queueing.synchronise(request.user, row)
        messages.success(request, _("The newest commit is being taken up."))
    elif act == "secret":
        request.session[SECRET] = [str(row.pk), actions.renew_hook_secret(request.user, row)]
    elif act == "key":
        actions.renew_key(request.user, row)
        messages.success(request, _("A new deploy key is made: give its public half to the host."))
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    return redirect("web:repository", row.pk)


def _wanted(request: HttpRequest) -> Wanted:
    """An empty token leaves the one that is kept."""
    typed = request.POST
    minutes = typed.get("poll_minutes", "").strip() or "0"
    if not minutes.isdecimal() or len(minutes) > 5:
        raise Refusal("repository_settings_invalid", _("Minutes are a whole number."), status=422)
    return Wanted(
        name=typed.get("name", "").strip() or None,
        url=typed.get("url", ""),
        host=typed.get("host") or None,
        branch=typed.get("branch", ""),
        user=typed.get("user", ""),
        token=typed.get("token") or None,
        api_url=typed.get("api_url", ""),
        files=_lines(typed.get("files", "")) or list(FILES),
        branches=_lines(typed.get("branches", "")),
        paths=_lines(typed.get("paths", "")),
        poll_minutes=int(minutes),
        reports_status="reports_status" in typed,
        is_enabled="is_enabled" in typed or "is_new" in typed,
    )


def _form(request: HttpRequest, row: Repository | None) -> dict[str, Any]:
    """What was typed, or what is kept; never a secret."""
    lists = ("files", "branches", "paths")
    plain = ("name", "url", "host", "branch", "user", "api_url", "poll_minutes", "reports_status", "is_enabled")
    if request.method == "POST" and request.POST.get("act", "save") == "save":
        found: dict[str, Any] = {name: request.POST.get(name, "") for name in (*plain, *lists)}
    else:
        found = {name: getattr(row, name) if row else "" for name in plain}
        found |= {name: "\n".join(getattr(row, name)) if row else "" for name in lists}
    found["files"] = found["files"] or "\n".join(FILES)
    return found | {"hosts": Host.choices, "logins": LoginKind.choices}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


urlpatterns: list[URLPattern | URLResolver] = [
    path("repositories/", repositories, name="repositories"),
    path("repositories/<uuid:repository_id>/", repository, name="repository"),
]
