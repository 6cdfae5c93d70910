"""Channels: those of the project, of the server and one's own; setting one up, trying it, and letting it go."""

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

from mlops.access import mail
from mlops.access.decisions import may
from mlops.access.models import Project
from mlops.alerts.channels import actions
from mlops.alerts.channels.kind import Kind, Sent
from mlops.alerts.channels.kinds import KINDS, kind
from mlops.alerts.inbox import queries
from mlops.alerts.models import Channel
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in
from mlops.web.projects import current_project, show_project


@sensitive_post_parameters()
@signed_in
@require_http_methods(["GET", "POST"])
def channels(request: HttpRequest) -> HttpResponse:
    """`?kind=` opens the form of a new one."""
    project = current_project(request)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            made = _made(request, project)
            messages.success(
                request, _("The channel “%s” is ready. Send a test to see whether it arrives.") % made.name
            )
            return redirect("web:alert-channel", made.pk)
        except Refusal as refusal:
            if refusal.code == "forbidden":
                raise
            problem = refusal
    chosen = KINDS.get((request.POST or request.GET).get("kind", ""))
    context = {
        "project": project,
        "lines": [(one, _scope(one), actions.users_of(one)) for one in queries.channels(request.user, project)],
        "kinds": KINDS.values(),
        "scopes": _scopes(request, project),
        "mail_missing": chosen is not None and chosen.name == "email" and not mail.is_set_up(),
        "may_contribute": may(request.user, "alerts.change", project),
        **_fields(request, chosen, problem),
    }
    return render(request, "web/alerts/channels.html", context, status=problem.status if problem else 200)


@sensitive_post_parameters()
@signed_in
@require_http_methods(["GET", "POST"])
def channel(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """POST `act`: save, test, enable, disable, delete."""
    shown = queries.channel(request.user, channel_id)
    if shown.project is not None:
        show_project(request, shown.project)
    problem: Refusal | None = None
    sent: Sent | None = None
    if request.method == "POST":
        try:
            sent = _acted(request, shown)
            if sent is None:
                return redirect("web:alert-channels")
            shown.refresh_from_db()
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            problem = refusal
    context = {
        "project": shown.project or current_project(request),
        "channel": shown,
        "scope": _scope(shown),
        "users": actions.users_of(shown),
        "sent": sent,
        "may_change": _may_change(request, shown),
        **_fields(request, kind(shown.kind), problem, shown=shown),
    }
    return render(request, "web/alerts/channel.html", context, status=problem.status if problem else 200)


def _made(request: HttpRequest, project: Project) -> Channel:
    typed, scope = request.POST, request.POST.get("scope", "project")
    known = kind(typed.get("kind", ""))
    return actions.create_channel(
        request.user,
        name=typed.get("name", ""),
        kind_name=known.name,
        options=_options(request, known),
        project=project if scope == "project" else None,
        is_personal=scope == "person",
    )


def _acted(request: HttpRequest, shown: Channel) -> Sent | None:
    """What the other side answered to a test; None after everything else."""
    act = request.POST.get("act", "")
    if act == "test":
        return actions.try_channel(request.user, shown)
    if act == "delete":
        actions.delete_channel(request.user, shown)
        messages.success(request, _("The channel “%s” is deleted.") % shown.name)
    elif act in ("enable", "disable"):
        actions.enable_channel(request.user, shown, is_enabled=act == "enable")
        said = _("The channel “%s” is on.") if act == "enable" else _("The channel “%s” is off: nothing is sent there.")
        messages.success(request, said % shown.name)
    elif act == "save":
        options = _options(request, kind(shown.kind))
        actions.update_channel(request.user, shown, name=request.POST.get("name", ""), options=options)
        messages.success(request, _("The channel “%s” is changed.") % shown.name)
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    return None


def _options(request: HttpRequest, known: Kind) -> dict[str, str]:
    return {one.name: request.POST.get(f"option.{one.name}", "") for one in known.options}


def _fields(
    request: HttpRequest, known: Kind | None, problem: Refusal | None, *, shown: Channel | None = None
) -> dict[str, Any]:
    """Secrets are never shown again: their fields are empty."""
    stored: dict[str, str] = shown.options if shown else {}
    fields = [
        (one, "" if one.is_secret else request.POST.get(f"option.{one.name}", stored.get(one.name, "")))
        for one in (known.options if known else ())
    ]
    return {
        "kind": known,
        "fields": fields,
        "name": request.POST.get("name", shown.name if shown else ""),
        "problem": problem,
        "wrong": (problem.where.parameter or "") if problem else "",
    }


def _scopes(request: HttpRequest, project: Project) -> list[tuple[str, str]]:
    found = [("person", _("me alone: see how I am told"))]
    if may(request.user, "alerts.change", project):
        found.insert(0, ("project", _("the rules of this project")))
    if request.user.is_superuser:
        found.append(("server", _("the rules of all projects")))
    return found


def _scope(channel: Channel) -> str:
    if channel.project_id:
        return _("this project")
    return _("you alone") if channel.person_id else _("all projects")


def _may_change(request: HttpRequest, channel: Channel) -> bool:
    try:
        actions.require_may_change(request.user, channel)
    except Refusal:
        return False
    return True


urlpatterns: list[URLPattern | URLResolver] = [
    path("alerts/channels/", channels, name="alert-channels"),
    path("alerts/channels/<uuid:channel_id>/", channel, name="alert-channel"),
]
