"""The one door of MLflow's routes: who calls, what they send, and answers and refusals in the form that clients read.

A view is a function of the caller and the given fields (and of parts of the address) that gives plain values."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from mlops.access import maintenance
from mlops.access.problems import as_refusal
from mlops.formats.refusal import Refusal
from mlops.mlflow_api.caller import Caller, caller_of
from mlops.mlflow_api.faults import ANSWER_TYPE, Fault, answer_of, invalid, wrong_method
from mlops.mlflow_api.given import of_request
from mlops.mlflow_api.sites import refuse_other_sites

Answer = dict[str, Any] | None
View = Callable[..., HttpResponseBase]
READING = "GET"
LOCKED = 423
NOT_BY_STEPS = (
    "The code of a job speaks for its own run alone: “{run}” of the experiment “{experiment}”. Leave set_experiment and"
    " calls about other things out of it; the job's file names its experiment."
)


class Route:
    """What one address does, by method. `reads`: also a token that may only read can call it, though by POST."""

    def __init__(self, views: dict[str, Callable[..., Answer | HttpResponseBase]], *, by_steps: bool) -> None:
        self.views = views
        self.by_steps = by_steps

    def __call__(self, request: HttpRequest, **parts: Any) -> HttpResponseBase:
        parts.pop("base", None)
        try:
            refuse_other_sites(request)
            view = self.views.get("GET" if request.method == "HEAD" else str(request.method))
            if view is None:
                return wrong_method(request.method, self.views)
            caller = caller_of(request)
            if not caller.may_write and request.method != READING and not getattr(view, "reads", False):
                raise Fault("PERMISSION_DENIED", "This token may only read. Use a token with the scope “all”.")
            if request.method != READING and not getattr(view, "reads", False):
                _require_open(caller)
            if caller.run is not None and not self.by_steps:
                raise Fault("PERMISSION_DENIED", NOT_BY_STEPS.format(run=caller.run, experiment=caller.run.experiment))
            if getattr(view, "streams", False):
                found = view(caller, request, **parts)
            else:
                found = view(caller, of_request(request), **parts)
        except Refusal as refusal:
            return answer_of(refusal)
        except RequestDataTooBig:
            return answer_of(invalid("The request is too large."))
        except (RecursionError, OverflowError, ValueError, DataError, OperationalError, InterfaceError) as error:
            told = as_refusal(error)
            if told is None:
                raise
            return answer_of(told)
        return found if isinstance(found, HttpResponseBase) else answer(found)


def _require_open(caller: Caller) -> None:
    """While the server is maintained: the code of running steps goes on, so that their runs can end. Not by 503, which
    MLflow's clients try again until they end with “too many 503 error responses”, and never show what was said."""
    found = maintenance.current()
    if found is None or caller.run is not None or caller.person.is_superuser:
        return
    refused = maintenance.refusal(found)
    refused.status = LOCKED
    raise refused


def route(*, by_steps: bool = False, **views: Callable[..., Answer | HttpResponseBase]) -> View:
    """`route(GET=show, POST=change)`. `by_steps`: also the code of a running step may call it, about its own run."""
    made = Route(views, by_steps=by_steps)

    @csrf_exempt
    def entry(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        return made(request, **parts)

    entry.methods = frozenset(views)  # type: ignore[attr-defined]
    return entry


def reads(view: Callable[..., Any]) -> Callable[..., Any]:
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
