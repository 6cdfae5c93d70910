"""Pages of invitations: those of a project and of the server, and the one that an invited person sees."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mlops.access.models import Project, Role
from mlops.accounts import invitations, inviting, queries
from mlops.accounts.confirming import confirmed
from mlops.accounts.entering import enter
from mlops.accounts.models import Invitation
from mlops.accounts.roles import roles_for
from mlops.formats.refusal import Refusal

DAYS = (1, 7, 30)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@confirmed
def server_invitations(request: HttpRequest) -> HttpResponse:
    return _invitations(request, None)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@confirmed
def project_invitations(request: HttpRequest, slug: str) -> HttpResponse:
    return _invitations(request, queries.visible_project(request.user, slug))


def _invitations(request: HttpRequest, project: Project | None) -> HttpResponse:
    """POST: `act` = invite, resend or revoke."""
    invitations.invitations_of(request.user, project)
    if request.method == "GET":
        return _page(request, project)
    act = request.POST.get("act", "")
    try:
        if act == "invite":
            made, secret = _invite(request, project)
            return _hand_over(request, project, made, secret)
        one = invitations.one_of(request.user, project, request.POST.get("invitation", ""))
        if act == "resend":
            return _hand_over(request, project, one, invitations.renew(request.user, one))
        invitations.revoke(request.user, one)
    except Refusal as refusal:
        return _page(request, project, problem=refusal, typed=request.POST)
    messages.success(request, _("The invitation is taken back; its link works no more."))
    return redirect(request.path)


def _invite(request: HttpRequest, project: Project | None) -> tuple[Invitation, str]:
    days = request.POST.get("days", "7")
    return invitations.invite(
        request.user,
        project=project,
        email=request.POST.get("email", ""),
        role=request.POST.get("role", "reader"),
        days=int(days) if days.isdecimal() and len(days) < 4 else 0,
    )


def _hand_over(request: HttpRequest, project: Project | None, one: Invitation, secret: str) -> HttpResponse:
    handed = inviting.hand_over(request.user, one, secret)
    if not handed.link:
        messages.success(request, _("The invitation is on its way to %s.") % one.email)
        return redirect(request.path)
    return _page(request, project, link=handed.link, link_for=one.email, problem=handed.problem)


def _page(request: HttpRequest, project: Project | None, **more: Any) -> HttpResponse:
    problem: Refusal | None = more.get("problem")
    context = {
        "project": project,
        "rows": invitations.invitations_of(request.user, project)[:200],
        "roles": [*Role.choices, *((one.name, one.name) for one in roles_for(project))] if project else [],
        "days": DAYS,
        "now": timezone.now(),
        **more,
    }
    return render(request, "accounts/invitations.html", context, status=problem.status if problem else 200)


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def accept_page(request: HttpRequest, token: str) -> HttpResponse:
    """Who is signed in accepts; others make an account. A link is used by a form alone, never by a visit."""
    try:
        found = invitations.invitation_of(token)
    except Refusal as refusal:
        return render(request, "accounts/accept.html", {"problem": refusal, "is_over": True}, status=refusal.status)
    context: dict[str, Any] = {"invitation": found, "token": token, "length": settings.PASSWORD_LENGTH}
    if request.method == "GET":
        return render(request, "accounts/accept.html", context)
    try:
        if isinstance(request.user, User):
            invitations.accept(request.user, token)
            target = reverse("web:project", args=[found.project.slug]) if found.project else "/"
            return redirect(target)
        if request.POST.get("password") != request.POST.get("again"):
            raise Refusal("passwords_differ", _("The two passwords are not the same."))
        name = request.POST.get("name", "")
        person = invitations.join(token, name=name, password=request.POST.get("password", ""))
    except Refusal as refusal:
        return render(
            request,
            "accounts/accept.html",
            context | {"problem": refusal, "typed": request.POST},
            status=refusal.status,
        )
    return enter(request, person, by="invitation", target="/")
