"""Keys of endpoints: derived from the secret key, the endpoint and a number, so that none is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterable
from typing import Literal

import msgspec
from django.conf import settings

from mlops.deployments.models import AuthMode, Endpoint, EndpointToken
from mlops.formats.serving import Credential

TOLD_SECONDS = 30 * 24 * 3600.0
"""How long a caller is told that its key or token ended, and not that it is unknown."""

Which = Literal["primary", "secondary"]


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    primary: str
    secondary: str


def keys_of(endpoint: Endpoint) -> Keys:
    return Keys(
        primary=_key(endpoint, "primary", endpoint.primary_key_number),
        secondary=_key(endpoint, "secondary", endpoint.secondary_key_number),
    )


def digests_of(endpoint: Endpoint) -> tuple[str, ...]:
    """What the router knows of the two keys; nothing, where they do not count."""
    if endpoint.auth_mode != AuthMode.KEY:
        return ()
    keys = keys_of(endpoint)
    return (_digest(keys.primary), _digest(keys.secondary))


def studio_key(endpoint: Endpoint) -> str:
    """What the studio's own pages call with, whatever callers need: it is shown to nobody."""
    return _key(endpoint, "studio", 1)


def credentials_of(endpoint: Endpoint, tokens: Iterable[EndpointToken]) -> tuple[Credential, ...]:
    """What the router knows beside the two keys: the studio's own, keys in their time of grace, and tokens."""
    found = [Credential(id="studio", digest=_digest(studio_key(endpoint)), name="studio")]
    for retired in endpoint.retired_keys:
        if retired["until"] > time.time() - TOLD_SECONDS and endpoint.auth_mode == AuthMode.KEY:
            key = _key(endpoint, retired["key"], retired["number"])
            name = f"{retired['key']} key, replaced"
            found.append(
                Credential(
                    id=f"{retired['key']}-{retired['number']}",
                    digest=_digest(key),
                    name=name,
                    expires_at=retired["until"],
                )
            )
    for token in tokens:
        found.append(
            Credential(
                id=str(token.pk),
                digest=token.digest,
                name=token.name,
                expires_at=token.expires_at.timestamp() if token.expires_at else None,
                deployments=tuple(token.deployments),
            )
        )
    return tuple(found)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(endpoint: Endpoint, which: str, number: int) -> str:
    text = f"mlops.endpoint-key:{endpoint.pk}:{which}:{number}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
