"""SQL over a project's tables with a chart, history and saved queries; and how other programs read an
endpoint's rows."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import may
from mlops.analytics import exporting, saved, sql
from mlops.analytics.engine.orders import Result
from mlops.analytics.models import QueryState
from mlops.analytics.programs import PROGRAMS
from mlops.analytics.sending import sent
from mlops.analytics.tables.collected import name_of, named
from mlops.deployments.consuming import program
from mlops.deployments.queries import deployments_of, visible_endpoint
from mlops.formats.refusal import Refusal
from mlops.web.charts import Chart, Series
from mlops.web.exports import POWER_BI, power_bi
from mlops.web.guard import signed_in
from mlops.web.projects import current_project, show_project

START = "select * from runs order by created_at desc limit 100"
CHARTED_ROWS = 500
HISTORY = 10
NUMBERS = ("BIGINT", "HUGEINT", "INT", "DOUBLE", "FLOAT", "DECIMAL")


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def queries(request: HttpRequest) -> HttpResponseBase:
    """GET `saved=`: an id whose query is shown; `csv=`: the rows of the chart, asked for again.

    POST `act`: run, save, delete, or one of
    csv, parquet, arrow."""
    project = current_project(request)
    last = saved.asked_by(request.user, project).filter(form="rows", state=QueryState.COMPLETED).first()
    if request.GET.get("csv") and last is not None:
        return _file(request, project, last.query, "csv")
    text, problem, result = START, None, None
    if request.method == "POST":
        text = request.POST.get("query", "")
        try:
            answer = _acted(request, project, text)
            if isinstance(answer, HttpResponseBase):
                return answer
            result = answer
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            problem = refusal
    elif request.GET.get("saved"):
        text = saved.visible_saved(request.user, _id(request.GET["saved"])).query
    context = {
        "project": project,
        "query": text,
        "problem": problem,
        "result": result,
        "chart": _chart(result) if result else None,
        "tables": [one.table for one in sql.tables_of(request.user, project)],
        "saved": saved.saved_of(project),
        "history": saved.asked_by(request.user, project)[:HISTORY],
        "may_contribute": may(request.user, "queries.save", project),
        "exports": exporting.FORMS,
        "name": request.POST.get("name", ""),
    }
    return render(request, "web/analytics/queries.html", context, status=problem.status if problem else 200)


@signed_in
@require_GET
def use(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponseBase:
    """`export=`: csv, parquet, arrow, or pbids: the file for Power BI Desktop (`pbids=1` as well)."""
    endpoint = visible_endpoint(request.user, endpoint_id)
    show_project(request, endpoint.project)
    root = request.build_absolute_uri("/odata/v1/")
    tables = named(request.user, project=endpoint.project.slug)
    found = next((name for name, one in tables.items() if one == endpoint), None)
    table = found or name_of(endpoint)
    wanted = request.GET.get("export", "")
    if wanted and wanted != POWER_BI:
        form, kind = exporting.form_named(wanted)
        got, file = exporting.export(request.user, table, form=form)
        return sent(request, file, name=f"{table}.{wanted}", kind=kind, size_bytes=got.size_bytes)
    if wanted or request.GET.get("pbids"):
        return power_bi(request, table)
    deployments = list(deployments_of(endpoint))
    context = {
        "endpoint": endpoint,
        "project": endpoint.project,
        "deployments": deployments,
        "tab": "analysis",
        "root": root,
        "table": table,
        "has_rows": found is not None,
        "programs": [(one, one.write(root, table)) for one in PROGRAMS],
        "score": program(endpoint, deployments[0] if deployments else None, language_name="power_query"),
    }
    return render(request, "web/analytics/use.html", context)


def _acted(request: HttpRequest, project: Any, text: str) -> Result | HttpResponseBase:
    act = request.POST.get("act", "run")
    if act == "save":
        made = saved.save(request.user, project, name=request.POST.get("name", ""), query=text)
        messages.success(request, _("“%(name)s” is saved.") % {"name": made.name})
        return redirect(f"{reverse('web:queries')}?project={project.slug}&saved={made.pk}")
    if act == "delete":
        saved.delete(request.user, saved.visible_saved(request.user, _id(request.POST.get("saved", ""))))
        return redirect(f"{reverse('web:queries')}?project={project.slug}")
    if act == "run":
        return sql.query(request.user, project, text)
    return _file(request, project, text, act)


def _file(request: HttpRequest, project: Any, text: str, format: str) -> HttpResponseBase:
    form, kind = exporting.form_named(format)
    got, file = sql.export(request.user, project, text, form=form)
    return sent(request, file, name=f"query.{format}", kind=kind, size_bytes=got.size_bytes)


def _chart(result: Result) -> Chart | None:
    """The numbers of the result over its first column, where that is a time or a number, or as bars by its names."""
    if len(result.columns) < 2 or not 1 < len(result.rows) <= CHARTED_ROWS:
        return None
    picked = [at for at, kind in enumerate(result.types) if at and kind.startswith(NUMBERS)][:5]
    if not picked:
        return None
    first = result.types[0]
    shape: Any = "line" if first.startswith(("TIMESTAMP", "DATE", "BIGINT", "INT", "DOUBLE")) else "bar"
    x = tuple(row[0] for row in result.rows)
    series = tuple(
        Series(
            name=result.columns[at],
            x=x,
            y=tuple(row[at] if isinstance(row[at], int | float) else None for row in result.rows),
            shape=shape,
        )
        for at in picked
    )
    return Chart(key="query", title=_("The result"), series=series, x_title=result.columns[0], is_wide=True)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Refusal("not_found", _("There is no such query, or you may not see it."), status=404) from None


urlpatterns: list[URLPattern | URLResolver] = [
    path("queries/", queries, name="queries"),
    path("endpoints/<uuid:endpoint_id>/analysis/", use, name="endpoint-analysis"),
]
