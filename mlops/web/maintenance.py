"""While the server is maintained, nobody but administrators changes anything: the gate before pages and REST.

MLflow's routes have a door of their own (mlops.mlflow_api.door), which lets the code of running steps through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from mlops.access import maintenance
from mlops.access.problems import json_answer
from mlops.accounts.authentication import PasswordAuthentication, find_token
from mlops.formats.refusal import Refusal
from mlops.web.refusals import refusal_page
from mlops.web.waiting import API_PREFIX

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
MLFLOW = ("/api/2.0/", "/api/3.0/", "/ajax-api/", "/v1/traces")
READING = ("/api/v1/sql/", "/queries/", "/sign-in/", "/sign-out/")
"""What is sent by POST and changes nothing, and who comes and goes."""


class Gate:
    """Middleware, behind the one that knows who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if request.method in SAFE or request.path.startswith((*MLFLOW, *READING)):
            return None
        found = maintenance.current()
        if found is None or _is_administrator(request):
            return None
        refused = maintenance.refusal(found)
        return json_answer(refused) if request.path.startswith(API_PREFIX) else refusal_page(request, refused)


def _is_administrator(request: HttpRequest) -> bool:
    """By session, token or password; one that is wrong is refused like anybody's."""
    if getattr(request.user, "is_superuser", False):
        return True
    scheme, _space, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        token = find_token(rest.strip())
        return token is not None and token.user.is_superuser
    try:
        found = PasswordAuthentication().authenticate(Request(request))
    except (ValueError, Refusal, APIException):
        return False
    return found is not None and found[0].is_superuser
