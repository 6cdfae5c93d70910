"""The page Collected data of an endpoint: how collecting goes, rows by day, the last rows live, labels, and what is
made of it: exports, datasets, replays; and removal."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any, BinaryIO, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.collected import labels, queries
from mlops.collected.exporting import export
from mlops.collected.forgetting import forget
from mlops.collected.models import Forgetting, LabelPost, Refresh, SavedWindow
from mlops.collected.queries import Collecting, Summary
from mlops.collected.refreshing import end_refresh, refresh
from mlops.collected.saving import COLUMNS, known_deployments, save_window
from mlops.collected.windows import moment
from mlops.datasets.models import Dataset
from mlops.deployments.models import Endpoint
from mlops.deployments.queries import deployments_of, visible_endpoint
from mlops.formats.refusal import Refusal, Where
from mlops.web.charts import Chart, Series
from mlops.web.charts.tables import csv_of
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

LISTED = 10
LEAST_DAYS = 14
ROWS_SHOWN = 12
LOOKS = {"collecting": "fine", "failing": "trouble", "off": "disabled", "removed": "stopped"}
"""A state of collecting, and the general one that it looks like."""
FIELDS = ("start", "end", "deployment", "dataset", "columns", "every_hours", "column", "value", "why")


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def collected(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponseBase:
    """GET `part=live|labels`: a live part; `csv=`: a chart as a file; `export=csv|parquet`: the archive. POST `act`, or
    `export` too, so that the form's token stays out of addresses."""
    endpoint = visible_endpoint(request.user, endpoint_id)
    show_project(request, endpoint.project)
    if request.GET.get("part") == "live":
        return render(request, "web/collected/_live.html", _live(request, endpoint, queries.summary(endpoint)))
    if request.GET.get("part") == "labels":
        return render(request, "web/collected/_posts.html", {"posts": _posts(endpoint)})
    try:
        asked = request.POST if request.method == "POST" else request.GET
        if asked.get("export"):
            return _export(request, endpoint, asked)
        if request.method == "POST":
            return _act(request, endpoint)
    except Refusal as refusal:
        return _page(request, endpoint, problem=refusal)
    return _page(request, endpoint)


def _page(request: HttpRequest, endpoint: Endpoint, *, problem: Refusal | None = None) -> HttpResponse:
    told = queries.summary(endpoint)
    charts = [_by_day(told)]
    if key := request.GET.get("csv"):
        return csv_of(charts, key, name=endpoint.name)
    context = {
        **_live(request, endpoint, told),
        "tab": "collected",
        "deployments": list(deployments_of(endpoint)),
        "charts": charts,
        "problem": problem,
        "wrong": problem.where.parameter if problem else "",
        "names": known_deployments(endpoint),
        "columns": sorted(told.columns),
        "column_choices": COLUMNS,
        "datasets": Dataset.objects.filter(project=endpoint.project).values_list("name", flat=True)[:200],
        "typed": {name: request.POST.get(name, request.GET.get(name, "")) for name in FIELDS},
        "posts": _posts(endpoint),
        "saved": SavedWindow.objects.filter(endpoint=endpoint).select_related("version__dataset")[:LISTED],
        "refreshes": Refresh.objects.filter(endpoint=endpoint),
        "removals": Forgetting.objects.filter(endpoint=endpoint).select_related("created_by")[:LISTED],
    }
    return render(request, "web/collected/collected.html", context, status=problem.status if problem else 200)


def _posts(endpoint: Endpoint) -> list[LabelPost]:
    return list(queries.label_posts(endpoint)[:LISTED])


def _live(request: HttpRequest, endpoint: Endpoint, told: Summary) -> dict[str, Any]:
    may_contribute = may(request.user, "collected.use", endpoint.project)
    rows = queries.recent_rows(endpoint, most=ROWS_SHOWN) if may_contribute else []
    columns = list(dict.fromkeys(name for row in rows for name in row if "." in name))
    by_name = {one.name: one.pk for one in deployments_of(endpoint)}
    return {
        "endpoint": endpoint,
        "project": endpoint.project,
        "may_contribute": may_contribute,
        "summary": told,
        "collecting": [
            {
                "told": one,
                "look": LOOKS.get(one.state, one.state),
                "word": _word(one),
                "kept": _kept(one),
                "pk": by_name.get(one.deployment),
            }
            for one in told.deployments
        ],
        "is_any_on": any(one.state not in ("off", "removed") for one in told.deployments),
        "row_columns": columns,
        "rows": [(row, [row.get(name) for name in columns]) for row in rows],
    }


def _word(one: Collecting) -> str:
    words = {
        "collecting": _("Collecting"),
        "waiting": _("Waiting"),
        "failing": _("Failing"),
        "off": _("Off"),
        "removed": _("Removed"),
    }
    return words.get(one.state, one.state)


def _kept(one: Collecting) -> list[str]:
    """What is kept of it and for how long, in words."""
    settings = one.settings
    if settings is None or not settings["is_enabled"]:
        return []
    days, share = settings["retention_days"], settings["share"]
    told = [
        _("%(percent)s %% of the requests") % {"percent": f"{100 * share:g}"} if share < 1 else _("every request"),
        _("consent is asked for each") if settings["consent"] == "asked" else _("consent given; callers may say no"),
        _("kept for %(days)s days") % {"days": f"{days:g}"} if days is not None else _("kept for ever"),
    ]
    verbs = {"drop": _("left out"), "mask": _("masked"), "hash": _("hashed")}
    told += [f"{name}: {verbs.get(rule, rule)}" for name, rule in settings["redact"].items()]
    return told


def _by_day(told: Summary) -> Chart:
    """Every day from the first on, and two weeks at least, so that a gap is seen."""
    counts = {(one.day, one.deployment): one.rows for one in told.days}
    names = sorted({one.deployment for one in told.days})
    today = timezone.now().astimezone(UTC).date()
    first = min([today - timedelta(days=LEAST_DAYS - 1), *(day for day, _name in counts)])
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    return Chart(
        key="rows-by-day",
        title=_("Rows by day"),
        series=tuple(
            Series(
                name=name,
                x=tuple(day.isoformat() for day in days),
                y=tuple(float(counts.get((day, name), 0)) for day in days),
                shape="bar",
            )
            for name in names
        ),
        x_title=_("Day (UTC)"),
        y_title=_("Rows"),
        unit="count",
        kind="stacked",
        is_wide=True,
    )


def _export(request: HttpRequest, endpoint: Endpoint, asked: QueryDict) -> StreamingHttpResponse:
    names = [str(asked["deployment"])] if asked.get("deployment") else []
    start, end = (moment(asked.get(name, ""), parameter=name) for name in ("start", "end"))
    return export(request, endpoint, format=str(asked["export"]), deployments=names, start=start, end=end)


def _act(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    acts: dict[str, Callable[[HttpRequest, Endpoint], str]] = {
        "save": _save,
        "refresh": _refresh,
        "end-refresh": _end_refresh,
        "label": _label,
        "remove": _remove,
        "replay": _replay,
    }
    name = request.POST.get("act", "")
    if name not in acts:
        raise Refusal("act_unknown", _("There is no such act here."), hint=_("Use the buttons of the page."))
    there = acts[name](request, endpoint)
    return redirect(there or reverse("web:collected", args=[endpoint.pk]))


def _save(request: HttpRequest, endpoint: Endpoint) -> str:
    typed = request.POST
    start, end = (moment(typed.get(name, ""), parameter=name) for name in ("start", "end"))
    saved = save_window(
        request.user,
        endpoint,
        typed.get("dataset", ""),
        start,
        end or timezone.now(),
        deployments=[typed["deployment"]] if typed.get("deployment") else [],
        is_labelled=bool(typed.get("is_labelled")),
        columns=typed.get("columns") or "training",
    )
    messages.success(request, _("The window is being saved as “%(name)s”.") % {"name": saved.dataset})
    return ""


def _refresh(request: HttpRequest, endpoint: Endpoint) -> str:
    typed = request.POST
    made = refresh(
        request.user,
        endpoint,
        typed.get("dataset", ""),
        every_hours=_hours(typed.get("every_hours", "")),
        is_labelled=bool(typed.get("is_labelled")),
        columns=typed.get("columns") or "training",
        deployments=[typed["deployment"]] if typed.get("deployment") else [],
    )
    messages.success(request, _("“%(name)s” gets new versions from now on.") % {"name": made.dataset})
    return ""


def _end_refresh(request: HttpRequest, endpoint: Endpoint) -> str:
    try:
        row = queries.refresh_of(endpoint, uuid.UUID(request.POST.get("refresh", "")))
    except ValueError:
        raise Refusal("not_found", _("There is no such refresh."), status=404) from None
    end_refresh(request.user, row)
    return ""


def _label(request: HttpRequest, endpoint: Endpoint) -> str:
    uploaded, dataset = request.FILES.get("file"), request.POST.get("dataset", "").strip()
    if uploaded is not None:
        name = str(uploaded.name or "")
        post = labels.post_file(request.user, endpoint, source=cast(BinaryIO, uploaded), file_name=name)
    elif dataset:
        names = {"request_id": request.POST.get("request_id", "")}
        post = labels.post_dataset(request.user, endpoint, dataset=dataset, names=names)
    else:
        hint = _("Choose a CSV or Parquet file, or name a dataset.")
        raise Refusal("labels_missing", _("There are no labels."), hint=hint, where=Where(parameter="file"))
    told = ngettext("%(count)d label was taken.", "%(count)d labels were taken.", post.row_count)
    messages.success(request, told % {"count": post.row_count})
    return ""


def _remove(request: HttpRequest, endpoint: Endpoint) -> str:
    typed = request.POST
    values = typed.get("value", "").splitlines()
    forget(request.user, endpoint, column=typed.get("column", ""), values=values, why=typed.get("why", ""))
    messages.success(request, _("The rows are being removed."))
    return ""


def _replay(request: HttpRequest, endpoint: Endpoint) -> str:
    """On to the form of replays, with this window."""
    kept = {name: request.POST.get(name, "") for name in ("start", "end")}
    return f"{reverse('web:replays', args=[endpoint.pk])}?{urlencode({'source': 'collected', **kept})}"


def _hours(text: str) -> float:
    try:
        return float(text or 24)
    except ValueError:
        message = _("“%(text)s” is no number of hours.") % {"text": text}
        raise Refusal("hours_invalid", message, where=Where(parameter="every_hours")) from None


urlpatterns: list[URLPattern | URLResolver] = [
    path("endpoints/<uuid:endpoint_id>/collected/", collected, name="collected"),
]
