"""A list as a file, as it is filtered: what the menu `web/analytics/_exports.html` asks for by `export=`."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from mlops.access.models import Project
from mlops.analytics import exporting
from mlops.analytics.programs import pbids
from mlops.analytics.sending import sent

POWER_BI = "pbids"


def is_asked(request: HttpRequest) -> bool:
    return request.method == "GET" and bool(request.GET.get("export"))


def exported(request: HttpRequest, table: str, project: Project, only: QuerySet[Any]) -> HttpResponseBase:
    """CSV, Parquet or Arrow of the rows; or a file that opens the whole table in Power BI. Raises Refusal."""
    wanted = request.GET.get("export", "")
    if wanted == POWER_BI:
        return power_bi(request, table)
    form, kind = exporting.form_named(wanted)
    asked = request.GET.get("filter", "")
    got, file = exporting.export(request.user, table, form=form, project=project.slug, only=only, asked=asked)
    return sent(request, file, name=f"{table.lower()}.{wanted}", kind=kind, size_bytes=got.size_bytes)


def power_bi(request: HttpRequest, table: str) -> HttpResponse:
    response = HttpResponse(pbids(request.build_absolute_uri("/odata/v1/"), table), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{table}.pbids"'
    return response
