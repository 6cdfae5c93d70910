"""The router's table, made from the rows: who may call, and which servers take how much of the traffic."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mlops.deployments.files import replace_file, under_lock
from mlops.deployments.keys import TOLD_SECONDS, credentials_of, digests_of
from mlops.deployments.models import (
    AuthMode,
    Deployment,
    DeploymentState,
    Endpoint,
    EndpointToken,
    PublishedTable,
)
from mlops.deployments.targets import has_address
from mlops.formats.serving import Backend, DeploymentRoute, EndpointRoute, RoutingTable
from mlops.work.calls import later


def write_table() -> bool:
    """Publishes the table when it would change; says whether it did."""
    kept = PublishedTable.objects.first()
    if changed := kept is None or _endpoints(kept.content) != routes():
        kept = _published()
    assert kept is not None
    if not settings.ROUTER_TOKEN:
        _write_file(kept)
    return changed


def published_table() -> tuple[RoutingTable, float] | None:
    """The table that routers follow, and the Unix time since which they do."""
    kept = PublishedTable.objects.first()
    if kept is None:
        return None
    return msgspec.json.decode(kept.content, type=RoutingTable), kept.published_at.timestamp()


def _published() -> PublishedTable:
    """Whoever holds the row sees what all others have written before: the last to write is the last to look."""
    with transaction.atomic():
        kept, _made = PublishedTable.objects.select_for_update(no_key=True).get_or_create(
            pk=1, defaults={"revision": _file_revision(), "content": "", "published_at": timezone.now()}
        )
        endpoints = routes()
        if _endpoints(kept.content) != endpoints:
            kept.revision += 1
            kept.content = msgspec.json.encode(RoutingTable(revision=kept.revision, endpoints=endpoints)).decode()
            kept.published_at = timezone.now()
            kept.save()
    return kept


def _write_file(kept: PublishedTable) -> None:
    """For the router beside this server, which reads it five times a second."""
    with under_lock("routing"):
        path, content = table_file(), kept.content.encode()
        if not path.exists() or path.read_bytes() != content:
            replace_file(path, content)


def _endpoints(content: str) -> tuple[EndpointRoute, ...] | None:
    try:
        return msgspec.json.decode(content, type=RoutingTable).endpoints
    except msgspec.DecodeError:
        return None


def _file_revision() -> int:
    """Of a server that had no such row yet."""
    try:
        return msgspec.json.decode(table_file().read_bytes(), type=RoutingTable).revision
    except (OSError, msgspec.DecodeError):
        return 0


def route_at_once() -> None:
    """When the transaction is over: here, and by a worker in case that this process ends before."""
    transaction.on_commit(write_table, robust=True)
    later("deployments.route")


def table_file() -> Path:
    return Path(settings.DATA_DIR) / "routing.json"


def routes() -> tuple[EndpointRoute, ...]:
    deployments: dict[object, list[Deployment]] = {}
    for deployment in Deployment.objects.filter(ready_revision__isnull=False).order_by("name"):
        if has_address(deployment.target):
            deployments.setdefault(deployment.endpoint_id, []).append(deployment)
    tokens: dict[object, list[EndpointToken]] = {}
    for token in _tokens():
        tokens.setdefault(token.endpoint_id, []).append(token)
    endpoints = Endpoint.objects.select_related("project").order_by("project__slug", "name")
    return tuple(
        route(endpoint, deployments.get(endpoint.pk, []), tokens=tokens.get(endpoint.pk, [])) for endpoint in endpoints
    )


def route(endpoint: Endpoint, ready: Sequence[Deployment], *, tokens: Sequence[EndpointToken] = ()) -> EndpointRoute:
    """`ready`: deployments with a server. What an unhealthy one cannot take goes to the healthy ones with traffic."""
    sharing = [one for one in ready if one.name in endpoint.traffic]
    healthy = [one for one in sharing if one.state != DeploymentState.UNHEALTHY]
    weights = {one.name: float(endpoint.traffic[one.name]) for one in healthy or sharing}
    return EndpointRoute(
        id=str(endpoint.pk),
        name=endpoint.name,
        project=endpoint.project.slug,
        deployments=tuple(
            DeploymentRoute(
                name=one.name,
                backends=tuple(Backend(url=url) for url in one.ready_urls),
                weight=weights.get(one.name, 0.0),
                mirror=float(endpoint.mirrors.get(one.name, 0)),
                timeout_seconds=one.wanted.timeout_seconds,
            )
            for one in ready
        ),
        default=_default(endpoint, weights),
        control=endpoint.control,
        auth_enabled=endpoint.auth_mode != AuthMode.NONE,
        key_digests=digests_of(endpoint),
        credentials=credentials_of(endpoint, tokens),
        cors_origins=tuple(endpoint.cors_origins),
        sticky_cookie=endpoint.sticky_cookie,
        sticky_query=endpoint.sticky_query,
        record=endpoint.records_now,
    )


def _tokens() -> QuerySet[EndpointToken]:
    """Those that count, and those that ended not long ago: their callers are told so."""
    told = timezone.now() - timedelta(seconds=TOLD_SECONDS)
    wanted = Q(expires_at__isnull=True) | Q(expires_at__gt=told)
    return EndpointToken.objects.filter(wanted, revoked_at__isnull=True).order_by("created_at", "pk")


def _default(endpoint: Endpoint, weights: dict[str, float]) -> str:
    """Who takes the shares of those that cannot. Nobody, where nobody has traffic."""
    if endpoint.default in weights:
        return endpoint.default
    return max(weights, key=lambda name: weights[name], default="")
