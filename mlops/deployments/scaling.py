"""How many servers a deployment has: changed by hand or by the load, in place, with an event that says why."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from mlops.deployments.models import Deployment, DeploymentRevision
from mlops.deployments.settings import instances_of
from mlops.events.chain import record
from mlops.formats.deployment import DeploymentSettings, changes
from mlops.work.calls import later

IN_PLACE = frozenset({"instances", "scale", "description", "tags"})
"""Settings that change nothing of a server: it goes on."""
READ_ANEW = frozenset({"collection"})
"""Settings that a server on this machine reads again while it goes on."""


def goes_on(setting: str, *, target: str) -> bool:
    """Whether no server has to be started anew where it changes."""
    return setting in IN_PLACE or (target == "process" and setting in READ_ANEW)


def is_in_place(deployment: Deployment, wanted: DeploymentSettings) -> bool:
    """Whether the settings can be changed without a new revision."""
    changed = changes(deployment.wanted, wanted)
    all_go_on = all(goes_on(name, target=deployment.target) for name in changed)
    return bool(changed) and all_go_on and deployment.was_ready


def change_in_place(actor: Any, deployment: Deployment, wanted: DeploymentSettings, *, reason: str = "") -> bool:
    """False where somebody changed the deployment meanwhile. The caller asked for permission."""
    before = deployment.wanted
    instances = instances_of(wanted, now=deployment.instances)
    values = msgspec.to_builtins(wanted)
    with transaction.atomic():
        same = Deployment.objects.filter(
            pk=deployment.pk, revision=deployment.revision, state=deployment.state, instances=deployment.instances
        )
        if not same.update(settings=values, instances=instances):
            return False
        _keep_edit(actor, deployment, values, reason=reason)
        changed = {name: list(pair) for name, pair in changes(before, wanted).items()}
        told = {"before": deployment.instances, "after": instances, "changed": changed}
        _record(actor, deployment, told, reason=reason)
        later("deployments.follow", deployment.pk)
    deployment.refresh_from_db()
    return True


def _keep_edit(actor: Any, deployment: Deployment, values: dict[str, Any], *, reason: str) -> None:
    """For the history: what the revision was until now, and who changed it."""
    row = DeploymentRevision.objects.select_for_update(no_key=True).get(
        deployment=deployment, number=deployment.revision
    )
    by = actor.get_username() if actor else ""
    row.edits.append({"at": timezone.now().isoformat(), "by": by, "reason": reason, "before": row.settings})
    row.settings = values
    row.save(update_fields=["edits", "settings"])


def scale(deployment: Deployment, instances: int, *, reason: str, **told: Any) -> bool:
    """By the load. False where the number was changed meanwhile."""
    with transaction.atomic():
        same = Deployment.objects.filter(pk=deployment.pk, revision=deployment.revision, instances=deployment.instances)
        if not same.update(instances=instances):
            return False
        _record(None, deployment, {"before": deployment.instances, "after": instances, **told}, reason=reason)
        later("deployments.follow", deployment.pk)
    return True


def _record(actor: Any, deployment: Deployment, told: dict[str, Any], *, reason: str) -> None:
    is_scaled = told["before"] != told["after"]
    settings = {name: pair for name, pair in told.get("changed", {}).items() if name != "variables"}
    was = {"instances": told["before"], **{name: pair[0] for name, pair in settings.items()}}
    now_is = {"instances": told["after"], **{name: pair[1] for name, pair in settings.items()}}
    record(
        actor,
        "mlops.deployment.scaled" if is_scaled else "mlops.deployment.updated",
        subject=f"endpoints/{deployment}",
        project=deployment.endpoint.project,
        data=told,
        reason=reason,
        notice=("endpoint", str(deployment.endpoint_id)),
        before=was,
        after=now_is,
    )
