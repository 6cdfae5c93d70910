"""The tags of real-time endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.deployments.models import Endpoint
from mlops.tags.actions import change_tags


def tag_endpoint(actor: Any, endpoint: Endpoint, *, tags: Mapping[str, str | None]) -> dict[str, str]:
    """None takes a tag off. Raises Refusal `tag_invalid`, `tags_too_many`."""
    return change_tags(
        actor,
        endpoint,
        tags,
        project=endpoint.project,
        type="mlops.endpoint.tagged",
        subject=f"endpoints/{endpoint.name}",
        notice=("endpoint", str(endpoint.pk)),
    )
