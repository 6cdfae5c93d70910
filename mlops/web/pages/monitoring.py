"""The page Monitoring: all monitors of the project at a glance."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.cache import never_cache

from mlops.access.decisions import may
from mlops.access.models import Project
from mlops.monitoring.models import LookValue
from mlops.web.exports import exported, is_asked
from mlops.web.guard import signed_in
from mlops.web.pages.monitor_lines import Asked, chosen, context_of
from mlops.web.projects import current_project


@signed_in
@never_cache
def monitoring(request: HttpRequest) -> HttpResponseBase:
    """`?q=`, `state=`, `watches=` (endpoint or dataset); `part=lines`: the live part alone; `export=`: the list as a
    file, or with `results=1` every value that its monitors measured."""
    project = current_project(request)
    asked = Asked.of(request.GET)
    if is_asked(request):
        return _exported(request, project, asked)
    context = context_of(project, asked)
    context["may_contribute"] = may(request.user, "monitors.change", project)
    page = "_lines" if request.GET.get("part") == "lines" else "list"
    return render(request, f"web/monitoring/{page}.html", context)


def _exported(request: HttpRequest, project: Project, asked: Asked) -> HttpResponseBase:
    rows = chosen(project, asked)
    if request.GET.get("results"):
        return exported(request, "MonitorResults", project, LookValue.objects.filter(look__monitor__in=rows))
    return exported(request, "Monitors", project, rows)


urlpatterns: list[URLPattern | URLResolver] = [
    path("monitoring/", monitoring, name="monitoring"),
]
