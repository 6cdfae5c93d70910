"""The pages about schedules: the list, one schedule with its fires, the form, and the preview of the next fires."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import may, require
from mlops.datasets.sharing import names_usable
from mlops.formats.refusal import Refusal
from mlops.formats.schedule import Cron, Recurrence
from mlops.pipelines import published, schedules
from mlops.pipelines.models import Schedule
from mlops.pipelines.publishing import version_of
from mlops.pipelines.timing import zone_of
from mlops.web.guard import signed_in
from mlops.web.pages.calling import entries, given, parameters_of
from mlops.web.pages.schedule_form import (
    EMPTY,
    FREQUENCIES,
    KINDS,
    WEEK_DAYS,
    rules_of,
    trigger_of,
    typed_in,
    typed_of,
)
from mlops.web.pages.timetables import in_words, moment_of, moments
from mlops.web.projects import current_project, show_project

FIRES_A_PAGE = 25


@signed_in
@require_GET
def schedules_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/schedules/list.html", _list_context(request))


@signed_in
@require_GET
def schedule_rows(request: HttpRequest) -> HttpResponse:
    """The live part of the list."""
    return render(request, "web/schedules/_rows.html", _list_context(request))


@signed_in
@require_http_methods(["GET", "POST"])
def schedule(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    """POST `act`: enable, disable, delete."""
    one = published.schedule(request.user, schedule_id)
    show_project(request, one.project)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            return _switched(request, one)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            problem = refusal
    context = {**_schedule_context(request, one), "problem": problem}
    return render(request, "web/schedules/schedule.html", context, status=problem.status if problem else 200)


@signed_in
@require_GET
def fires(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    """The live part of one schedule."""
    one = published.schedule(request.user, schedule_id)
    return render(request, "web/schedules/_fires.html", _schedule_context(request, one))


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    require(request.user, "pipelines.design", project)
    known = published.endpoints(request.user).filter(project=project, is_enabled=True)
    if not known:
        messages.info(request, _("Publish a pipeline first; then it can be scheduled."))
        return redirect("web:pipelines")
    asked = (request.POST if request.method == "POST" else request.GET).get("endpoint", "")
    endpoint = next((one for one in known if str(one.pk) == asked), known[0])
    if request.method == "GET":
        typed = {**EMPTY, "experiment": endpoint.name, "name": "", "version": ""}
        return _form(request, typed, endpoint=endpoint, known=known)
    typed = typed_in(request.POST)
    try:
        made = schedules.create_schedule(
            request.user, endpoint, name=typed.get("name", ""), **_asked(endpoint, typed, request)
        )
    except Refusal as refusal:
        return _form(request, typed, endpoint=endpoint, known=known, problem=refusal)
    messages.success(request, _("The schedule “%(name)s” is made.") % {"name": made.name})
    return redirect("web:schedule", made.pk)


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    one = published.schedule(request.user, schedule_id)
    require(request.user, "pipelines.design", one.project)
    show_project(request, one.project)
    if request.method == "GET":
        return _form(request, typed_of(one), endpoint=one.endpoint, schedule=one)
    typed = typed_in(request.POST)
    try:
        schedules.change_schedule(request.user, one, **_asked(one.endpoint, typed, request))
    except Refusal as refusal:
        return _form(request, typed, endpoint=one.endpoint, schedule=one, problem=refusal)
    messages.success(request, _("The schedule “%(name)s” is changed.") % {"name": one.name})
    return redirect("web:schedule", one.pk)


@signed_in
@require_GET
def preview(request: HttpRequest) -> HttpResponse:
    """The next ten fires of what is typed so far, or what is wrong with it."""
    return render(request, "web/schedules/_preview.html", _previewed(typed_in(request.GET)))


def _asked(endpoint: Any, typed: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    rules = rules_of(typed)
    version = version_of(endpoint, rules["number"]) if rules["number"] is not None else endpoint.default
    return {**rules, "trigger": trigger_of(typed), "parameters": given(version, request.POST)}


def _form(
    request: HttpRequest,
    typed: dict[str, Any],
    *,
    endpoint: Any,
    known: Any = (),
    schedule: Schedule | None = None,
    problem: Refusal | None = None,
) -> HttpResponse:
    number = str(typed.get("version", ""))
    versions = list(published.versions(endpoint))
    version = next((one for one in versions if str(one.number) == number), endpoint.default)
    context = {
        "typed": typed,
        "endpoint": endpoint,
        "known": known,
        "schedule": schedule,
        "problem": problem,
        "versions": versions,
        "kinds": KINDS,
        "frequencies": FREQUENCIES,
        "week_days": WEEK_DAYS,
        "datasets": names_usable(endpoint.project),
        "zones": _zones(),
        "watched": schedules.watched_folders(),
        "parameters": parameters_of(version).items(),
        "entries": entries(version, typed, project=endpoint.project, empty=True),
        **_previewed(typed),
    }
    return render(request, "web/schedules/form.html", context, status=problem.status if problem else 200)


def _previewed(typed: dict[str, Any]) -> dict[str, Any]:
    try:
        trigger = trigger_of(typed)
        return {"moments": moments(trigger), "words": in_words(trigger), "timed": _is_timed(trigger), "wrong": None}
    except Refusal as refusal:
        return {"moments": [], "words": "", "timed": True, "wrong": refusal}


def _switched(request: HttpRequest, one: Schedule) -> HttpResponse:
    act = request.POST.get("act", "")
    if act == "delete":
        name = one.name
        schedules.delete_schedule(request.user, one)
        messages.success(request, _("The schedule “%(name)s” is deleted. Its runs are kept.") % {"name": name})
        return redirect("web:schedules")
    if act == "enable":
        schedules.enable_schedule(request.user, one)
    elif act == "disable":
        schedules.disable_schedule(request.user, one)
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    return redirect("web:schedule", one.pk)


def _list_context(request: HttpRequest) -> dict[str, Any]:
    project = current_project(request)
    rows = []
    for one in published.schedules(request.user).filter(project=project):
        trigger = schedules.read_trigger(one.trigger)
        rows.append(
            {
                "schedule": one,
                "words": in_words(trigger),
                "timed": _is_timed(trigger),
                "next": moment_of(one.next_at.astimezone(_zone(trigger))) if one.next_at else None,
                "last": published.fires(one).first(),
            }
        )
    return {"project": project, "rows": rows, "may_contribute": may(request.user, "pipelines.run", project)}


def _schedule_context(request: HttpRequest, one: Schedule) -> dict[str, Any]:
    trigger = schedules.read_trigger(one.trigger)
    page = Paginator(published.fires(one), FIRES_A_PAGE).get_page(request.GET.get("page"))
    zone = _zone(trigger)
    return {
        "schedule": one,
        "project": one.project,
        "words": in_words(trigger),
        "timed": _is_timed(trigger),
        "moments": moments(trigger) if one.is_enabled else [],
        "page": page,
        "fires": [(fire, moment_of(fire.due_at.astimezone(zone))) for fire in page],
        "may_contribute": may(request.user, "pipelines.run", one.project),
    }


def _is_timed(trigger: Any) -> bool:
    return isinstance(trigger, Cron | Recurrence)


def _zone(trigger: Any) -> Any:
    return zone_of(trigger.time_zone if isinstance(trigger, Cron | Recurrence) else "UTC")


def _zones() -> list[str]:
    from zoneinfo import available_timezones

    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")


urlpatterns: list[URLPattern | URLResolver] = [
    path("pipelines/schedules/", schedules_page, name="schedules"),
    path("pipelines/schedules/rows/", schedule_rows, name="schedule-rows"),
    path("pipelines/schedules/new/", create, name="schedule-new"),
    path("pipelines/schedules/preview/", preview, name="schedule-preview"),
    path("pipelines/schedules/<uuid:schedule_id>/", schedule, name="schedule"),
    path("pipelines/schedules/<uuid:schedule_id>/fires/", fires, name="schedule-fires"),
    path("pipelines/schedules/<uuid:schedule_id>/edit/", edit, name="schedule-edit"),
]
