"""The page Monitoring: all monitors of the project at a glance."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.cache import never_cache

from mlops.access.decisions import may
from mlops.web.guard import signed_in
from mlops.web.pages.monitor_lines import Asked, context_of
from mlops.web.projects import current_project


@signed_in
@never_cache
def monitoring(request: HttpRequest) -> HttpResponse:
    """`?q=`, `state=`, `watches=` (endpoint or dataset); `part=lines`: the live part alone."""
    project = current_project(request)
    context = context_of(project, Asked.of(request.GET))
    context["may_contribute"] = may(request.user, "monitors.change", project)
    page = "_lines" if request.GET.get("part") == "lines" else "list"
    return render(request, f"web/monitoring/{page}.html", context)


urlpatterns: list[URLPattern | URLResolver] = [
    path("monitoring/", monitoring, name="monitoring"),
]
