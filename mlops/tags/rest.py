"""Lists of the REST API: `?filter=`, `?tag=` (any number), `?q=`, `?order_by=`, `?cursor=`, `?limit=`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from mlops.tags.searching.listing import asked_of, listing
from mlops.tags.searching.searchable import Searchable

LIST_PARAMETERS = [
    OpenApiParameter("filter", str, description="Such as state = failed and metrics.rmse < 0.5 and Area=Churn"),
    OpenApiParameter("tag", str, many=True, description="TagName=TagValue, or a tag's name alone"),
    OpenApiParameter("q", str, description="Words of the name or description"),
    OpenApiParameter("order_by", str, description="Such as -created, or metrics.rmse desc, name"),
    OpenApiParameter("cursor", str, description="From `next` or `previous` of an answer"),
    OpenApiParameter("limit", int, description="Rows on a page, at most 500"),
]


def list_answer(
    request: Request, queryset: QuerySet[Any], fields: Searchable, shape: Callable[[list[Any]], list[Any]]
) -> Response:
    """One page. `understood` says how each condition was read, such as Area=Churn; `meaning` says it in a sentence.

    Raises SearchFault and Refusal."""
    found = listing(queryset, fields, asked_of(request.query_params), actor=request.user)
    here = request.build_absolute_uri()
    return Response(
        {
            "next": replace_query_param(here, "cursor", found.next) if found.next else None,
            "previous": replace_query_param(here, "cursor", found.previous) if found.previous else None,
            "results": shape(found.rows),
            "understood": list(found.said),
            "meaning": found.understood,
            "warnings": list(found.warnings),
        }
    )
