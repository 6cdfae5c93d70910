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
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import require_administrator
from mlops.accounts import actions, leaving, lockout, queries, sessions, standing
from mlops.accounts.confirming import confirmed
from mlops.accounts.factors import actions as factors
from mlops.accounts.factors import requiring, rules
from mlops.formats.refusal import Refusal

GRACE, USUAL_GRACE = (0, 7, 14, 30), 14
WHOM = (
    ("optional", gettext_lazy("Nobody")),
    ("administrators", gettext_lazy("Administrators")),
    ("owners", gettext_lazy("Owners of projects, and administrators")),
    ("everybody", gettext_lazy("Everybody")),
)
STANDING = {
    "activate": gettext_lazy("The account of %(name)s is active again."),
    "promote": gettext_lazy("%(name)s is an administrator now."),
    "demote": gettext_lazy("%(name)s is no longer an administrator."),
}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@confirmed
def people_page(request: HttpRequest) -> HttpResponse:
    """POST: `act` = add, link, free, remove-factor, end-sessions, activate, promote or demote, with `name`; the
    answer to add and link shows the person's sign-in link once."""
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
        if request.POST.get("act") == "require-factor":
            return _require_factor(request)
        if request.POST.get("act") in STANDING:
            return _change_standing(request, standing.anybody_named(name))
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


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@confirmed
def deactivate_page(request: HttpRequest, name: str) -> HttpResponse:
    """GET tells what becomes of the person's things; POST does it."""
    require_administrator(request.user, _("Only an administrator may deactivate an account."))
    person = standing.anybody_named(name)
    problem = None
    if request.method == "POST":
        try:
            standing.deactivate(request.user, person, reason=request.POST.get("reason", "").strip()[:2000])
            messages.success(request, _("The account of %(name)s is deactivated.") % {"name": person.get_username()})
            return redirect("accounts:people")
        except Refusal as refusal:
            problem = refusal
    context = {"person": person, "held": leaving.held_by(person), "problem": problem}
    return render(request, "accounts/deactivate.html", context, status=problem.status if problem else 200)


def _require_factor(request: HttpRequest) -> HttpResponse:
    days = request.POST.get("days", "")
    whom = request.POST.get("whom", "")
    grace = int(days) if days.isdecimal() and len(days) < 4 else -1
    requiring.require_of(request.user, whom=whom, grace_days=grace)
    messages.success(request, _("The rule holds from now on; who lacks a second factor is told on every page."))
    return redirect("accounts:people")


def _change_standing(request: HttpRequest, person: User) -> HttpResponse:
    act = request.POST["act"]
    if act == "activate":
        standing.activate(request.user, person)
    else:
        standing.change_rank(request.user, person, administrator=act == "promote")
    messages.success(request, str(STANDING[act]) % {"name": person.get_username()})
    return redirect("accounts:people")


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
    rule = requiring.rule()
    context = {"people": standing.people(), "locked": lockout.locked_names(), **more}
    context |= {"rule": rule, "whom": WHOM, "lacking": requiring.who_lacks(rule), "days": GRACE}
    context["grace"] = USUAL_GRACE if rule.whom == requiring.OPTIONAL else rule.grace_days
    context["with_factor"] = rules.with_factor()
    return render(request, "accounts/people.html", context, status=problem.status if problem else 200)
