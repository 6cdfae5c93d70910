"""What clients ask before they sign in: whether the server is there, which one, and what it can do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from mlops.mlflow_api.faults import Fault, answer_of

SPOKEN = "3.17.2"
"""The version of MLflow whose requests these are; its clients ask for it under `/version`."""


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("OK", content_type="text/plain")


def version(request: HttpRequest) -> HttpResponse:
    return HttpResponse(SPOKEN, content_type="text/plain")


def server_info(request: HttpRequest, base: str) -> HttpResponse:
    return JsonResponse(
        {
            "store_type": "SqlStore",
            "workspaces_enabled": True,
            "trace_archival_enabled": False,
            "multipart_uploads_enabled": True,
            "multipart_downloads_enabled": False,
            "presigned_upload_run_id_supported": True,
            "presigned_upload_model_id_supported": True,
            "features_enabled": {"gateway": False},
        }
    )


@csrf_exempt
def nowhere(request: HttpRequest, base: str, rest: str) -> HttpResponse:
    return answer_of(Fault("ENDPOINT_NOT_FOUND", f"This server has no {request.method} /{rest[:200]} of MLflow's API."))
