"""Who may call an endpoint, from which pages, and what keeps a caller at one deployment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.deployments.models import AuthMode, Endpoint
from mlops.deployments.routing import route_at_once
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where, nearest

_NAME = re.compile(r"[A-Za-z0-9_.-]{0,60}")
FIELDS = ("auth_mode", "cors_origins", "sticky_cookie", "sticky_query")


def change_callers(
    actor: Any,
    endpoint: Endpoint,
    *,
    auth_mode: str | None = None,
    cors_origins: Sequence[str] | None = None,
    sticky_cookie: str | None = None,
    sticky_query: str | None = None,
) -> Endpoint:
    """What is None stays as it is. In force within a second."""
    require(actor, "endpoints.keys", endpoint.project)
    wanted: dict[str, Any] = {}
    if auth_mode is not None:
        wanted["auth_mode"] = _checked_mode(auth_mode)
    if cors_origins is not None:
        wanted["cors_origins"] = [_checked_origin(origin) for origin in dict.fromkeys(cors_origins)]
    for field, value in (("sticky_cookie", sticky_cookie), ("sticky_query", sticky_query)):
        if value is not None:
            wanted[field] = _checked_name(field, value)
    with transaction.atomic():
        endpoint = (
            Endpoint.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=endpoint.pk)
        )
        before = {field: getattr(endpoint, field) for field in wanted}
        changed = {field: value for field, value in wanted.items() if before[field] != value}
        if not changed:
            return endpoint
        for field, value in changed.items():
            setattr(endpoint, field, value)
        endpoint.save(update_fields=list(changed))
        told = {"before": {field: before[field] for field in changed}, "after": changed}
        subject, notice = f"endpoints/{endpoint.name}", ("endpoint", str(endpoint.pk))
        record(
            actor,
            "mlops.endpoint.callers_changed",
            subject=subject,
            project=endpoint.project,
            data=told,
            notice=notice,
            before=told["before"],
            after=told["after"],
        )
        route_at_once()
    return endpoint


def _checked_mode(value: str) -> str:
    if value not in AuthMode.values:
        hint = nearest(value, AuthMode.values) or _("There are: %(names)s.") % {"names": ", ".join(AuthMode.values)}
        message = _("There is no auth_mode “%(value)s”.") % {"value": value}
        raise Refusal("auth_mode_unknown", message, hint=hint, where=Where(parameter="auth_mode", value=value))
    return value


def _checked_origin(value: str) -> str:
    parts = urlsplit(value)
    is_origin = parts.scheme in ("http", "https") and parts.netloc and f"{parts.scheme}://{parts.netloc}" == value
    if value != "*" and not is_origin:
        raise Refusal(
            "origin_invalid",
            _("“%(value)s” is no origin of a page.") % {"value": value},
            hint=_("Such as https://shop.example, without a path, or * for all."),
            where=Where(parameter="cors_origins", value=value),
        )
    return value


def _checked_name(field: str, value: str) -> str:
    if not _NAME.fullmatch(value):
        raise Refusal(
            "name_invalid",
            _("“%(value)s” cannot be the name of a cookie or a query parameter.") % {"value": value},
            hint=_("Use letters, digits, “-”, “_” and “.”, at most 60."),
            where=Where(parameter=field, value=value),
        )
    return value
