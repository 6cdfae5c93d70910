"""For machines that look after the server: alive, ready (with reasons), and counts for Prometheus."""

from __future__ import annotations

import hmac
from collections.abc import Callable

import msgspec
from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from mlops import env
from mlops.access import http_counts
from mlops.accounts.authentication import find_token
from mlops.administration.health.finding import Finding
from mlops.administration.health.looks import essential
from mlops.administration.system.standing import worst
from mlops.datasets.models import Dataset
from mlops.deployments.models import Deployment, DeploymentState, Endpoint
from mlops.formats.prometheus import CONTENT_TYPE, Family, Sample, text
from mlops.registry.models import ModelVersion
from mlops.runs.models import Run, RunState
from mlops.web.live import poller
from mlops.work import pulse
from mlops.work.measuring import collected


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


def _looked_at(look: Callable[[], list[Finding]]) -> Part:
    """Of what is not well all is said; only what is bad turns people away."""
    try:
        found = [one for one in look() if one.state != "ok"]
    except Exception as error:  # whatever breaks a part is the reason that we are asked for
        return Part(ok=False, reason=f"{type(error).__name__}: {error}")
    return Part(ok=worst(found) != "bad", reason=" ".join(one.why for one in found))


LOOKS: dict[str, Callable[[], list[Finding]]] = {
    "database": essential.database,
    "migrations": essential.migrations,
    "blobs": essential.blobs,
    "worker": essential.worker,
    "router": essential.router,
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
