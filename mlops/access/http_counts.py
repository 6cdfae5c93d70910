"""Requests that this web process answered, by the template of their route, for Prometheus. Other processes have their
own counts: each family says which process tells it."""

from __future__ import annotations

import bisect
import threading
import time
from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponseBase

import mlops
from mlops.formats.prometheus import Family, Sample, histogram
from mlops.trail.process import PROCESS

BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
NO_ROUTE = "none"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STARTED = time.time()

_lock = threading.Lock()
_statuses: dict[tuple[str, str, int], int] = {}
_seconds: dict[tuple[str, str], tuple[list[int], float]] = {}
_open = 0


def note(method: str, route: str, status: int, seconds: float) -> None:
    method = method if method in METHODS else "other"
    with _lock:
        _statuses[method, route, status] = _statuses.get((method, route, status), 0) + 1
        counts, total = _seconds.get((method, route), ([0] * (len(BOUNDS) + 1), 0.0))
        counts[bisect.bisect_left(BOUNDS, seconds)] += 1
        _seconds[method, route] = (counts, total + seconds)


class Counted:
    """Middleware, the first of all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        global _open
        began = time.perf_counter()
        with _lock:
            _open += 1
        try:
            response = self.get_response(request)
        finally:
            with _lock:
                _open -= 1
        note(request.method or "", route_of(request), response.status_code, time.perf_counter() - began)
        return response


def route_of(request: HttpRequest) -> str:
    """Its template, never the address: that would be a series for each thing."""
    match = request.resolver_match
    if match is not None:
        return f"/{match.route}"
    return "/static/" if request.path.startswith("/static/") else NO_ROUTE


def families(*, sockets: int) -> Iterable[Family]:
    with _lock:
        statuses = dict(_statuses)
        seconds = {key: (list(counts), total) for key, (counts, total) in _seconds.items()}
        under_way = _open
    here = {"process": PROCESS}
    yield Family(
        name="mlops_http_requests_total",
        help="Answered requests by the template of their route.",
        kind="counter",
        samples=[
            Sample(count, {**here, "method": method, "route": route, "status": str(status)})
            for (method, route, status), count in statuses.items()
        ],
    )
    yield Family(
        name="mlops_http_request_seconds",
        help="Time until an answer began.",
        kind="histogram",
        samples=[
            sample
            for (method, route), (counts, total) in seconds.items()
            for sample in histogram(
                {**here, "method": method, "route": route}, bounds=BOUNDS, counts=counts, total=total
            )
        ],
    )
    yield Family(name="mlops_http_requests_under_way", help="Requests in hand.", samples=[Sample(under_way, here)])
    yield Family(name="mlops_sockets_open", help="Pages that listen for notices.", samples=[Sample(sockets, here)])
    yield Family(
        name="mlops_web_start_time_seconds", help="When the process was started.", samples=[Sample(STARTED, here)]
    )
    yield Family(
        name="mlops_build_info", help="The version that answers.", samples=[Sample(1, {"version": mlops.__version__})]
    )
