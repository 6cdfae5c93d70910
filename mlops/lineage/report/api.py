"""REST: the governance report of a model version."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.formats.refusal import Refusal, nearest
from mlops.lineage.report.as_html import as_html
from mlops.lineage.report.as_pdf import as_pdf
from mlops.lineage.report.contents import report_of
from mlops.registry.queries import visible_version

FORMS = ("json", "html", "pdf")


class GovernanceReport(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("as", str, enum=list(FORMS), description="html and pdf give a file")],
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "text/html"): OpenApiTypes.STR,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, model_id: UUID, number: int) -> Response | HttpResponse:
        """All that is known of a version, with a digest that is signed."""
        version = visible_version(request.user, model_id, number)
        form = request.query_params.get("as", "json")
        if form not in FORMS:
            hint = nearest(form, FORMS) or _("There are: %(forms)s.") % {"forms": ", ".join(FORMS)}
            raise Refusal("form_unknown", _("A report has no form “%(form)s”.") % {"form": form[:40]}, hint=hint)
        report = report_of(version, by=request.user.get_username())
        if form == "json":
            return Response(msgspec.to_builtins(report))
        content = as_pdf(report) if form == "pdf" else as_html(report).encode()
        kind = "application/pdf" if form == "pdf" else "text/html; charset=utf-8"
        answer = HttpResponse(content, content_type=kind)
        name = f"{version.model.name}-{version.number}-report.{form}"
        answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer
