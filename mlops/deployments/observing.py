"""Writes down how deployments are, and hands the router a new table when that changes something."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from mlops.deployments.health import Judged, judge
from mlops.deployments.models import Deployment, DeploymentState
from mlops.deployments.routing import write_table
from mlops.deployments.targets import TARGETS, Observed, target
from mlops.events.chain import notify, record

FINAL_EVENTS = {"healthy": "mlops.deployment.healthy", "failed": "mlops.deployment.failed"}


def observe() -> None:
    for name in TARGETS:
        servers = target(name).observe()
        rows = Deployment.objects.filter(target=name, placing__isnull=False).exclude(state=DeploymentState.FAILED)
        failed = [_look(row, servers) for row in rows.select_related("endpoint__project")]
        if any(failed):
            target(name).apply()
    write_table()


def _look(deployment: Deployment, servers: dict[tuple[str, int], Observed]) -> bool:
    """Whether it has failed just now, so that its server should end."""
    server = servers.get((str(deployment.pk), deployment.revision))
    waited = (timezone.now() - deployment.state_since).total_seconds()
    judged = judge(server, was_ready=deployment.was_ready, waited_seconds=waited)
    urls = list(server.urls) if server is not None and judged.state == "healthy" else deployment.ready_urls
    if (judged.state, judged.reason, urls) == (deployment.state, deployment.reason, deployment.ready_urls) and (
        judged.state != "healthy" or deployment.was_ready
    ):
        return False
    return _write(deployment, judged, urls) and judged.state == "failed"


def _write(deployment: Deployment, judged: Judged, urls: list[str]) -> bool:
    """Only where nobody changed the row meanwhile."""
    moved = judged.state != deployment.state
    values: dict[str, Any] = {"state": judged.state, "reason": _told(deployment, judged), "hint": judged.hint}
    if moved:
        values["state_since"] = timezone.now()
    if judged.state == "healthy":
        values |= {"ready_revision": deployment.revision, "ready_placing": deployment.placing, "ready_urls": urls}
    with transaction.atomic():
        same = Deployment.objects.filter(pk=deployment.pk, revision=deployment.revision, state=deployment.state)
        if not same.update(**values):
            return False
        project = deployment.endpoint.project
        type = FINAL_EVENTS.get(judged.state)
        if moved and type and not deployment.was_ready:
            subject = f"endpoints/{deployment}"
            record(None, type, subject=subject, project=project, reason=judged.reason)
        notify("endpoint", str(deployment.endpoint_id), project=project)
    return True


def _told(deployment: Deployment, judged: Judged) -> str:
    if judged.state == "failed" and deployment.ready_revision is not None:
        return f"{judged.reason} Revision {deployment.ready_revision} goes on serving."
    return judged.reason
