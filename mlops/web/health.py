"""For machines that look after the server: alive, ready (with reasons), and counts for Prometheus."""

from __future__ import annotations

import hmac
import http.client
import io
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from mlops import env
from mlops.access import http_counts
from mlops.accounts.authentication import find_token
from mlops.blobs.stores import store
from mlops.datasets.models import Dataset
from mlops.deployments import routers
from mlops.deployments.models import Deployment, DeploymentState, Endpoint
from mlops.formats.prometheus import CONTENT_TYPE, Family, Sample, text
from mlops.registry.models import ModelVersion
from mlops.runs.models import Run, RunState
from mlops.web.live import poller
from mlops.work import pulse
from mlops.work.measuring import collected

ROUTER_TIMEOUT_SECONDS = 1.0


class Part(msgspec.Struct, frozen=True, kw_only=True):
    ok: bool
    reason: str = ""


@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    found = parts()
    all_ok = all(part.ok for part in found.values())
    return JsonResponse({"ready": all_ok, "parts": msgspec.to_builtins(found)}, status=200 if all_ok else 503)


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_see_metrics(request):
        said = "Sign in as an administrator, or send an administrator's token, or that of MLOPS_METRICS_TOKEN.\n"
        response = HttpResponse(said, status=401)
        response.headers["WWW-Authenticate"] = "Bearer"
        response.headers["Content-Type"] = "text/plain"
        return response
    own = http_counts.families(sockets=len(poller.listeners))
    return HttpResponse(text([*own, *_families(), *collected()]), content_type=CONTENT_TYPE)


def parts() -> dict[str, Part]:
    """What the server needs to be ready, each looked at now."""
    return {name: _looked_at(look) for name, look in LOOKS.items()}


def _looked_at(look: Callable[[], Part]) -> Part:
    try:
        return look()
    except Exception as error:  # whatever breaks a part is the reason that we are asked for
        return Part(ok=False, reason=f"{type(error).__name__}: {error}")


def _database() -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Part(ok=True)


_migrated: set[str] = set()


def _migrations() -> Part:
    if connection.alias in _migrated:
        return Part(ok=True)
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Part(ok=False, reason=f"{len(missing)} migrations are not applied: run “manage.py migrate”.")
    _migrated.add(connection.alias)
    return Part(ok=True)


def _blobs() -> Part:
    digest, _size = store().put(io.BytesIO(b"ready"))
    return Part(ok=store().exists(digest))


def _worker() -> Part:
    silent = pulse.seconds_since_pulse()
    if silent is None:
        return Part(ok=False, reason="No worker has reported yet.")
    if silent > pulse.MISSED_AFTER_SECONDS:
        return Part(ok=False, reason=f"The worker was last seen {silent:.0f} seconds ago.")
    return Part(ok=True)


def _router() -> Part:
    return _routers_elsewhere() if settings.ROUTER_TOKEN else _router_here()


def _routers_elsewhere() -> Part:
    """Those that ask for their table. One that is away or behind is told, and is no reason to turn people away."""
    if not routers.places():
        return Part(ok=False, reason="No router has asked for its table lately.")
    return Part(ok=True, reason=" ".join(one.trouble for one in routers.standings() if one.trouble))


def _router_here() -> Part:
    address = urlsplit(settings.ROUTER_URL)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    caller = kind(address.hostname or "127.0.0.1", address.port, timeout=ROUTER_TIMEOUT_SECONDS)
    try:
        caller.request("GET", f"{address.path}/healthz")
        status = caller.getresponse().status
    except OSError as error:
        return Part(ok=False, reason=f"The router does not answer at {settings.ROUTER_URL}: {error}.")
    finally:
        caller.close()
    return Part(ok=status < 500, reason="" if status < 500 else f"The router answered {status}.")


LOOKS: dict[str, Callable[[], Part]] = {
    "database": _database,
    "migrations": _migrations,
    "blobs": _blobs,
    "worker": _worker,
    "router": _router,
}


def _may_see_metrics(request: HttpRequest) -> bool:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        if _is_scraper(secret.strip()):
            return True
        token = find_token(secret.strip())
        return token is not None and token.user.is_staff
    return isinstance(request.user, User) and request.user.is_staff


def _is_scraper(secret: str) -> bool:
    """By MLOPS_METRICS_TOKEN, which opens nothing else."""
    wanted = env.read("MLOPS_METRICS_TOKEN")
    return bool(wanted) and hmac.compare_digest(secret.encode(), wanted.encode())


def _families() -> list[Family]:
    silent = pulse.seconds_since_pulse()
    last = [Sample(silent)] if silent is not None else []
    return [
        _by_state("mlops_runs", "Runs by state.", dict(_counts(Run)), RunState.values),
        _by_state("mlops_deployments", "Deployments by state.", dict(_counts(Deployment)), DeploymentState.values),
        _gauge("mlops_datasets", "Datasets.", Dataset.objects.count()),
        _gauge("mlops_model_versions", "Registered model versions.", ModelVersion.objects.count()),
        _gauge("mlops_endpoints", "Real-time endpoints.", Endpoint.objects.count()),
        Family(name="mlops_worker_silent_seconds", help="Time since a worker's last sign of life.", samples=last),
    ]


def _counts(model: type[Run] | type[Deployment]) -> list[tuple[str, int]]:
    return list(model._default_manager.order_by().values_list("state").annotate(count=Count("pk")))


def _by_state(name: str, help: str, counts: dict[str, int], states: list[str]) -> Family:
    samples = [Sample(counts.get(state, 0), {"state": state}) for state in states]
    return Family(name=name, help=help, samples=samples)


def _gauge(name: str, help: str, value: float) -> Family:
    return Family(name=name, help=help, samples=[Sample(value)])
