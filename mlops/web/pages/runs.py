"""The list of runs: its filter, the columns that a person chose, kept views, and what is done to many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from mlops.access.decisions import may
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import cancel
from mlops.runs import actions, queries
from mlops.runs.columns import Column, cells, columns_named, known_columns
from mlops.runs.deletion import delete
from mlops.runs.metrics_api import named_runs
from mlops.runs.models import Run
from mlops.runs.saved_views import drop_view, keep_view, visible_views
from mlops.runs.searching import RUNS
from mlops.runs.shaping import UNSEEN, seconds
from mlops.tags.filters import tags_of_many
from mlops.tags.searching import asks_for
from mlops.web.early_ends import label_early_ends
from mlops.web.exports import exported, is_asked
from mlops.web.guard import signed_in
from mlops.web.listing import listed
from mlops.web.pages.run_charts import charts_over
from mlops.web.pages.tag_words import typed_tags
from mlops.web.projects import current_project

OLD_FILTERS = ("state", "experiment")
"""Of older addresses: they stand beside the filter."""
CARRIED = (*OLD_FILTERS, "col", "archived", "children")
KEPT = ("filter", "q", "tag", "order_by", *CARRIED)


@signed_in
@require_GET
def runs(request: HttpRequest) -> HttpResponseBase:
    context = _context(request)
    if is_asked(request) and context["status"] == 200:
        return exported(request, "Runs", context["project"], context["listed"].all)
    return render(request, "web/runs/list.html", context, status=context["status"])


@signed_in
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The live part of the list."""
    return render(request, "web/runs/_rows.html", _context(request))


@signed_in
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """`act` of ACTS on each `run`; what is refused is told, and the others are done."""
    back = _back(request)
    chosen = request.POST.getlist("run")
    if not chosen:
        messages.info(request, _("No run is selected. Tick the runs first."))
        return redirect(back)
    wanted = request.POST.get("act", "")
    if wanted == "compare":
        return redirect(f"{reverse('web:runs-compare')}?{urlencode([('run', one) for one in chosen])}")
    act = ACTS.get(wanted)
    if act is None:
        raise Refusal("act_unknown", _("The page sent an act that is not known."), hint=_("Load the page again."))
    done, refused = 0, []
    for run in named_runs(request.user, chosen):
        try:
            act(request, run)
            done += 1
        except Refusal as refusal:
            if refusal.code in ("forbidden", "not_found"):
                raise
            refused.append(f"#{run.number}: {refusal.message} {refusal.hint}".strip())
    if done:
        told = ngettext("Done for %(count)d run.", "Done for %(count)d runs.", done) % {"count": done}
        messages.success(request, told)
    for why in refused[:10]:
        messages.error(request, why)
    return redirect(back)


@signed_in
@require_POST
def views(request: HttpRequest) -> HttpResponse:
    """`act=keep` with `name`, `query` and perhaps `is_shared`; `act=drop` with `view`."""
    project = current_project(request)
    if request.POST.get("act") == "drop":
        view = visible_views(request.user, project).filter(pk=_number(request.POST.get("view", ""))).first()
        if view is None:
            raise Refusal("not_found", _("There is no such view, or you may not drop it."), status=404)
        drop_view(request.user, view)
        return redirect("web:runs")
    query = _kept_query(QueryDict(request.POST.get("query", "")))
    is_shared = "is_shared" in request.POST
    view = keep_view(request.user, project, name=request.POST.get("name", ""), query=query, is_shared=is_shared)
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return redirect(f"{reverse('web:runs')}?{view.query}")


def _context(request: HttpRequest) -> dict[str, Any]:
    project = current_project(request)
    asked = {name: request.GET.get(name, "").strip() for name in (*OLD_FILTERS, "archived", "children")}
    everything = queries.visible_to(request.user).filter(project=project)
    problem: Refusal | None = None
    seen = everything
    try:
        seen = queries.filtered(everything, state=asked["state"], experiment=asked["experiment"])
    except Refusal as refusal:
        problem = refusal
    found = listed(request, RUNS, _of_the_list(request, seen, asked), project=project.slug, keep=CARRIED)
    columns = columns_named(request.GET.getlist("col"))
    values, tags = cells(found.rows, columns), tags_of_many(found.rows)
    label_early_ends(found.rows)
    query = _kept_query(request.GET)
    return {
        "project": project,
        "listed": found,
        "rows": [
            (
                one,
                seconds(one.started_at, one.ended_at),
                tags[str(one.pk)],
                list(zip(columns, values[one.pk], strict=True)),
            )
            for one in found.rows
        ],
        "columns": columns,
        "heads": [(column, *_order_link(request, column)) for column in columns],
        "known": known_columns(everything),
        "charts": charts_over(found.all, [column for column in columns if column.is_number]),
        "asked": asked,
        "query": query,
        "views": [(view, view.query == query) for view in visible_views(request.user, project)],
        "is_filtered": found.is_filtered or any(asked.values()),
        "problem": problem,
        "status": problem.status if problem else found.status,
        "may_contribute": may(request.user, "runs.track", project),
    }


def _named(columns: list[Column], values: list[Any]) -> list[tuple[Column, Any]]:
    return list(zip(columns, values, strict=True))


def _of_the_list(request: HttpRequest, seen: QuerySet[Run], asked: dict[str, str]) -> QuerySet[Run]:
    """What is archived, and child runs, are left out where nobody asks for them."""
    typed = request.GET.get("filter", "")
    if asked["archived"] == "only":
        seen = seen.filter(archived_at__isnull=False)
    elif asked["archived"] != "also" and not asks_for(typed, RUNS, "archived"):
        seen = seen.filter(archived_at=None)
    if not asked["children"] and not typed and not request.GET.get("q"):
        seen = seen.filter(parent=None)
    return seen.defer(*UNSEEN)


def _order_link(request: HttpRequest, column: Column) -> tuple[str, str]:
    """The address that orders by the column, and how it is ordered now, in the words of aria-sort."""
    query, order, name = request.GET.copy(), request.GET.get("order_by", ""), column.ordering
    query.pop("cursor", None)
    query["order_by"] = name if order == f"-{name}" else f"-{name}"
    now = "descending" if order == f"-{name}" else "ascending" if order == name else ""
    return f"?{query.urlencode()}", now


def _kept_query(given: QueryDict) -> str:
    return urlencode([(name, value) for name in KEPT for value in given.getlist(name) if value])


def _back(request: HttpRequest) -> str:
    query = _kept_query(QueryDict(request.POST.get("query", "")))
    return f"{reverse('web:runs')}?{query}" if query else reverse("web:runs")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _tag(request: HttpRequest, run: Run) -> None:
    tags = typed_tags(request.POST.get("tag", ""))
    if not tags:
        raise Refusal("tag_invalid", _("No tag was typed."), hint=_("Write TagName=TagValue, such as Area=Churn."))
    actions.set_tags(request.user, run, tags=tags)


ACTS: dict[str, Callable[[HttpRequest, Run], Any]] = {
    "tag": _tag,
    "cancel": lambda request, run: cancel(request.user, run),
    "archive": lambda request, run: actions.archive(request.user, run),
    "bring_back": lambda request, run: actions.bring_back(request.user, run),
    "delete": lambda request, run: delete(request.user, run),
}


urlpatterns: list[URLPattern | URLResolver] = [
    path("runs/", runs, name="runs"),
    path("runs/rows/", rows, name="runs-rows"),
    path("runs/bulk/", bulk, name="runs-bulk"),
    path("runs/views/", views, name="runs-views"),
]
