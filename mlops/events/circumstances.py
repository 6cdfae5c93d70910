"""Under which circumstances an act happens: by which door, with which token, in which request, and why.

The middleware notes them; `chain.record` keeps them with each event of the request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponseBase

from mlops.http.spans import SERVER
from mlops.trail import carried, lines, telling

SYSTEM = "system"
"""Who acts where no person does."""
LONGEST_REASON = 2000
IMPORT = "import"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
FIELD = "audit-reason"
"""Of a form; see web.refusals."""


@dataclass(kw_only=True)
class Circumstances:
    door: str
    """`page`, `rest`, `mlflow`, or `import` for what a worker takes over from elsewhere."""
    request: str
    """The id of the request: the caller's `X-Request-ID`, else one made here. The answer carries it."""
    address: str = ""
    token: str = ""
    """The name of the token, never itself."""
    reason: str = ""
    """The caller's header `X-Reason`, in UTF-8 and percent-encoded, or what a page asked for."""

    reason_due: str = ""
    """The event that was refused for want of a reason, so that a page can ask for it."""
    asker: HttpRequest | None = field(default=None, repr=False)

    def told(self) -> dict[str, str]:
        found = {"door": self.door, "request": self.request, "address": self.address, "token": self.token}
        return {name: value for name, value in found.items() if value}


_now: ContextVar[Circumstances | None] = ContextVar("circumstances", default=None)


def current() -> Circumstances | None:
    """None outside of a request: the system's own workers."""
    return _now.get()


def note_token(name: str) -> None:
    if (now := _now.get()) is not None:
        now.token = name


def belong_to(correlation: str | None) -> None:
    """What a step of ours asks belongs to what its run belongs to, where the caller gives no id of its own."""
    now = _now.get()
    if now is not None and correlation and not (now.asker and now.asker.headers.get("X-Request-ID")):
        now.request = correlation
        carried.adopt(correlation)


@contextmanager
def importing(request: str) -> Iterator[None]:
    """What happened elsewhere, perhaps long ago, is written down here: rules and subscriptions leave it out."""
    mark = _now.set(Circumstances(door=IMPORT, request=request))
    try:
        yield
    finally:
        _now.reset(mark)


class NoteCircumstances:
    """Middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = {name: request.headers.get(name, "") for name in ("X-Request-ID", "traceparent")}
        trail = carried.begun(correlation=given["X-Request-ID"], traceparent=given["traceparent"])
        found = _of(request, trail.correlation)
        mark = _now.set(found)
        try:
            sampled = telling.decided(trail, is_begun=not trail.span_id)
            with carried.following(sampled), telling.span(request.method or "", kind=SERVER) as told:
                response = self.get_response(request)
                _tell(told, request, response)
        finally:
            _now.reset(mark)
        response.headers.setdefault("X-Request-ID", found.request)
        return response


def _tell(told: telling.Told, request: HttpRequest, response: HttpResponseBase) -> None:
    """By OpenTelemetry's names. The route, and not the path, which may name people."""
    route = request.resolver_match.route if request.resolver_match else ""
    told.name = f"{request.method} /{route.lstrip('^/')}"
    told.attributes |= {"http.request.method": request.method or "", "http.response.status_code": response.status_code}
    if response.status_code >= 500:
        told.error = f"status {response.status_code}"


def _asker() -> dict[str, str]:
    """Who asks, by number, for lines of the log; of who is not known yet nothing is looked up."""
    now = _now.get()
    around = now.asker.__dict__ if now and now.asker else {}
    person = around.get("_cached_user") or around.get("user")
    number = person.__dict__.get("id") if person is not None else None
    return {"user": str(number)} if number else {}


lines.tell_more(more=_asker)


def _of(request: HttpRequest, correlation: str) -> Circumstances:
    return Circumstances(
        door=_door(request.path),
        request=correlation,
        address=request.META.get("REMOTE_ADDR", "") or "",
        reason=_reason(request)[:LONGEST_REASON],
        asker=request,
    )


def _reason(request: HttpRequest) -> str:
    """By the header, or by the page that asked for it. Other forms than those of pages are not read here."""
    if given := unquote(request.headers.get("X-Reason", ""), errors="replace").strip():
        return given
    is_form = request.method == "POST" and request.content_type in FORMS
    return str(request.POST.get(FIELD, "")).strip() if is_form and _door(request.path) == "page" else ""


def _door(path: str) -> str:
    if path.startswith(("/api/2.0/", "/api/3.0/")):
        return "mlflow"
    return "rest" if path.startswith("/api/") else "page"
