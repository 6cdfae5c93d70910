"""The pages that subjects of events lead to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from mlops.access.models import Project
from mlops.alerts import subjects
from mlops.batch.models import BatchEndpoint
from mlops.datasets.models import Dataset
from mlops.deployments.models import Deployment, Endpoint
from mlops.monitoring.models import Monitor
from mlops.registry.models import RegisteredModel


def register() -> None:
    for noun, path in PATHS.items():
        subjects.register_page(noun, path)


def _by_id(route: str) -> Callable[[Project | None, str], str]:
    def path(project: Project | None, rest: str) -> str:
        try:
            return _address(route, UUID(rest.partition("/")[0]))
        except ValueError:
            return ""

    return path


def _endpoint(project: Project | None, rest: str) -> str:
    name, _slash, more = rest.partition("/")
    endpoint = Endpoint.objects.filter(project=project, name=name).first()
    if endpoint is None:
        return ""
    deployment = Deployment.objects.filter(endpoint=endpoint, name=more.partition("/")[0]).first() if more else None
    if deployment is not None:
        return _address("web:deployment-progress", endpoint.pk, deployment.pk)
    return _address("web:endpoint", endpoint.pk)


def _model(project: Project | None, rest: str) -> str:
    name, _colon, number = rest.partition(":")
    model = RegisteredModel.objects.filter(project=project, name=name).first()
    if model is None:
        return ""
    return (
        _address("web:model-version", model.pk, int(number)) if number.isdecimal() else _address("web:model", model.pk)
    )


def _named(kind: Any, route: str) -> Callable[[Project | None, str], str]:
    """The name ends at the first slash or colon."""

    def path(project: Project | None, rest: str) -> str:
        name = rest.partition("/")[0].partition(":")[0]
        found = kind.objects.filter(project=project, name=name).first()
        return _address(route, found.pk) if found else ""

    return path


def _experiment(project: Project | None, rest: str) -> str:
    return f"{_address('web:runs')}?{urlencode({'q': rest})}"


def _retraining(project: Project | None, rest: str) -> str:
    policy, _slash, more = rest.partition("/")
    number = more.removeprefix("attempts/")
    try:
        if number.isdecimal() and (found := _address("web:retraining-attempt", UUID(policy), int(number))):
            return found
        return _address("web:retraining-policy", UUID(policy)) or _address("web:retraining")
    except ValueError:
        return ""


def _address(route: str, *parts: Any) -> str:
    """An empty text where this installation has no such page."""
    try:
        return reverse(route, args=parts)
    except NoReverseMatch:
        return ""


PATHS: dict[str, Callable[[Project | None, str], str]] = {
    "runs": _by_id("web:run"),
    "schedules": _by_id("web:schedule"),
    "pipeline-endpoints": _by_id("web:pipeline"),
    "endpoints": _endpoint,
    "models": _model,
    "datasets": _named(Dataset, "web:dataset"),
    "monitors": _named(Monitor, "web:monitor"),
    "batch-endpoints": _named(BatchEndpoint, "web:batch-endpoint"),
    "experiments": _experiment,
    "retraining": _retraining,
    "projects": lambda project, rest: _address("web:project", rest.partition("/")[0]),
}
