"""The logs of the server, its workers and its steps: filtered, followed, taken away."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from mlops.administration.logs import asking, files
from mlops.administration.logs.entries import LEVELS
from mlops.administration.logs.reading import Found
from mlops.administration.logs_api import download
from mlops.administration.system.report import require_sight
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in

ASKED = ("log", "level", "q", "id", "since", "until")
SPANS = ("15m", "1h", "6h", "1d", "7d")


@never_cache
@signed_in
@require_GET
def logs(request: HttpRequest) -> HttpResponse:
    require_sight(request.user)
    known = files.files()
    asked = {name: request.GET.get(name, "").strip() for name in ASKED}
    asked["log"] = asked["log"] or (known[0].name if known else files.STEPS)
    context: dict[str, Any] = {"known": known, "asked": asked, "levels": LEVELS, "spans": SPANS, "here": "logs"}
    context["chosen"] = next((one for one in known if one.name == asked["log"]), None)
    context["query"] = urlencode({name: value for name, value in asked.items() if value})
    try:
        context["found"] = _found(request, asked["log"])
    except Refusal as refusal:
        context["problem"], context["found"] = refusal, Found(entries=[], before=None)
    status = context["problem"].status if "problem" in context else 200
    return render(request, "web/system/logs.html", context, status=status)


@never_cache
@signed_in
@require_GET
def lines(request: HttpRequest) -> HttpResponse:
    """The entries alone, for following."""
    require_sight(request.user)
    found = _found(request, request.GET.get("log", "") or files.STEPS)
    return render(request, "web/system/_log_lines.html", {"found": found})


@signed_in
@require_GET
def log_file(request: HttpRequest, name: str) -> HttpResponseBase:
    require_sight(request.user)
    return download(name)


def _found(request: HttpRequest, name: str) -> Found:
    return asking.found(name, asking.wanted(request.GET.dict()))


urlpatterns: list[URLPattern] = [
    path("system/logs/", logs, name="system-logs"),
    path("system/logs/lines/", lines, name="system-log-lines"),
    path("system/logs/<str:name>/download/", log_file, name="system-log-download"),
]
