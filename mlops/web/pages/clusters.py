"""Kubernetes clusters, for administrators: add one, change it, see whether it is reached, forget it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import require_administrator
from mlops.clusters import actions, queries
from mlops.clusters.models import Cluster, Exposure
from mlops.deployments.targets import target
from mlops.deployments.targets.kubernetes.rights import examine
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in

MOST_KUBECONFIG_BYTES = 256 * 1024


@sensitive_post_parameters("kubeconfig", "registry_password")
@signed_in
@require_http_methods(["GET", "POST"])
def clusters(request: HttpRequest) -> HttpResponse:
    _require_administrator(request)
    if request.method == "GET":
        return _page(request)
    try:
        cluster = actions.create_cluster(request.user, **_given(request), name=request.POST.get("name", ""))
    except Refusal as refusal:
        return _page(request, problem=refusal)
    messages.success(request, _("The cluster “%(name)s” is known now.") % {"name": cluster.name})
    return redirect("web:clusters")


@sensitive_post_parameters("kubeconfig", "registry_password")
@signed_in
@require_http_methods(["GET", "POST"])
def cluster(request: HttpRequest, cluster_id: uuid.UUID) -> HttpResponse:
    """POST `act`: save or forget."""
    _require_administrator(request)
    shown = queries.by_id(cluster_id)
    if request.method == "GET":
        return _page(request, shown=shown)
    try:
        if request.POST.get("act") == "forget":
            actions.delete_cluster(request.user, shown)
            messages.success(request, _("The cluster “%(name)s” is forgotten.") % {"name": shown.name})
        else:
            actions.update_cluster(request.user, shown, **_given(request))
            messages.success(request, _("The cluster “%(name)s” is changed.") % {"name": shown.name})
    except Refusal as refusal:
        return _page(request, shown=shown, problem=refusal)
    return redirect("web:clusters")


def _page(request: HttpRequest, *, shown: Cluster | None = None, problem: Refusal | None = None) -> HttpResponse:
    """Secrets are never shown again: their fields are empty."""
    usual = {name: getattr(shown, name) if shown else "" for name in actions.FIELDS if name not in actions.SECRET}
    typed = {name: request.POST.get(name, value) for name, value in usual.items()} if request.POST else usual
    rows = [] if shown else [(one, _reached(one), queries.users_of(one)) for one in Cluster.objects.all()]
    context = {
        "rows": rows,
        "shown": shown,
        "findings": examine(shown) if shown else None,
        "typed": typed,
        "exposures": Exposure.choices,
        "problem": problem,
        "wrong": (problem.where.parameter or "") if problem else "",
    }
    return render(request, "web/clusters/list.html", context, status=problem.status if problem else 200)


def _reached(cluster: Cluster) -> Any:
    return target("kubernetes").available({"cluster": cluster.name})


def _given(request: HttpRequest) -> dict[str, Any]:
    plain = [name for name in actions.FIELDS if name not in ("name", "gateway_open", "kubeconfig")]
    given: dict[str, Any] = {name: request.POST.get(name, "") for name in plain}
    given["gateway_open"] = request.POST.get("gateway_open") == "on"
    given["kubeconfig"] = request.POST.get("kubeconfig", "")
    upload = request.FILES.get("kubeconfig_upload")
    if upload is not None and (upload.size or 0) <= MOST_KUBECONFIG_BYTES:
        given["kubeconfig"] = upload.read().decode("utf-8", errors="replace")
    given["expose"] = given["expose"] or Exposure.CLUSTER.value
    return given


def _require_administrator(request: HttpRequest) -> None:
    hint = _("When you deploy, the wizard says whether Kubernetes can be used.")
    require_administrator(request.user, _("Only an administrator may see the clusters of this server."), hint)


urlpatterns: list[URLPattern | URLResolver] = [
    path("clusters/", clusters, name="clusters"),
    path("clusters/<uuid:cluster_id>/", cluster, name="cluster"),
]
