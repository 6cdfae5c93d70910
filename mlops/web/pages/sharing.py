"""Sharing single things: who has access to one and by what, and what others share with whoever asks."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import project_named, visible_projects
from mlops.access.shareable import kind_named
from mlops.accounts import groups, offering, queries, sharing
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

MOST_PROJECTS = 50
LIFETIMES = (1, 7, 30, 90, 365)
WORDS = {"reader": gettext_lazy("Reader"), "operator": gettext_lazy("Operator")}


@signed_in
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, noun: str, thing_id: uuid.UUID) -> HttpResponse:
    """POST: `act` = share (`person` or `group`, `role`, `days`), unshare (`grant`), offer (`to`) or withdraw (`offer`);
    `reason`."""
    thing = sharing.shared_thing(request.user, noun, thing_id)
    show_project(request, thing.project)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            messages.success(request, _changed(request, thing))
            return redirect("web:share", noun, thing_id)
        except Refusal as refusal:
            problem = refusal
    kind = kind_named(noun)
    context = {
        "thing": thing,
        "kind": kind,
        "project": thing.project,
        "back": reverse(kind.page, args=[thing.pk]),
        "grants": [(one, WORDS[one.level]) for one in sharing.grants_on(thing)],
        "members": queries.members_of(thing.project),
        "groups": groups.roles_of_groups(thing.project),
        "levels": [(level, WORDS[level]) for level in kind.levels],
        "lifetimes": LIFETIMES,
        "offers": offering.offers_of(thing) if kind.is_offered else (),
        "projects": visible_projects(request.user).exclude(pk=thing.project_id) if kind.is_offered else (),
        "reference": offering.reference_to(noun, thing) if kind.is_offered else "",
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "web/sharing/share.html", context, status=problem.status if problem else 200)


@signed_in
def shared(request: HttpRequest) -> HttpResponse:
    projects = list(visible_projects(request.user)[:MOST_PROJECTS])
    offers = [
        {"project": project, "offer": one, "kind": kind, "thing": thing}
        | {"reference": offering.reference_to(kind.noun, thing)}
        for project, one, kind, thing in offering.offered_to_each(projects)
    ]
    return render(request, "web/sharing/shared.html", {"lines": lines_of(request.user), "offers": offers})


def lines_of(person: Any) -> list[dict[str, Any]]:
    """What others share with the person, the newest first."""
    shown = sorted(sharing.shared_with(person), key=lambda one: one[0].created_at, reverse=True)
    return [
        {"grant": grant, "kind": kind, "thing": thing, "url": reverse(kind.page, args=[thing.pk])}
        | {"role": WORDS[grant.level]}
        for grant, kind, thing in shown
    ]


def _changed(request: HttpRequest, thing: object) -> str:
    typed = request.POST
    if typed.get("act") == "unshare":
        try:
            grant = sharing.grant_by_id(request.user, uuid.UUID(typed.get("grant", "")))
        except ValueError:
            raise Refusal("not_found", _("There is no such grant, or you may not manage it."), status=404) from None
        sharing.unshare(request.user, grant, reason=typed.get("reason", ""))
        return _("“%(name)s” sees it no more by sharing.") % {"name": grant.holder}
    if typed.get("act") == "offer":
        to = project_named(request.user, typed["to"]) if typed.get("to") else None
        offering.offer(request.user, thing, to=to, reason=typed.get("reason", ""))
        return _("Offered to “%(name)s”.") % {"name": to.name if to else _("every project")}
    if typed.get("act") == "withdraw":
        try:
            offered = offering.offer_by_id(request.user, uuid.UUID(typed.get("offer", "")))
        except ValueError:
            raise Refusal("not_found", _("There is no such offer, or you may not manage it."), status=404) from None
        offering.withdraw(request.user, offered, reason=typed.get("reason", ""))
        return _("The offer is withdrawn. What uses it already goes on.")
    if typed.get("act") != "share":
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    days = typed.get("days", "")
    grant = sharing.share(
        request.user,
        thing,
        holder=sharing.holder_named(typed.get("person", ""), typed.get("group", "")),
        level=typed.get("role", "reader"),
        expires=timedelta(days=int(days)) if days.isdecimal() and len(days) < 5 else None,
        reason=typed.get("reason", ""),
    )
    return _("Shared with “%(name)s”.") % {"name": grant.holder}


urlpatterns: list[URLPattern | URLResolver] = [
    path("share/<slug:noun>/<uuid:thing_id>/", share, name="share"),
    path("shared/", shared, name="shared"),
]
