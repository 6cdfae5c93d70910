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

from mlops.accounts import actions, lockout, queries
from mlops.formats.refusal import Refusal


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def people_page(request: HttpRequest) -> HttpResponse:
    """POST: `act` = add, link or free, `name`; the answer shows the person's sign-in link once."""
    if not request.user.is_superuser:
        raise Refusal(
            "forbidden",
            _("Only an administrator may see the people of this server."),
            hint=_("In a project, its people are listed under “Projects”."),
            status=403,
        )
    if request.method == "GET":
        return _page(request)
    name = request.POST.get("name", "")
    if request.POST.get("act") == "free":
        lockout.free(request.user, name=name)
        messages.success(request, _("%(name)s may try again.") % {"name": name})
        return redirect("accounts:people")
    try:
        if request.POST.get("act") == "link":
            person = queries.person_named(name)
        else:
            person = actions.create_person(
                request.user, name=name, administrator=request.POST.get("administrator") == "on"
            )
    except Refusal as refusal:
        return _page(request, problem=refusal, typed=request.POST)
    link = request.build_absolute_uri(reverse("accounts:link", args=[actions.make_sign_in_link(person)]))
    return _page(request, link=link, link_for=person)


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    problem: Refusal | None = more.get("problem")
    context = {"people": User.objects.order_by("username"), "locked": lockout.locked_names(), **more}
    return render(request, "accounts/people.html", context, status=problem.status if problem else 200)
