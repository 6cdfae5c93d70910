"""The system pages, for administrators: how the server is, its regular jobs, storage, settings and libraries."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mlops.administration import maintenance
from mlops.administration.health.report import health as health_of
from mlops.administration.system import copies, database, jobs, settings, storage, versions
from mlops.administration.system.report import require_sight, system
from mlops.formats.refusal import Refusal
from mlops.web import health
from mlops.web.guard import signed_in
from mlops.work.calls import later


@signed_in
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    found = system(request.user)
    return render(request, "web/system/overview.html", {"found": found, "parts": health.parts(), "here": "overview"})


@signed_in
@require_http_methods(["GET", "POST"])
def healthy(request: HttpRequest) -> HttpResponse:
    """POST has a worker look at all parts at once."""
    found = health_of(request.user)
    if request.method == "POST":
        later("administration.look_at_health_now")
        messages.success(request, _("A worker looks at all parts; they change here as it does."))
        return redirect("web:system-health")
    return render(request, "web/system/health.html", {"found": found, "here": "health"})


@signed_in
@require_GET
def health_parts(request: HttpRequest) -> HttpResponse:
    """For the open page, when a part changed."""
    return render(request, "web/system/_health_parts.html", {"found": health_of(request.user)})


@signed_in
@require_GET
def regular_jobs(request: HttpRequest) -> HttpResponse:
    require_sight(request.user)
    lines = jobs.jobs()
    context = {"lines": lines, "standing": jobs.standing(lines), "here": "jobs"}
    return render(request, "web/system/jobs.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def stored(request: HttpRequest) -> HttpResponse:
    """POST has a worker measure the data directory."""
    require_sight(request.user)
    if request.method == "POST":
        later("administration.measure_now")
        messages.success(request, _("A worker measures the data directory; look again in a moment."))
        return redirect("web:system-storage")
    context = {"storage": storage.storage(), "database": database.database(), "copies": copies.copies()}
    return render(request, "web/system/storage.html", {**context, "here": "storage"})


@signed_in
@require_GET
def all_settings(request: HttpRequest) -> HttpResponse:
    require_sight(request.user)
    found = settings.settings()
    changed = sum(1 for one in found if one.origin != "default")
    context = {"settings": found, "changed": changed, "here": "settings"}
    return render(request, "web/system/settings.html", context)


@signed_in
@require_GET
def all_libraries(request: HttpRequest) -> HttpResponse:
    require_sight(request.user)
    context = {"libraries": versions.libraries(), "versions": versions.versions(), "here": "libraries"}
    return render(request, "web/system/libraries.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def maintained(request: HttpRequest) -> HttpResponse:
    """POST `act`: begin (also changes reason and end) or end."""
    require_sight(request.user)
    if request.method == "GET":
        return render(request, "web/system/maintenance.html", {"here": "maintenance"})
    try:
        if request.POST.get("act") == "end":
            maintenance.end(request.user)
            messages.success(request, _("Changes are taken again, and runs that waited start."))
        else:
            maintenance.begin(request.user, reason=request.POST.get("reason", ""), until=request.POST.get("until", ""))
            messages.success(request, _("From now on changes are refused, for everybody but administrators."))
    except Refusal as refusal:
        context = {"here": "maintenance", "problem": refusal, "typed": request.POST}
        context["wrong"] = refusal.where.parameter
        return render(request, "web/system/maintenance.html", context, status=refusal.status)
    return redirect("web:system-maintenance")


urlpatterns: list[URLPattern] = [
    path("system/", overview, name="system"),
    path("system/health/", healthy, name="system-health"),
    path("system/health/parts/", health_parts, name="system-health-parts"),
    path("system/jobs/", regular_jobs, name="system-jobs"),
    path("system/storage/", stored, name="system-storage"),
    path("system/settings/", all_settings, name="system-settings"),
    path("system/maintenance/", maintained, name="system-maintenance"),
    path("system/libraries/", all_libraries, name="system-libraries"),
]
