"""What is answered while the database takes nothing: 503, when to try again, and why; also where no view is reached.

These pages ask the database nothing."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader
from django.views.defaults import server_error

from mlops.access.problems import as_refusal, json_answer, say_when
from mlops.formats.refusal import Refusal

API_PREFIX = "/api/"
STATUS = 503


def waiting_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    again = request.get_full_path() if request.method == "GET" else "/"
    answer = HttpResponse(loader.render_to_string("503.html", {"refusal": refusal, "again": again}), status=STATUS)
    say_when(answer, refusal)
    return answer


def fault(request: HttpRequest) -> HttpResponseBase:
    """Django's `handler500`, which is called while the error is handled."""
    error = sys.exc_info()[1]
    refusal = as_refusal(error) if isinstance(error, Exception) else None
    if refusal is None or refusal.status != STATUS:
        return server_error(request)
    return json_answer(refusal) if request.path.startswith(API_PREFIX) else waiting_page(request, refusal)
