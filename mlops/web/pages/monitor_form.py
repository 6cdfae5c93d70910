"""Making and changing a monitor: a wizard of four steps that keeps all that is typed, and one page for changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.formats.refusal import Refusal, Where
from mlops.monitoring import actions, asking, queries
from mlops.monitoring.checking import check_baseline, check_signals, check_target
from mlops.monitoring.columns import task_of
from mlops.monitoring.models import Monitor
from mlops.monitoring.past import Past, past_of
from mlops.monitoring.suggesting import suggested
from mlops.web.guard import signed_in
from mlops.web.pages.monitor_choices import choices_of
from mlops.web.pages.monitor_fields import EMPTY, STEP_OF, settings_of, typed_of
from mlops.web.pages.monitor_signal_fields import blocks_of, typed_signals
from mlops.web.projects import current_project, show_project

STEPS = ("target", "baseline", "signals", "when")
FOR = "suggested_for"
"""The hidden field that says for which target the signals were suggested."""


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """`?endpoint=&deployment=` or `?dataset=` prefill it. `go` names the step to show."""
    project = current_project(request)
    require(request.user, "monitors.change", project)
    if request.method == "GET":
        return _begin(request, project)
    typed = _typed_in(request)
    asked = request.POST.get("step", "")
    step = asked if asked in STEPS else "target"
    go = request.POST.get("go", "next")
    if go in STEPS and STEPS.index(go) <= STEPS.index(step):
        return _show(request, project, typed, go)
    for each in STEPS[: STEPS.index(step) + 1]:
        try:
            typed = _checked(each, project, typed)
        except Refusal as refusal:
            return _show(request, project, typed, _step_of(refusal, each), problem=refusal)
    if step != STEPS[-1]:
        return _show(request, project, typed, STEPS[STEPS.index(step) + 1])
    try:
        made = actions.create_monitor(
            request.user,
            project,
            name=typed["name"],
            settings=settings_of(typed),
            description=typed["description"],
        )
    except Refusal as refusal:
        return _show(request, project, typed, _step_of(refusal, step), problem=refusal)
    messages.success(request, _("The monitor “%(name)s” is made.") % {"name": made.name})
    return redirect("web:monitor", made.pk)


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, monitor_id: UUID) -> HttpResponse:
    """Everything on one page."""
    monitor = queries.visible_monitor(request.user, monitor_id)
    require(request.user, "monitors.change", monitor.project)
    show_project(request, monitor.project)
    if request.method == "GET":
        typed = {**typed_of(monitor.wanted), "name": monitor.name, "description": monitor.description}
        return _show(request, monitor.project, typed, "all", monitor=monitor)
    typed = _typed_in(request)
    try:
        actions.change_monitor(
            request.user,
            monitor,
            settings=settings_of(typed),
            name=typed["name"],
            description=typed["description"],
        )
    except Refusal as refusal:
        return _show(request, monitor.project, typed, "all", monitor=monitor, problem=refusal)
    messages.success(request, _("The monitor is changed. Looks from now on are made with the new settings."))
    return redirect("web:monitor", monitor.pk)


@signed_in
@require_http_methods(["GET", "POST"])
def backfill(request: HttpRequest, monitor_id: UUID) -> HttpResponse:
    """POST `act`: count or begin with `start` and `end`, or cancel with `number`."""
    monitor = queries.visible_monitor(request.user, monitor_id)
    require(request.user, "monitors.run", monitor.project)
    show_project(request, monitor.project)
    now = timezone.now()
    typed = {"start": _shown(now - timedelta(days=30)), "end": _shown(now)}
    problem: Refusal | None = None
    counted: Past | None = None
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
        try:
            if request.POST.get("act") == "count":
                counted = past_of(monitor, *_range(typed), now=now)
            else:
                _backfill(request, monitor, typed)
                return redirect("web:monitor-backfill", monitor.pk)
        except Refusal as refusal:
            problem = refusal
    rows = [(one, queries.progress_of(one)) for one in queries.backfills_of(monitor)[:20]]
    context = {
        "monitor": monitor,
        "project": monitor.project,
        "typed": typed,
        "backfills": rows,
        "problem": problem,
        "counted": counted,
    }
    status = problem.status if problem else 200
    return render(request, "web/monitoring/backfill.html", context, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, monitor_id: UUID) -> HttpResponse:
    """Asks first."""
    monitor = queries.visible_monitor(request.user, monitor_id)
    require(request.user, "monitors.change", monitor.project)
    show_project(request, monitor.project)
    if request.method == "GET":
        context = {"monitor": monitor, "project": monitor.project, "looks": queries.looks_of(monitor).count()}
        return render(request, "web/monitoring/delete.html", context)
    name = monitor.name
    actions.delete_monitor(request.user, monitor)
    messages.success(request, _("The monitor “%(name)s” is deleted, with its looks.") % {"name": name})
    return redirect("web:monitoring")


def _begin(request: HttpRequest, project: Project) -> HttpResponse:
    """One that is told whom to watch begins at the baseline."""
    asked = {name: request.GET.get(name, "") for name in ("endpoint", "deployment", "dataset")}
    typed = {**EMPTY, **asked, "kind": "dataset" if asked["dataset"] else "endpoint"}
    if not asked["endpoint"] and not asked["dataset"]:
        return _show(request, project, typed, "target")
    try:
        typed = _checked("target", project, typed)
    except Refusal as refusal:
        return _show(request, project, typed, "target", problem=refusal)
    return _show(request, project, typed, "target" if asked["dataset"] else "baseline")


def _typed_in(request: HttpRequest) -> dict[str, str]:
    """All that was sent; a box that is not ticked is not."""
    return {**EMPTY, **{name: str(value) for name, value in request.POST.items() if name not in NOT_TYPED}}


NOT_TYPED = ("csrfmiddlewaretoken", "step", "go", "act")


def _checked(step: str, project: Project, typed: dict[str, str]) -> dict[str, str]:
    """What was typed, with what is suggested for a new target. Raises Refusal."""
    if step == "target":
        check_target(project, settings_of({**typed, "signals": "0"}))
        return _suggest(project, typed)
    if step == "baseline":
        check_baseline(project, settings_of({**typed, "signals": "0"}))
    elif step == "signals":
        check_signals(project, settings_of(typed))
    return typed


def _suggest(project: Project, typed: dict[str, str]) -> dict[str, str]:
    """Signals, baseline and label to begin with, once for each target."""
    names = ("kind", "endpoint", "deployment", "dataset", "axis")
    wanted = "|".join(typed[name] for name in names)
    if typed.get(FOR) == wanted:
        return typed
    is_dataset = typed["kind"] == "dataset"
    found = suggested(
        project,
        endpoint="" if is_dataset else typed["endpoint"],
        deployment="" if is_dataset else typed["deployment"],
        dataset=typed["dataset"] if is_dataset else "",
        axis=typed["axis"] if is_dataset else "",
    )
    fresh = typed_of(found)
    kept = {name: value for name, value in typed.items() if not name.startswith("s") or not name[1:2].isdigit()}
    taken = ("baseline", "length", "length_unit", "label", "prediction", "axis")
    name = typed["name"] or f"{typed['endpoint'] or typed['dataset']}-drift"
    wanted = "|".join({**typed, "axis": fresh["axis"]}[name] for name in names)
    return {
        **kept,
        **{name: fresh[name] for name in taken},
        **typed_signals(found.signals),
        "name": name,
        FOR: wanted,
    }


def _step_of(refusal: Refusal, step: str) -> str:
    """Where the field is that a refusal names."""
    field = refusal.where.parameter or ""
    return next((known for known, names in STEP_OF.items() if field in names), step)


def _show(
    request: HttpRequest,
    project: Project,
    typed: dict[str, str],
    step: str,
    *,
    monitor: Monitor | None = None,
    problem: Refusal | None = None,
) -> HttpResponse:
    """`step` "all": everything on one page, for changes."""
    choices = choices_of(project, typed)
    context = {
        "project": project,
        "monitor": monitor,
        "typed": typed,
        "step": step,
        "number": STEPS.index(step) + 1 if step in STEPS else 0,
        "back": STEPS[STEPS.index(step) - 1] if step in STEPS[1:] else "",
        "carried": {} if step == "all" else _carried(typed, step),
        "for_target": typed.get(FOR, ""),
        "signals": blocks_of(typed, task=task_of(choices["columns"])) if step in ("all", "signals", "when") else [],
        "problem": problem,
        "wrong": (problem.where.parameter or "") if problem else "",
        **choices,
    }
    template = "web/monitoring/edit.html" if step == "all" else "web/monitoring/new.html"
    return render(request, template, context, status=problem.status if problem else 200)


def _carried(typed: dict[str, str], step: str) -> dict[str, str]:
    """What the other steps hold, as hidden fields."""
    shown = STEP_OF.get(step, ())
    others = {name for names in STEP_OF.values() for name in names}
    is_signals = step == "signals"
    return {
        name: value
        for name, value in typed.items()
        if name not in shown and not (is_signals and name not in others and name not in ("tags", FOR))
    }


def _backfill(request: HttpRequest, monitor: Monitor, typed: dict[str, str]) -> None:
    if request.POST.get("act") == "cancel":
        text = request.POST.get("number", "")
        one = queries.backfill_of(monitor, int(text) if text.isdecimal() else 0)
        asking.cancel_backfill(request.user, one)
        return
    start, end = _range(typed)
    made = asking.backfill(request.user, monitor, start=start, end=end)
    messages.success(request, _("%(count)d windows are looked at.") % {"count": made.windows})


def _range(typed: dict[str, str]) -> tuple[datetime, datetime]:
    return _moment(typed["start"], "start"), _moment(typed["end"], "end")


def _moment(text: str, name: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        message = _("“%(text)s” is no date and time.") % {"text": text}
        raise Refusal("time_invalid", message, hint=_("Such as 2027-01-31T06:00."), where=Where(parameter=name))
    return found if found.tzinfo else timezone.make_aware(found, timezone.get_current_timezone())


def _shown(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


urlpatterns: list[URLPattern | URLResolver] = [
    path("monitoring/new/", create, name="monitor-new"),
    path("monitoring/<uuid:monitor_id>/edit/", edit, name="monitor-edit"),
    path("monitoring/<uuid:monitor_id>/backfill/", backfill, name="monitor-backfill"),
    path("monitoring/<uuid:monitor_id>/delete/", delete, name="monitor-delete"),
]
