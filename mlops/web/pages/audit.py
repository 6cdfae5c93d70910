"""The audit trail of the server: whether it is whole, since when that is known, and how to prove it elsewhere."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mlops.alerts.browsing import audit
from mlops.events.models import Event
from mlops.web.guard import signed_in
from mlops.web.projects import current_project


@signed_in
@require_http_methods(["GET", "POST"])
def trail(request: HttpRequest) -> HttpResponse:
    audit.require_whole(request.user)
    if request.method == "POST":
        found = audit.look_now(request.user)
        if found["is_whole"]:
            messages.success(request, _("All events were read: the chain is whole."))
        else:
            messages.error(request, _("The chain is broken at event %d.") % found["broken_at"])
        return redirect("web:audit")
    found = audit.state()
    broken = Event.objects.filter(seq=found["broken_at"]).first() if found["broken_at"] else None
    last = Event.objects.order_by("-seq").first()
    context = {"project": current_project(request), "found": found, "broken": broken, "last": last}
    return render(request, "web/alerts/audit.html", context)


@signed_in
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """All of the server, or with `?scope=project` of the project."""
    project = current_project(request) if request.GET.get("scope") == "project" else None
    return audit.trail(request, request.user, project)


@signed_in
@require_GET
def verifier(request: HttpRequest) -> HttpResponse:
    return audit.verifier()


urlpatterns: list[URLPattern] = [
    path("alerts/audit/", trail, name="audit"),
    path("alerts/audit/export/", export, name="audit-export"),
    path("alerts/audit/verifier/", verifier, name="audit-verifier"),
]
