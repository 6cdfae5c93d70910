"""Compute: the workers, what runs where, what waits and why, pools, and how machines join. Everybody who is signed in
sees it; administrators act."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mlops.compute import actions, joining, queries
from mlops.compute.handing_out import obstacles
from mlops.compute.shaping import join_token_line, pool_line
from mlops.formats.labels import written_labels
from mlops.formats.refusal import Refusal
from mlops.web import placed
from mlops.web.guard import signed_in
from mlops.web.typed import whole_number

ACTS = {"drain": actions.drain, "resume": actions.resume, "remove": actions.remove}


@never_cache
@signed_in
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """POST: a new join token; its command is shown once, in the answer."""
    if request.method == "GET":
        return _page(request)
    typed = request.POST
    try:
        minutes = whole_number(typed, "minutes")
        _token, secret = joining.create_join_token(
            request.user,
            note=typed.get("note", ""),
            labels=typed.get("labels", ""),
            slots=whole_number(typed, "slots"),
            minutes=joining.USUAL_MINUTES if minutes is None else minutes,
        )
    except Refusal as refusal:
        return _page(request, problem=refusal)
    url = request.build_absolute_uri("/").rstrip("/")
    return _page(request, command=f"mlops worker join {url} --token {secret}")


@signed_in
@require_GET
def workers(request: HttpRequest) -> HttpResponse:
    """For the open page: who works, and what runs where."""
    return render(request, "web/compute/_workers.html", {"lines": placed.worker_lines(request.user)})


@signed_in
@require_http_methods(["GET", "POST"])
def one_worker(request: HttpRequest, worker: str) -> HttpResponse:
    """POST `act`: drain, resume or remove, with a reason."""
    found = queries.worker_named(worker)
    problem = None
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        try:
            if act is not None:
                act(request.user, found, reason=request.POST.get("reason", ""))
                messages.success(request, _("The worker “%(name)s” is told.") % {"name": found.name})
            return redirect("web:compute-worker", worker=found.name)
        except Refusal as refusal:
            problem = refusal
    lines = placed.worker_lines(request.user, [found])
    context = {"worker": found, "line": lines[0], "history": placed.history(found.host), "problem": problem}
    return render(request, "web/compute/worker.html", context, status=problem.status if problem else 200)


@signed_in
@require_POST
def pool_new(request: HttpRequest) -> HttpResponse:
    try:
        pool = actions.create_pool(request.user, name=request.POST.get("name", "").strip(), **_pool_fields(request))
    except Refusal as refusal:
        return _page(request, problem=refusal)
    messages.success(request, _("The pool “%(name)s” is there now.") % {"name": pool.name})
    return redirect("web:compute")


@signed_in
@require_http_methods(["GET", "POST"])
def one_pool(request: HttpRequest, pool: str) -> HttpResponse:
    """POST `act`: save or forget."""
    found = queries.pool_named(pool)
    problem = None
    if request.method == "POST":
        try:
            if request.POST.get("act") == "forget":
                actions.delete_pool(request.user, found)
                messages.success(request, _("The pool “%(name)s” is forgotten.") % {"name": found.name})
            else:
                actions.update_pool(request.user, found, **_pool_fields(request))
                messages.success(request, _("The pool “%(name)s” is changed.") % {"name": found.name})
            return redirect("web:compute")
        except Refusal as refusal:
            problem = refusal
    typed = request.POST if problem else _typed(found)
    context = {"pool": pool_line(found, queries.taking()), "typed": typed, "problem": problem}
    return render(request, "web/compute/pool.html", context, status=problem.status if problem else 200)


@signed_in
@require_POST
def token_revoked(request: HttpRequest, join_token_id: uuid.UUID) -> HttpResponse:
    joining.revoke_join_token(request.user, queries.join_token(request.user, join_token_id))
    messages.success(request, _("The token is of no use from now on."))
    return redirect("web:compute")


def _page(request: HttpRequest, *, command: str = "", problem: Refusal | None = None) -> HttpResponse:
    is_administrator = bool(getattr(request.user, "is_superuser", False))
    taking = queries.taking()
    context: dict[str, Any] = {
        "lines": placed.worker_lines(request.user),
        "waiting": placed.waiting(request.user),
        "pools": [pool_line(one, taking) for one in queries.pools().values()],
        "history": placed.history(),
        "command": command,
        "problem": problem,
        "typed": request.POST if problem else {},
        "wrong": (problem.where.parameter or "") if problem else "",
        "is_administrator": is_administrator,
    }
    if is_administrator:
        context["obstacles"] = obstacles()
        context["tokens"] = [join_token_line(one) for one in queries.join_tokens(request.user)]
    return render(request, "web/compute/overview.html", context, status=problem.status if problem else 200)


def _pool_fields(request: HttpRequest) -> dict[str, Any]:
    typed = request.POST
    return {
        "description": typed.get("description", ""),
        "labels": typed.get("labels", ""),
        "least": whole_number(typed, "least") or 0,
        "most": whole_number(typed, "most"),
    }


def _typed(pool: Any) -> dict[str, Any]:
    return {
        "description": pool.description,
        "labels": written_labels(pool.labels),
        "least": pool.least,
        "most": "" if pool.most is None else pool.most,
    }


urlpatterns: list[URLPattern] = [
    path("compute/", overview, name="compute"),
    path("compute/workers/", workers, name="compute-workers"),
    path("compute/workers/<str:worker>/", one_worker, name="compute-worker"),
    path("compute/pools/", pool_new, name="compute-pool-new"),
    path("compute/pools/<str:pool>/", one_pool, name="compute-pool"),
    path("compute/tokens/<uuid:join_token_id>/revoke/", token_revoked, name="compute-token-revoke"),
]
