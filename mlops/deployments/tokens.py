"""Tokens for clients of an endpoint: each with a name, a scope and an end, and revoked alone."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.granted import require_with
from mlops.deployments.keys import TOLD_SECONDS
from mlops.deployments.models import Deployment, Endpoint, EndpointToken
from mlops.deployments.routing import route_at_once
from mlops.events.chain import record
from mlops.events.facts import Change, sides, stored
from mlops.formats.refusal import Refusal, Where, nearest

PERSONAL_LIFETIME = timedelta(hours=12)
REFRESH_AFTER = timedelta(hours=8)
PREFIX = "mlops_ep_"


class MadeToken(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` is shown this once."""

    token: EndpointToken
    secret: str


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """As Azure tells it: times are Unix seconds."""

    access_token: str
    token_type: str
    expiry_time_utc: int
    refresh_after_time_utc: int


def create_token(
    actor: Any,
    endpoint: Endpoint,
    *,
    name: str,
    deployments: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> MadeToken:
    """Callers are let in within a second. `deployments`: the only ones that it may call."""
    require_with(actor, "endpoints.keys", endpoint)
    name = name.strip()
    if not 0 < len(name) <= 80:
        hint = _("Name the client that it is for, in at most 80 characters.")
        raise Refusal("token_name", _("A token needs a name."), hint=hint, where=Where(parameter="name"))
    if expires_at is not None and expires_at <= timezone.now():
        hint = _("Give a time to come, or none.")
        raise Refusal("expiry_past", _("The token would have ended already."), hint=hint)
    scope = _checked_scope(endpoint, deployments)
    return _made(actor, endpoint, name=name, deployments=scope, expires_at=expires_at)


def access_token(actor: Any, endpoint: Endpoint) -> AccessToken:
    """For the person who asks, for twelve hours: what `get-credentials` gives where keys do not count."""
    require_with(actor, "endpoints.keys", endpoint)
    now = timezone.now()
    EndpointToken.objects.filter(endpoint=endpoint, is_personal=True, expires_at__lt=now).delete()
    made = _made(actor, endpoint, name=str(actor), expires_at=now + PERSONAL_LIFETIME, is_personal=True)
    return AccessToken(
        access_token=made.secret,
        token_type="Bearer",
        expiry_time_utc=int((now + PERSONAL_LIFETIME).timestamp()),
        refresh_after_time_utc=int((now + REFRESH_AFTER).timestamp()),
    )


def revoke_token(actor: Any, endpoint: Endpoint, token: EndpointToken) -> None:
    """Callers with it are refused within a second."""
    require_with(actor, "endpoints.keys", endpoint)
    with transaction.atomic():
        was = stored(token)
        changed = EndpointToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
        if changed:
            _record(actor, endpoint, "mlops.endpoint.token_revoked", token, (was, stored(token)))
            route_at_once()


def tokens_of(endpoint: Endpoint) -> QuerySet[EndpointToken]:
    """Those that are in force, and those that ended not long ago."""
    told = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now() - timedelta(seconds=TOLD_SECONDS))
    tokens = EndpointToken.objects.filter(told, endpoint=endpoint, revoked_at__isnull=True)
    return tokens.select_related("created_by")


def token_of(endpoint: Endpoint, name: str) -> EndpointToken:
    """By id or name; Refusal `token_unknown`."""
    tokens = list(tokens_of(endpoint))
    for token in tokens:
        if name in (str(token.pk), token.name):
            return token
    names = [token.name for token in tokens]
    hint = nearest(name, names) or _("There are: %(names)s.") % {"names": ", ".join(names) or _("none")}
    message = _("“%(endpoint)s” has no token “%(name)s”.") % {"endpoint": endpoint.name, "name": name}
    raise Refusal("token_unknown", message, hint=hint, status=404)


def _made(
    actor: Any,
    endpoint: Endpoint,
    *,
    name: str,
    deployments: Sequence[str] = (),
    expires_at: datetime | None = None,
    is_personal: bool = False,
) -> MadeToken:
    secret = PREFIX + secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            token = EndpointToken.objects.create(
                endpoint=endpoint,
                name=name,
                digest=hashlib.sha256(secret.encode()).hexdigest(),
                deployments=list(deployments),
                is_personal=is_personal,
                expires_at=expires_at,
                created_by=actor,
            )
            _record(actor, endpoint, "mlops.endpoint.token_created", token)
            route_at_once()
    except IntegrityError as error:
        raise Refusal(
            "name_taken",
            _("“%(endpoint)s” already has a token “%(name)s”.") % {"endpoint": endpoint.name, "name": name},
            hint=_("Revoke it first, or choose another name."),
            status=409,
            where=Where(parameter="name"),
        ) from error
    return MadeToken(token=token, secret=secret)


def _checked_scope(endpoint: Endpoint, deployments: Sequence[str]) -> tuple[str, ...]:
    known = list(Deployment.objects.filter(endpoint=endpoint).values_list("name", flat=True))
    for name in deployments:
        if name not in known:
            hint = nearest(name, known) or _("There are: %(names)s.") % {"names": ", ".join(known) or _("none")}
            message = _("“%(endpoint)s” has no deployment “%(name)s”.") % {"endpoint": endpoint.name, "name": name}
            raise Refusal("deployment_unknown", message, hint=hint, where=Where(parameter="deployments"))
    return tuple(dict.fromkeys(deployments))


def _record(actor: Any, endpoint: Endpoint, type: str, token: EndpointToken, change: Change | None = None) -> None:
    data = {
        "token": token.name,
        "deployments": list(token.deployments),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
    }
    project, subject, notice = endpoint.project, f"endpoints/{endpoint.name}", ("endpoint", str(endpoint.pk))
    record(actor, type, subject=subject, project=project, data=data, notice=notice, **sides(change))
