"""Quotas of people: the administrators' table and form, and what one may have oneself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import require_administrator
from mlops.formats.refusal import Refusal
from mlops.quotas import actions, queries
from mlops.quotas.kinds import kinds_of_people
from mlops.quotas.people_api import person_with_quotas
from mlops.web.guard import signed_in


@signed_in
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """POST: `person` (empty: everybody without their own), and a field for each kind; an empty one is as all others."""
    require_administrator(request.user, _("Only an administrator may see the quotas of all people."))
    name = (request.POST if request.method == "POST" else request.GET).get("person", "").strip()
    problem: Refusal | None = None
    person = None
    try:
        person = person_with_quotas(name) if name else None
        if request.method == "POST":
            typed = {kind: request.POST[kind].strip() for kind in kinds_of_people() if kind in request.POST}
            given = {kind: value or actions.DEFAULT for kind, value in typed.items()}
            actions.set_person_quotas(request.user, person, given, reason=request.POST.get("reason", ""))
            messages.success(request, _("Saved. It holds from now on; what is beyond it stays."))
            return redirect("web:people-quotas")
    except Refusal as refusal:
        problem = refusal
    context = {
        "here": "quotas",
        "people": queries.all_people_lines(request.user),
        "kinds": kinds_of_people().values(),
        "person": person,
        "typed_person": name,
        "fields": _fields(_known(person), request.POST),
        "problem": problem,
    }
    return render(request, "web/system/people_quotas.html", context, status=problem.status if problem else 200)


@signed_in
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    return render(request, "web/projects/own_quotas.html", {"lines": queries.lines_of_person(request.user)})


def _known(person: Any) -> dict[str, str]:
    """What is set, as it may be typed."""
    if person is None:
        return {kind: "" if most is None else str(most) for kind, most in queries.person_defaults().items()}
    own = [line for line in queries.lines_of_person(person) if line.is_own]
    return {line.kind: actions.UNLIMITED if line.most is None else str(line.most) for line in own}


def _fields(known: dict[str, str], typed: Any) -> list[dict[str, Any]]:
    return [{"kind": kind, "value": (typed or known).get(kind.name, "")} for kind in kinds_of_people().values()]


urlpatterns: list[URLPattern] = [
    path("system/quotas/people/", people, name="people-quotas"),
    path("settings/quotas/", own, name="own-quotas"),
]
