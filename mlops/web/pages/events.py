"""Events: found, looked at, exported; and the catalogue of their types."""

from __future__ import annotations

import json
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mlops.access.decisions import may
from mlops.alerts.browsing import queries
from mlops.alerts.browsing.exporting import streamed
from mlops.alerts.envelopes.azure import OURS
from mlops.alerts.envelopes.cloudevents import form
from mlops.alerts.models import Delivery
from mlops.events.catalogue import GROUPS, TYPES
from mlops.events.catalogue.documents import schema
from mlops.formats.refusal import Refusal, nearest
from mlops.web.guard import signed_in
from mlops.web.projects import current_project
from mlops.web.templatetags.studio import as_text

A_PAGE = 40


@signed_in
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """`?scope=all`: of all projects that the person sees."""
    problem: Refusal | None = None
    project = current_project(request)
    is_all = request.GET.get("scope") == "all"
    found = queries.visible_to(request.user, None if is_all else project)
    try:
        found = queries.asked_for(found, queries.read_asked(request.GET))
    except Refusal as refusal:
        problem = refusal
    context = {
        "project": project,
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "typed": request.GET,
        "is_asked": any(request.GET.get(name) for name in ("type", "subject", "actor", "q", "start", "end")),
        "is_all": is_all,
        "types": TYPES,
        "problem": problem,
        "wrong": problem.where.parameter if problem else "",
    }
    return render(request, "web/alerts/events.html", context, status=problem.status if problem else 200)


@signed_in
@require_GET
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    shown = queries.by_id(request.user, event_id)
    is_contributor = shown.project is not None and may(request.user, "alerts.change", shown.project)
    sent = Delivery.objects.filter(event=shown, subscription__project=shown.project).select_related("subscription")
    context = {
        "project": shown.project or current_project(request),
        "event": shown,
        "known": TYPES.get(shown.type),
        "body": json.dumps(form(shown), indent=2, ensure_ascii=False),
        "changes": [(name, _told(was), _told(shown.after.get(name))) for name, was in shown.before.items()],
        "deliveries": sent if is_contributor else (),
    }
    return render(request, "web/alerts/event.html", context)


def _told(value: object) -> str:
    return "–" if value is None or value == "" else as_text(value)


@signed_in
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """`?as=jsonl|csv`, with the filters of the page."""
    project = None if request.GET.get("scope") == "all" else current_project(request)
    found = queries.asked_for(queries.visible_to(request.user, project), queries.read_asked(request.GET))
    return streamed(request, found, request.GET.get("as", "jsonl"))


@signed_in
@require_GET
def types(request: HttpRequest) -> HttpResponse:
    context = {"project": current_project(request), "groups": GROUPS.items(), "azure": OURS}
    return render(request, "web/alerts/event_types.html", context)


@signed_in
@require_GET
def one_type(request: HttpRequest, event_type: str) -> HttpResponse:
    known = TYPES.get(event_type)
    if known is None:
        raise Refusal(
            "type_unknown",
            _("There is no type “%(event_type)s”.") % {"event_type": event_type},
            hint=nearest(event_type, TYPES),
            status=404,
        )
    context = {
        "project": current_project(request),
        "known": known,
        "schema": json.dumps(schema(known), indent=2, ensure_ascii=False),
        "is_azure": known.name in OURS,
    }
    return render(request, "web/alerts/event_type.html", context)


urlpatterns: list[URLPattern | URLResolver] = [
    path("alerts/events/", events, name="events"),
    path("alerts/events/export/", export, name="events-export"),
    path("alerts/events/types/", types, name="event-types"),
    path("alerts/events/types/<str:event_type>/", one_type, name="event-type"),
    path("alerts/events/<uuid:event_id>/", event, name="event"),
]
