"""Mutes and maintenance windows: those that run or will, a new one, and ending one early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.access.models import Project
from mlops.alerts.inbox import actions, queries
from mlops.alerts.models import Alert, Mute
from mlops.alerts.telling.preferences import preference_of
from mlops.alerts.telling.timing import zone_of
from mlops.formats.refusal import Refusal, Where
from mlops.web.guard import signed_in
from mlops.web.projects import current_project

HOURS = (
    ("1", gettext_lazy("an hour")),
    ("4", gettext_lazy("4 hours")),
    ("24", gettext_lazy("a day")),
    ("168", gettext_lazy("a week")),
)


@signed_in
@require_http_methods(["GET", "POST"])
def mutes(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            mute_given(request, project)
            messages.success(request, _("Nobody is told during that time. Alerts are kept all the same."))
            return redirect("web:alert-mutes")
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            problem = refusal
    context = {
        "project": project,
        "mutes": queries.mutes(request.user, project),
        "rules": queries.rules(request.user, project),
        "hours": HOURS,
        "now": timezone.now(),
        "zone": preference_of(request.user).time_zone,
        "typed": request.POST,
        "problem": problem,
        "wrong": (problem.where.parameter or "") if problem else "",
        "may_contribute": may(request.user, "alerts.answer", project),
    }
    return render(request, "web/alerts/mutes.html", context, status=problem.status if problem else 200)


@signed_in
@require_http_methods(["POST"])
def end(request: HttpRequest, mute_id: UUID) -> HttpResponse:
    mute = queries.mute(request.user, mute_id)
    actions.end_mute(request.user, mute)
    messages.success(request, _("The mute is over. What fires still is told now."))
    return redirect("web:alert-mutes")


def mute_given(request: HttpRequest, project: Project, *, alert: Alert | None = None) -> Mute:
    """`hours` from now, or `begins_at` and `until` in the person's own zone; for the `scope` rule, subject or all."""
    typed = request.POST
    zone = zone_of(preference_of(request.user))
    hours = typed.get("hours", "")
    until = timezone.now() + timedelta(hours=int(hours)) if hours.isdecimal() else _moment(typed, "until", zone)
    if until is None:
        hint = _("Choose for how long, or give an end.")
        raise Refusal("mute_invalid", _("A mute needs an end."), hint=hint, where=Where(parameter="until"))
    scope = typed.get("scope", "")
    rule_id = typed.get("rule", "")
    rule: Any = alert.rule if alert is not None and scope == "rule" else None
    if alert is None and (known := _uuid(rule_id)):
        rule = queries.rules(request.user, project).filter(pk=known).first()
    return actions.mute(
        request.user,
        project,
        until=until,
        begins_at=_moment(typed, "begins_at", zone),
        rule=rule,
        subject=alert.subject if alert is not None and scope == "subject" else typed.get("subject", ""),
        is_personal=typed.get("personal") == "on" or not may(request.user, "alerts.answer", project),
        reason=typed.get("reason", ""),
    )


def _moment(typed: Any, name: str, zone: Any) -> datetime | None:
    text = typed.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        message, hint = _("“%s” is no time.") % text, _("Such as 2026-11-26 18:00.")
        raise Refusal("mute_invalid", message, hint=hint, where=Where(parameter=name)) from None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


urlpatterns: list[URLPattern | URLResolver] = [
    path("alerts/mutes/", mutes, name="alert-mutes"),
    path("alerts/mutes/<uuid:mute_id>/end/", end, name="alert-mute-end"),
]
