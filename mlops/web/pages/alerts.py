"""The inbox: what fires, why and since when; one alert with its history; and what people do about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import may
from mlops.alerts.inbox import actions, queries
from mlops.alerts.models import Alert, Notification, Severity
from mlops.alerts.subjects import about, page_of
from mlops.alerts.telling.muting import for_all, for_person, running_mutes
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in
from mlops.web.pages.alert_mutes import HOURS, mute_given
from mlops.web.projects import current_project, show_project

A_PAGE = 30


@signed_in
@require_http_methods(["GET", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """POST `act`: read-all."""
    project = current_project(request)
    if request.method == "POST":
        count = actions.mark_read(request.user, project=project)
        messages.success(request, _("%d messages are marked as read.") % count)
        return redirect("web:alerts")
    return render(request, "web/alerts/inbox.html", _inbox(request))


@signed_in
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The live part of the inbox."""
    return render(request, "web/alerts/_rows.html", _inbox(request))


@signed_in
@require_http_methods(["GET", "POST"])
def alert(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """POST `act`: acknowledge, resolve, mute."""
    shown = queries.alert(request.user, alert_id)
    show_project(request, shown.project)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            return _acted(request, shown)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            problem = refusal
    actions.mark_read(request.user, shown)
    context = {**_alert(request, shown), "problem": problem}
    return render(request, "web/alerts/alert.html", context, status=problem.status if problem else 200)


@signed_in
@require_GET
def state(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """The live part of one alert."""
    return render(request, "web/alerts/_alert.html", _alert(request, queries.alert(request.user, alert_id)))


@signed_in
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """How many alerts this person has not read: the badge in the frame."""
    return render(request, "web/alerts/_bell.html", {"unread": queries.unread_count(request.user)})


def _acted(request: HttpRequest, shown: Alert) -> HttpResponse:
    act, note = request.POST.get("act", ""), request.POST.get("note", "")
    if act == "acknowledge":
        actions.acknowledge(request.user, shown, note=note)
        messages.success(request, _("You look after it now: nobody is told of it again until it is over."))
    elif act == "resolve":
        actions.resolve_by_hand(request.user, shown, note=note)
        messages.success(request, _("It is over. If it comes again, that is a new alert."))
    elif act == "mute":
        made = mute_given(request, shown.project, alert=shown)
        messages.success(request, _("Muted until %s UTC.") % f"{made.until:%Y-%m-%d %H:%M}")
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    return redirect("web:alert", shown.pk)


def _inbox(request: HttpRequest) -> dict[str, Any]:
    project = current_project(request)
    asked = request.GET
    wanted = asked.get("state", "open") if asked.get("state", "open") in ("open", "resolved", "all") else "open"
    found = queries.alerts(request.user, project, state="" if wanted == "all" else wanted)
    if (severity := asked.get("severity", "")) in Severity.values:
        found = found.filter(severity=severity)
    if text := asked.get("q", "").strip():
        found = found.filter(title__icontains=text) | found.filter(subject__icontains=text)
    page = Paginator(found, A_PAGE).get_page(asked.get("page"))
    known = {one.subject: one for one in page}
    subjects = {subject: _subject(one) for subject, one in known.items()}
    fresh = set(queries.unread(request.user).filter(alert__in=list(page)).values_list("alert", flat=True))
    return {
        "project": project,
        "page": page,
        "lines": [(one, subjects[one.subject], one.pk in fresh) for one in page],
        "fresh": bool(fresh),
        "wanted": wanted,
        "severity": severity,
        "q": text,
        "severities": Severity.choices,
        "may_contribute": may(request.user, "alerts.answer", project),
        "is_filtered": bool(text or severity),
        "rules": queries.rules(request.user, project).filter(is_enabled=True).count(),
    }


def _alert(request: HttpRequest, shown: Alert) -> dict[str, Any]:
    mutes = running_mutes(shown, timezone.now())
    told = Notification.objects.filter(alert=shown).select_related("channel", "person").order_by("-created_at")
    return {
        "alert": shown,
        "project": shown.project,
        "about": _subject(shown),
        "entries": shown.entries.select_related("person"),
        "told": told[:50],
        "muted": for_all(mutes) or for_person(mutes, request.user),
        "hours": HOURS,
        "may_contribute": may(request.user, "alerts.answer", shown.project),
    }


def _subject(shown: Alert) -> dict[str, str]:
    page = page_of(shown.project, shown.subject)
    return {"title": about(shown.project, shown.subject).title, "url": page}


urlpatterns: list[URLPattern | URLResolver] = [
    path("alerts/", inbox, name="alerts"),
    path("alerts/rows/", rows, name="alert-rows"),
    path("alerts/bell/", bell, name="alert-bell"),
    path("alerts/<uuid:alert_id>/", alert, name="alert"),
    path("alerts/<uuid:alert_id>/state/", state, name="alert-state"),
]
