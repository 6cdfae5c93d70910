"""Private networks that alerts and subscriptions may reach; for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.alerts import networks as acts
from mlops.alerts.models import AllowedNetwork
from mlops.alerts.outside import told_names
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in


@signed_in
@require_http_methods(["GET", "POST"])
def networks(request: HttpRequest) -> HttpResponse:
    """POST `act`: allow or forbid."""
    acts.require_administrator(request.user)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            _acted(request)
            return redirect("web:networks")
        except Refusal as refusal:
            problem = refusal
    context = {"rows": AllowedNetwork.objects.all(), "told": told_names(), "typed": request.POST, "problem": problem}
    return render(request, "web/alerts/networks.html", context, status=problem.status if problem else 200)


def _acted(request: HttpRequest) -> None:
    typed = request.POST
    if typed.get("act") == "forbid":
        key = typed.get("network", "")
        row = acts.by_id(request.user, int(key) if key.isdecimal() else 0)
        acts.forbid(request.user, row)
        messages.success(request, _("“%s” is not reached any more.") % row.name)
        return
    made = acts.allow(request.user, typed.get("name", ""), note=typed.get("note", ""))
    messages.success(request, _("“%s” may be reached from now on.") % made.name)


urlpatterns: list[URLPattern | URLResolver] = [path("alerts/networks/", networks, name="networks")]
