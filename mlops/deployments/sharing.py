"""Endpoints that are shown to guests: people with a grant on the endpoint and no role in its project."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mlops.access import granted, shareable
from mlops.deployments import queries
from mlops.deployments.models import Deployment, Endpoint

NOUN = "endpoints"
SHOWN = frozenset(
    ("id", "name", "project", "description", "tags", "state", "since", "traffic", "mirror_traffic", "default")
) | frozenset(("auth_mode", "scoring_uri", "created_at", "endpoint", "revision", "instances"))
"""What is told of an endpoint and its deployments to a guest: no model, no setting, no reason that may name one."""
UNTOLD = ("model", "target", "deployment")
"""Columns of the list's filter that are not told to guests."""
EMPTY: dict[type, Any] = {str: "", dict: {}, list: [], bool: False}


def register() -> None:
    kind = shareable.Shareable(
        noun=NOUN,
        title=_("Endpoint"),
        model=Endpoint,
        page="web:endpoint",
        notice="endpoint",
        levels=(shareable.READER, shareable.OPERATOR),
    )
    shareable.register(kind)


def readable_by(user: Any) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(granted.reached(user, NOUN)).select_related("project", "created_by")


def readable_deployments(user: Any) -> QuerySet[Deployment]:
    return Deployment.objects.filter(granted.reached(user, NOUN, "endpoint"))


def readable_endpoint(user: Any, endpoint_id: uuid.UUID | str) -> Endpoint:
    """Raises Refusal `not_found`."""
    endpoint = readable_by(user).filter(pk=endpoint_id).first()
    return endpoint or queries.visible_endpoint(user, endpoint_id)


def told_to(user: Any, endpoints: list[Endpoint], shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers about endpoints, or about deployments of each, without what guests may not read. In one query."""
    return granted.told_to(user, endpoints, shapes, bare=_bare)


def _bare(shape: dict[str, Any]) -> dict[str, Any]:
    told = {key: value if key in SHOWN else EMPTY.get(type(value)) for key, value in shape.items()}
    if "deployments" in shape:
        told["deployments"] = [_bare(one) for one in shape["deployments"]]
    return told
