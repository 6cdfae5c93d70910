"""The one door of MLflow's routes: who calls, what they send, and answers and refusals in the form that clients read.

A view is a function of the caller and the given fields (and of parts of the address) that gives plain values."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from mlops.formats.refusal import Refusal
from mlops.mlflow_api.caller import Caller, caller_of
from mlops.mlflow_api.faults import ANSWER_TYPE, Fault, answer_of, invalid
from mlops.mlflow_api.given import Given, of_request
from mlops.mlflow_api.sites import refuse_other_sites

Answer = dict[str, Any] | None
View = Callable[..., HttpResponseBase]
READING = "GET"
log = logging.getLogger(__name__)


class Route:
    """What one address does, by method. `reads`: also a token that may only read can call it, though by POST."""

    def __init__(self, **views: Callable[..., Answer | HttpResponseBase]) -> None:
        self.views = views

    def __call__(self, request: HttpRequest, **parts: Any) -> HttpResponseBase:
        parts.pop("base", None)
        try:
            refuse_other_sites(request)
            view = self.views.get("GET" if request.method == "HEAD" else str(request.method))
            if view is None:
                return HttpResponse(status=405, headers={"Allow": ", ".join(self.views)})
            caller = caller_of(request)
            if not caller.may_write and request.method != READING and not getattr(view, "reads", False):
                raise Fault("PERMISSION_DENIED", "This token may only read. Use a token with the scope “all”.")
            if getattr(view, "streams", False):
                found = view(caller, request, **parts)
            else:
                found = view(caller, of_request(request), **parts)
        except Refusal as refusal:
            return answer_of(refusal)
        except RequestDataTooBig:
            return answer_of(invalid("The request is too large."))
        return found if isinstance(found, HttpResponseBase) else answer(found)


def route(**views: Callable[..., Answer | HttpResponseBase]) -> View:
    """`route(GET=show, POST=change)`."""
    made = Route(**views)

    @csrf_exempt
    def entry(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        return made(request, **parts)

    return entry


def reads(view: Callable[[Caller, Given], Answer]) -> Callable[[Caller, Given], Answer]:
    """Marks a view that changes nothing although it is called by POST."""
    view.reads = True  # type: ignore[attr-defined]
    return view


def streams(view: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a view that reads the request itself instead of its fields."""

    @wraps(view)
    def marked(*args: Any, **parts: Any) -> Any:
        return view(*args, **parts)

    marked.streams = True  # type: ignore[attr-defined]
    return marked


def answer(found: Answer) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(found or {}), content_type=ANSWER_TYPE)
