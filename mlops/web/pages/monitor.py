"""The page of one monitor: its state, magnitudes over time, what a look found, its looks and back-fills."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.alerts.inbox import actions as muting
from mlops.alerts.inbox import queries as alerts_inbox
from mlops.formats.monitor import SignalFound
from mlops.formats.refusal import Refusal
from mlops.lineage.causes import causes_of
from mlops.monitoring import actions, asking, queries
from mlops.monitoring.found import LookSummary
from mlops.monitoring.models import Look, Monitor, Rhythm
from mlops.web.charts import Chart
from mlops.web.charts.tables import csv_of
from mlops.web.guard import signed_in
from mlops.web.pages import monitor_charts as charts
from mlops.web.pages.alert_mutes import HOURS
from mlops.web.pages.monitor_choice import PERFORMANCE, Choice, choice_of
from mlops.web.pages.monitor_words import kind_words, metric_words
from mlops.web.projects import show_project

TABS = ("found", "looks")
MOST_SHOWN = 500
LOOKS_A_PAGE = 50


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def monitor(request: HttpRequest, monitor_id: uuid.UUID) -> HttpResponse:
    """`?tab=`, `look=`, `signal=`, `segment=`, `feature=`, `metric=`; `csv=` a chart's key; `part=body`: the live part
    alone. POST `act`: look-now, look-again, cancel-look, cancel-backfill, enable, disable, mute."""
    shown = queries.visible_monitor(request.user, monitor_id)
    show_project(request, shown.project)
    if request.method == "GET":
        return _page(request, shown)
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    try:
        messages.success(request, ACTS[name](request, shown))
    except Refusal as refusal:
        return _page(request, shown, problem=refusal)
    response = redirect("web:monitor", shown.pk)
    response["Location"] += f"?{request.GET.urlencode()}" if request.GET else ""
    return response


def _page(request: HttpRequest, shown: Monitor, *, problem: Refusal | None = None) -> HttpResponse:
    tab = request.GET.get("tab", TABS[0])
    tab = tab if tab in TABS else TABS[0]
    context: dict[str, Any] = {
        "monitor": shown,
        "project": shown.project,
        "wanted": shown.wanted,
        "tab": tab,
        "problem": problem,
        "may_contribute": may(request.user, "monitors.run", shown.project),
        "alarms": list(queries.alarms_of(shown)),
        "backfills": [(one, queries.progress_of(one)) for one in queries.backfills_of(shown)[:5]],
        "mutes": [one for one in alerts_inbox.mutes(request.user, shown.project) if one.subject == subject_of(shown)],
        "mute_hours": HOURS,
        "under_way": list(Look.objects.filter(monitor=shown, state="running").order_by("number")[:3]),
    }
    context |= _looks(request, shown) if tab == "looks" else _found(request, shown)
    if key := request.GET.get("csv"):
        return csv_of(context.get("charts", []), key, name=shown.name)
    page = "_body" if request.GET.get("part") == "body" else "monitor"
    return render(request, f"web/monitoring/{page}.html", context, status=problem.status if problem else 200)


def _looks(request: HttpRequest, shown: Monitor) -> dict[str, Any]:
    pages = Paginator(queries.looks_of(shown), LOOKS_A_PAGE)
    return {"page_obj": pages.get_page(request.GET.get("page"))}


def _found(request: HttpRequest, shown: Monitor) -> dict[str, Any]:
    choice = choice_of(shown, request.GET)
    signal = choice.signal
    context: dict[str, Any] = {"choice": choice, "look": choice.look, "signal": signal, "charts": []}
    if signal is None or choice.found is None:
        return context
    seen = [
        charts.Seen(
            number=one.number,
            at=_place(shown, one),
            summary=msgspec.convert(one.summary, LookSummary),
        )
        for one in queries.looks_with_values(shown, most=MOST_SHOWN)
        if one.summary
    ]
    asked = {"signal": signal.name, "segment": signal.segment}
    if choice.feature:
        asked["feature"] = choice.feature.feature
    if choice.metric:
        asked["metric"] = choice.metric
    made = _charts(choice, signal, seen, lambda number: f"?{urlencode({**asked, 'look': number})}")
    same = [one for one in choice.found.signals if one.name == signal.name]
    return context | {
        "charts": made,
        "chart": {one.key: one for one in made},
        "whole": [one for one in choice.found.signals if not one.segment],
        "segments": same if len(same) > 1 else [],
        "kind": kind_words(signal.kind),
        "metric_choices": [(one, metric_words(one)) for one in choice.metrics],
        "feature_metrics": _columns(signal),
        "is_quality": signal.kind == "data_quality",
        "causes": causes_of(choice.look) if choice.look else (),
        "before": _beside(seen, choice.look, -1),
        "after": _beside(seen, choice.look, 1),
    }


def _charts(
    choice: Choice, signal: SignalFound, seen: Sequence[charts.Seen], link: Callable[[int], str]
) -> list[Chart]:
    assert choice.found is not None
    made = []
    if signal.kind in PERFORMANCE and choice.metric:
        made.append(charts.performance(seen, choice.found.signals, choice.metric, signal.segment, link))
    else:
        made.append(charts.magnitude(seen, signal, link, shown=choice.look.number if choice.look else None))
    if any(one.contribution for one in signal.features):
        made.append(charts.contributions(signal))
    if any(one.name == signal.name and one.segment for one in choice.found.signals):
        look = f"&look={choice.look.number}" if choice.look else ""
        made.append(
            charts.segments(
                choice.found.signals,
                signal.name,
                lambda segment: f"?{urlencode({'signal': signal.name, 'segment': segment})}{look}",
            )
        )
    if choice.metric and (choice.feature or signal.kind not in PERFORMANCE):
        made.append(charts.trend(seen, signal, choice.feature, choice.metric, link))
    if choice.feature and (choice.feature.baseline or choice.feature.current):
        made.append(charts.distribution(choice.feature))
    return made


def _columns(signal: SignalFound) -> list[tuple[str, str]]:
    """The metrics that heads of the features' table name, those with a limit first."""
    measured = [one for feature in signal.features for one in feature.measured]
    ordered = sorted(measured, key=lambda one: one.threshold is None)
    return [(one, metric_words(one)) for one in dict.fromkeys(each.metric for each in ordered)]


def _place(shown: Monitor, look: Look) -> Any:
    if shown.rhythm == Rhythm.CLOCK:
        return look.start or look.end
    return look.window.replace(":", " ", 1)


def _beside(seen: Sequence[charts.Seen], look: Look | None, step: int) -> int | None:
    """The number of the look before or after in time."""
    places = [place for place, one in enumerate(seen) if look and one.number == look.number]
    wanted = places[0] + step if places else -1
    return seen[wanted].number if 0 <= wanted < len(seen) else None


def _look_now(request: HttpRequest, shown: Monitor) -> str:
    made = asking.look_now(request.user, shown)
    return _("Look %s begins as soon as a worker is free.") % ", ".join(str(one.number) for one in made)


def _look_again(request: HttpRequest, shown: Monitor) -> str:
    made = asking.look_again(request.user, queries.look_of(shown, _number(request)))
    return _("Look %s looks at the same window again.") % made.number


def _cancel_look(request: HttpRequest, shown: Monitor) -> str:
    asked = asking.cancel_look(request.user, queries.look_of(shown, _number(request)))
    return _("Look %s is cancelled.") % asked.number


def _cancel_backfill(request: HttpRequest, shown: Monitor) -> str:
    asked = asking.cancel_backfill(request.user, queries.backfill_of(shown, _number(request)))
    return _("Back-fill %s is cancelled; what it has looked at stays.") % asked.number


def _enable(request: HttpRequest, shown: Monitor) -> str:
    actions.enable_monitor(request.user, shown)
    return _("“%s” looks again from now on.") % shown.name


def _disable(request: HttpRequest, shown: Monitor) -> str:
    actions.disable_monitor(request.user, shown)
    return _("“%s” looks at nothing until it is enabled again.") % shown.name


def _mute(request: HttpRequest, shown: Monitor) -> str:
    """Of the alerts about it; it goes on looking."""
    hours = request.POST.get("hours", "")
    if hours not in {value for value, _words in HOURS}:
        raise Refusal("mute_invalid", _("A mute needs an end."), hint=_("Choose for how long."))
    until = timezone.now() + timedelta(hours=int(hours))
    muting.mute(request.user, shown.project, until=until, subject=subject_of(shown), is_personal=False, reason="")
    return _("Nobody is told about “%s” for that time. Alerts are kept all the same.") % shown.name


def subject_of(shown: Monitor) -> str:
    """As in events."""
    return f"monitors/{shown.name}"


def _number(request: HttpRequest) -> int:
    text = request.POST.get("number", "")
    return int(text) if text.isdecimal() else 0


ACTS: dict[str, Callable[[HttpRequest, Monitor], str]] = {
    "look-now": _look_now,
    "look-again": _look_again,
    "cancel-look": _cancel_look,
    "cancel-backfill": _cancel_backfill,
    "enable": _enable,
    "disable": _disable,
    "mute": _mute,
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("monitoring/<uuid:monitor_id>/", monitor, name="monitor"),
]
