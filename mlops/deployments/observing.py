"""Writes down how deployments are, has their targets follow, and hands the router a new table when that changes
something."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from mlops.deployments import telling
from mlops.deployments.applying import apply
from mlops.deployments.health import Judged, judge
from mlops.deployments.models import Deployment, DeploymentState
from mlops.deployments.routing import write_table
from mlops.deployments.targets import TARGETS, Observed, target
from mlops.events.chain import notify

Servers = dict[tuple[str, int], Observed]


def observe() -> None:
    changed = [row for name in TARGETS for row in _looked_at(_rows(name), target(name).observe())]
    write_table()
    for row in changed:
        apply(row)


def _rows(name: str) -> list[Deployment]:
    return list(Deployment.objects.filter(target=name).select_related("endpoint__project"))


def _looked_at(rows: list[Deployment], servers: Servers) -> list[Deployment]:
    """Those of which something changed."""
    return [row for row in rows if _look(row, servers)]


def _look(deployment: Deployment, servers: Servers) -> bool:
    present = servers.get((str(deployment.pk), deployment.revision))
    before = None
    if deployment.ready_revision is not None and not deployment.was_ready:
        before = servers.get((str(deployment.pk), deployment.ready_revision))
    values: dict[str, Any] = {}
    if deployment.placing is not None and deployment.state != DeploymentState.FAILED:
        judged = _judged(deployment, present)
        values = {"state": judged.state, "reason": judged.reason, "hint": judged.hint}
        if judged.state == "healthy":
            values |= {"ready_revision": deployment.revision, "ready_placing": deployment.placing}
    if values.get("state", deployment.state) == DeploymentState.FAILED:
        present = None
    values |= {"ready_urls": _urls(deployment, present, before), "replicas": _replicas(deployment, present, before)}
    if all(getattr(deployment, name) == value for name, value in values.items()):
        return False
    return _write(deployment, values)


def _judged(deployment: Deployment, present: Observed | None) -> Judged:
    if present is not None and present.state == "unknown" and deployment.was_ready:
        return Judged(state=deployment.state, reason=present.reason, hint=present.hint)  # type: ignore[arg-type]
    waited = (timezone.now() - deployment.state_since).total_seconds()
    judged = judge(present, was_ready=deployment.was_ready, waited_seconds=waited)
    if judged.state != "healthy" and deployment.trouble:
        judged = msgspec.structs.replace(judged, **deployment.trouble)
    if judged.state == "failed" and deployment.ready_revision is not None:
        goes_on = f"{judged.reason} Revision {deployment.ready_revision} goes on serving."
        judged = msgspec.structs.replace(judged, reason=goes_on)
    return judged


def _urls(deployment: Deployment, present: Observed | None, before: Observed | None) -> list[str]:
    """Of both revisions while one takes over from the other. Where nobody is ready, those that are known: perhaps
    they answer."""
    ready = [url for one in (before, present) if one is not None for url in one.urls]
    return list(dict.fromkeys(ready)) or deployment.ready_urls


def _replicas(deployment: Deployment, present: Observed | None, before: Observed | None) -> list[dict[str, Any]]:
    found = ((before, deployment.ready_revision), (present, deployment.revision))
    return [
        msgspec.to_builtins(replica) | {"revision": revision}
        for one, revision in found
        if one is not None
        for replica in one.replicas
    ]


def _write(deployment: Deployment, values: dict[str, Any]) -> bool:
    """Only where nobody changed the row meanwhile."""
    state = values.get("state", deployment.state)
    moved = state != deployment.state
    if moved:
        values["state_since"] = timezone.now()
    with transaction.atomic():
        same = Deployment.objects.filter(pk=deployment.pk, revision=deployment.revision, state=deployment.state)
        if not same.update(**values):
            return False
        project = deployment.endpoint.project
        if type := telling.type_of(deployment.state, state, was_ready=deployment.was_ready):
            telling.tell(deployment, type, state=state, reason=values["reason"])
        else:
            notify("endpoint", str(deployment.endpoint_id), project=project)
        if moved and state == DeploymentState.HEALTHY:
            write_table()  # who sees it healthy can call it
    return True
