"""REST: events as CloudEvents, and their types with schemas."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.access.openapi import files
from mlops.access.paging import CursorPages
from mlops.alerts.browsing import audit, queries
from mlops.alerts.browsing.exporting import FORMATS, streamed
from mlops.alerts.envelopes.azure import OURS
from mlops.alerts.envelopes.cloudevents import form
from mlops.events.catalogue import GROUPS, TYPES
from mlops.events.catalogue.documents import schema
from mlops.formats.refusal import Refusal, nearest

ASKED = [
    OpenApiParameter("project", str, description="a project's slug"),
    OpenApiParameter("type", str, description="such as mlops.run.*"),
    OpenApiParameter("subject", str, description="a part of it, or models/churn* for its begin"),
    OpenApiParameter("actor", str),
    OpenApiParameter("q", str, description="in type, subject, reason or data"),
    OpenApiParameter("start", str),
    OpenApiParameter("end", str),
]


class EventsView(APIView):
    @extend_schema(parameters=ASKED, responses={200: dict})
    def get(self, request: Request) -> Response:
        """Newest first."""
        pages = CursorPages()
        pages.ordering = "-seq"
        found: Any = pages.paginate_queryset(_asked(request), request, view=self)
        return pages.get_paginated_response([form(one) for one in found or ()])


class OneEventView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, event_id: uuid.UUID) -> Response:
        """A CloudEvent, with what changed (`before`, `after`) and how it was done (`via`)."""
        found = queries.by_id(request.user, event_id)
        return Response(form(found) | {"before": found.before, "after": found.after, "via": found.via})


class ExportView(APIView):
    @extend_schema(
        parameters=[*ASKED, OpenApiParameter("as", str, description="jsonl or csv")], responses=files(FORMATS.values())
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """All that are asked for, oldest first."""
        return streamed(request, _asked(request), request.query_params.get("as", "jsonl"))


class AuditView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """Whether the chain of all events is whole, as the last look found."""
        audit.require_whole(request.user)
        return Response(audit.state())


class AuditCheckView(APIView):
    @extend_schema(request=None, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Reads the whole chain now."""
        return Response(audit.look_now(request.user))


class AuditExportView(APIView):
    @extend_schema(parameters=ASKED, responses={(200, "application/x-ndjson"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> StreamingHttpResponse:
        """For verify_audit.py: all events of the server, or of a project."""
        slug = request.query_params.get("project", "")
        project = project_named(request.user, slug) if slug else None
        return audit.trail(request._request, request.user, project)


class AuditVerifierView(APIView):
    @extend_schema(responses={(200, "text/x-python"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """One file that needs Python alone."""
        return audit.verifier()


class EventTypesView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        rows = [
            {
                "name": one.name,
                "group": title,
                "title": one.title,
                "when": one.when,
                "subject": one.subject,
                "azure": one.name in OURS,
            }
            for title, group in GROUPS.items()
            for one in group
        ]
        return Response({"results": rows, "next": None, "previous": None})


class OneEventTypeView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, event_type: str) -> Response:
        """The JSON Schema of its data."""
        if event_type not in TYPES:
            hint = nearest(event_type, TYPES)
            raise Refusal(
                "type_unknown",
                _("There is no type “%(event_type)s”.") % {"event_type": event_type},
                hint=hint,
                status=404,
            )
        return Response(schema(TYPES[event_type]))


def _asked(request: Request) -> Any:
    slug = request.query_params.get("project", "")
    project = project_named(request.user, slug) if slug else None
    return queries.asked_for(queries.visible_to(request.user, project), queries.read_asked(request.query_params))
