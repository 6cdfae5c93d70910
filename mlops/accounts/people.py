"""The people of this server, for administrators: add one, and make a one-time sign-in link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import require_administrator
from mlops.accounts import actions, lockout, queries, sessions, standing
from mlops.accounts.confirming import confirmed
from mlops.accounts.factors import actions as factors
from mlops.accounts.factors import rules
from mlops.formats.refusal import Refusal


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@confirmed
def people_page(request: HttpRequest) -> HttpResponse:
    """POST: `act` = add, link or free, `name`; the answer shows the person's sign-in link once."""
    hint = _("In a project, its people are listed under “Projects”.")
    require_administrator(request.user, _("Only an administrator may see the people of this server."), hint)
    if request.method == "GET":
        return _page(request)
    name = request.POST.get("name", "")
    if request.POST.get("act") == "free":
        lockout.free(request.user, name=name)
        messages.success(request, _("%(name)s may try again.") % {"name": name})
        return redirect("accounts:people")
    if request.POST.get("act") in ("remove-factor", "end-sessions"):
        return _help(request, queries.person_named(name))
    try:
        if request.POST.get("act") == "link":
            person = queries.person_named(name)
        else:
            person = actions.create_person(
                request.user, name=name, administrator=request.POST.get("administrator") == "on"
            )
    except Refusal as refusal:
        return _page(request, problem=refusal, typed=request.POST)
    link = request.build_absolute_uri(reverse("accounts:link", args=[standing.hand_link(request.user, person)]))
    return _page(request, link=link, link_for=person)


def _help(request: HttpRequest, person: User) -> HttpResponse:
    """For somebody who lost a phone or a laptop."""
    if request.POST["act"] == "remove-factor":
        factors.remove(request.user, person=person)
        said = _("%(name)s signs in without a second factor until a new one is set up.")
    else:
        sessions.end_others(request.user, person=person, but=request.session.session_key)
        said = _("%(name)s is signed out everywhere.")
    messages.success(request, said % {"name": person.get_username()})
    return redirect("accounts:people")


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    problem: Refusal | None = more.get("problem")
    context = {"people": standing.people(), "locked": lockout.locked_names(), **more}
    context["with_factor"] = rules.with_factor()
    return render(request, "accounts/people.html", context, status=problem.status if problem else 200)
