"""What templates show of a deployment's servers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import template

from mlops.deployments.models import Deployment
from mlops.deployments.queries import LoadNow, load_of

register = template.Library()


@register.filter
def servers(deployment: Deployment) -> list[dict[str, Any]]:
    """Each as it was when it was last looked at; none where nothing is to be said of any."""
    found = deployment.replicas
    if all(one["state"] == "ready" for one in found):
        return []
    return [one | {"since": datetime.fromtimestamp(one["since"], UTC) if one["since"] else None} for one in found]


@register.filter
def load(deployment: Deployment) -> LoadNow | None:
    return load_of(deployment)
