"""The routing table for routers on machines of their own: they ask twice a second, show MLOPS_ROUTER_TOKEN, and tell by
the same request who they are and which table is in force there."""

from __future__ import annotations

import hmac
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mlops.access.problems import json_answer
from mlops.deployments.models import PublishedTable, RouterSeen
from mlops.deployments.routing import write_table
from mlops.formats.refusal import Refusal

NOTED_EVERY = timedelta(seconds=2)


@never_cache
@require_safe
def routing(request: HttpRequest) -> HttpResponse:
    """304 while the table is the one that the router has."""
    if (refusal := _refusal(request)) is not None:
        return json_answer(refusal)
    _note(request)
    kept = PublishedTable.objects.values_list("pk", "revision", "published_at").first()
    if kept is None:
        write_table()
        kept = PublishedTable.objects.values_list("pk", "revision", "published_at").get()
    pk, revision, published_at = kept
    mark = f'"{revision}-{published_at.timestamp():.6f}"'
    if request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified(headers={"ETag": mark})
    content = PublishedTable.objects.values_list("content", flat=True).get(pk=pk)
    return HttpResponse(content, content_type="application/json", headers={"ETag": mark})


def _refusal(request: HttpRequest) -> Refusal | None:
    token = settings.ROUTER_TOKEN
    if not token:
        return Refusal(
            "routers_not_expected",
            _("This server hands its routing table to nobody."),
            hint=_("Set MLOPS_ROUTER_TOKEN here and at the routers."),
            status=403,
        )
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        message = _("The routing table is for routers alone.")
        return Refusal("router_unknown", message, hint=_("Show the value of MLOPS_ROUTER_TOKEN."), status=401)
    return None


def _note(request: HttpRequest) -> None:
    name, told = request.GET.get("router", "")[:200], request.GET
    if not name:
        return
    try:
        values = {
            "address": told.get("address", "")[:300].rstrip("/"),
            "started": float(told.get("started", "0")),
            "revision": int(told.get("revision", "0")),
        }
    except ValueError:
        return
    now = timezone.now()
    rows = RouterSeen.objects.filter(name=name, seen_at__gt=now - NOTED_EVERY)
    if rows.filter(**values).exists():
        return
    RouterSeen.objects.update_or_create(name=name, defaults={**values, "seen_at": now})
