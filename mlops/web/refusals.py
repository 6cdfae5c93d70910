"""A refusal that reaches the top of a page becomes a page of its own: what, why, what next, and the way back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from mlops.access.databases import is_full, is_passing
from mlops.access.problems import CONTENT_TYPE, as_refusal, json_answer, problem_of, say_when
from mlops.events import circumstances
from mlops.formats.refusal import Refusal
from mlops.web.waiting import API_PREFIX, waiting_page


class RefusalPages:
    """Refusals of the REST API are DRF's business; here only what never reached one of its views becomes JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path.startswith(API_PREFIX) and _is_error_page(response):
            return _as_problem(request, response)
        around = circumstances.current()
        if around is not None and around.reason_due and around.door == "page" and request.method == "POST":
            return _ask_why(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = as_refusal(error)
        if refusal is None:
            return None
        if request.path.startswith(API_PREFIX):
            return json_answer(refusal)
        if is_passing(error) or is_full(error):
            return waiting_page(request, refusal)
        if refusal.status == 401:
            return redirect_to_login(request.get_full_path())
        return refusal_page(request, refusal)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    context = {"refusal": refusal, "heading": heading_of(refusal), "back": way_back(request)}
    response = render(request, "web/refusal.html", context, status=refusal.status)
    say_when(response, refusal)
    return response


def heading_of(refusal: Refusal) -> str:
    named = {
        "no_project": _("Start with a project"),
        "not_found": _("Not found"),
        "maintenance": _("This server is being maintained"),
        "forbidden": _("Your role does not allow this"),
    }
    by_status = {403: _("Not allowed"), 404: _("Not found"), 409: _("Not possible now"), 429: _("Too many attempts")}
    return named.get(refusal.code) or by_status.get(refusal.status) or _("This could not be done")


def way_back(request: HttpRequest) -> str:
    """The page that the person came from when it is one of ours and another one than this, else the home page."""
    origin = f"{request.scheme}://{request.get_host()}"
    came_from = request.headers.get("Referer", "")
    if came_from.startswith(f"{origin}/") and came_from != request.build_absolute_uri():
        return came_from.removeprefix(origin)
    return "/"


def _ask_why(request: HttpRequest) -> HttpResponse:
    """The act was rolled back, whatever its page has made of the refusal. The form goes on once there is a reason."""
    if request.FILES:
        hint = _("Do it by the command with --reason, or by REST with the header X-Reason.")
        return refusal_page(
            request, Refusal("reason_required", _("This needs a reason, and has a file."), hint=hint, status=422)
        )
    hidden = ("csrfmiddlewaretoken", circumstances.FIELD)
    kept = [(name, value) for name, values in request.POST.lists() if name not in hidden for value in values]
    context = {"kept": kept, "field": circumstances.FIELD, "back": way_back(request)}
    return render(request, "web/reason.html", context, status=422)


def _is_error_page(response: HttpResponseBase) -> bool:
    return response.status_code >= 400 and response.headers.get("Content-Type", "").startswith("text/html")


def _as_problem(request: HttpRequest, response: HttpResponseBase) -> JsonResponse:
    known = {
        400: Refusal("invalid", _("The request could not be understood."), status=400),
        403: Refusal(
            "forbidden", _("You may not do this."), hint=_("Send the CSRF token, or use a token."), status=403
        ),
        404: Refusal(
            "not_found",
            _("There is nothing at %(path)s.") % {"path": request.path},
            hint=_("Addresses end with a slash; /api/v1/docs/ lists them all."),
            status=404,
        ),
    }
    internal = Refusal(
        "internal", _("Something went wrong in the server."), hint=_("The server's log says what."), status=500
    )
    refusal = known.get(response.status_code, internal)
    return JsonResponse(problem_of(refusal), status=response.status_code, content_type=CONTENT_TYPE)
