"""Refusals in the words of MLflow: an error code that its clients know, a message, and the status that goes with it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.http import HttpResponse

from mlops.access.problems import say_when
from mlops.formats.refusal import Refusal

STATUS = {
    "INTERNAL_ERROR": 500,
    "INVALID_STATE": 500,
    "NOT_IMPLEMENTED": 501,
    "TEMPORARILY_UNAVAILABLE": 503,
    "REQUEST_LIMIT_EXCEEDED": 429,
    "RANGE_NOT_SATISFIABLE": 416,
    "RESOURCE_CONFLICT": 409,
    "RESOURCE_DOES_NOT_EXIST": 404,
    "ENDPOINT_NOT_FOUND": 404,
    "PERMISSION_DENIED": 403,
    "UNAUTHENTICATED": 401,
    "RESOURCE_ALREADY_EXISTS": 400,
    "INVALID_PARAMETER_VALUE": 400,
}
CODE_OF_STATUS = {status: code for code, status in STATUS.items()} | {
    400: "INVALID_PARAMETER_VALUE",
    423: "TEMPORARILY_UNAVAILABLE",
}
ANSWER_TYPE = "application/json"


class Fault(Refusal):
    def __init__(self, error_code: str, message: str) -> None:
        super().__init__(error_code.lower(), message, status=STATUS[error_code])
        self.error_code = error_code


def invalid(message: str) -> Fault:
    return Fault("INVALID_PARAMETER_VALUE", message)


def missing(message: str) -> Fault:
    """For what does not exist, and for what the caller may not see: the two are told alike."""
    return Fault("RESOURCE_DOES_NOT_EXIST", message)


def answer_of(refusal: Refusal) -> HttpResponse:
    body = {"error_code": code_of(refusal), "message": f"{refusal.message} {refusal.hint}".strip()}
    answer = HttpResponse(msgspec.json.encode(body), status=refusal.status, content_type=ANSWER_TYPE)
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="mlflow"'
    say_when(answer, refusal)
    return answer


def wrong_method(method: str | None, allowed: Iterable[str]) -> HttpResponse:
    """405 in MLflow's words: the code by which its clients know that a server does not speak something."""
    methods = ", ".join(allowed)
    message = f"This address of MLflow's API does not answer {str(method)[:20]}. Use {methods}."
    body = {"error_code": "ENDPOINT_NOT_FOUND", "message": message}
    return HttpResponse(msgspec.json.encode(body), status=405, headers={"Allow": methods}, content_type=ANSWER_TYPE)


def code_of(refusal: Refusal) -> str:
    if isinstance(refusal, Fault):
        return refusal.error_code
    return CODE_OF_STATUS.get(refusal.status, "INVALID_PARAMETER_VALUE")
