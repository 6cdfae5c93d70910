"""Releases of a repository: what begins by a model version or a pushed tag, and what became of each."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.formats.refusal import Refusal
from mlops.registry.models import Stage
from mlops.repositories import queries
from mlops.repositories.models import Deed, Release, Repository
from mlops.repositories.releases import create_release, delete_release, invalid, set_enabled
from mlops.repositories.releasing import working
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

MOST_CALLS = 100
LONGEST_NUMBER = 18
"""Digits of a call's number: more is no number of one, and too many cannot be read."""


@signed_in
@require_http_methods(["GET", "POST"])
def releases(request: HttpRequest, repository_id: UUID) -> HttpResponse:
    """POST `act`: create, delete, on, off or again."""
    row = queries.by_id(request.user, repository_id)
    show_project(request, row.project)
    problem, typed = None, {"model": "*", "does": str(Deed.DEPLOYMENT)}
    if request.method == "POST":
        try:
            _act(request, row)
            return redirect("web:releases", row.pk)
        except Refusal as refusal:
            problem = refusal
            if request.POST.get("act") == "create":
                typed = request.POST.dict()
    context = {
        "project": row.project,
        "row": row,
        "releases": Release.objects.filter(repository=row),
        "calls": queries.calls(row)[:MOST_CALLS],
        "deeds": Deed.choices,
        "stages": [one for one in Stage.choices if one[0] != Stage.NONE],
        "typed": typed,
        "problem": problem,
        "may_manage": may(request.user, "repositories.manage", row.project),
    }
    return render(request, "web/repositories/releases.html", context, status=problem.status if problem else 200)


def _act(request: HttpRequest, row: Repository) -> None:
    act, person = request.POST.get("act", ""), request.user
    if act == "create":
        _create(request, row)
        messages.success(request, _("From now on. It acts with your rights."))
    elif act == "again":
        release = queries.release_of(row, _id(request, "release"))
        working.try_again(person, queries.call_of(release, _number(request, "call")))
    elif act in ("delete", "on", "off"):
        release = queries.release_of(row, _id(request, "release"))
        if act == "delete":
            delete_release(person, release)
        else:
            set_enabled(person, release, is_enabled=act == "on")
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))


def _create(request: HttpRequest, row: Repository) -> None:
    typed = request.POST
    traffic = typed.get("traffic", "").strip()
    try:
        percent = float(traffic) if traffic else None
    except ValueError as error:
        raise invalid("traffic", _("“%s” is no number of percent.") % traffic[:20]) from error
    key, _sign, value = typed.get("tag", "").strip().partition("=")
    create_release(
        request.user,
        row,
        name=typed.get("name", "").strip(),
        model=typed.get("model", ""),
        tags={key: value} if key else {},
        stage=typed.get("stage", ""),
        git_tag=typed.get("git_tag", "").strip(),
        does=typed.get("does", ""),
        path=typed.get("path", "").strip(),
        traffic=percent,
        branch=typed.get("branch", ""),
    )


def _number(request: HttpRequest, name: str) -> int:
    """0, which nothing has, where it is none."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else 0


def _id(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise Refusal("not_found", _("There is no such release."), status=404) from error


urlpatterns: list[URLPattern | URLResolver] = [
    path("repositories/<uuid:repository_id>/releases/", releases, name="releases"),
]
