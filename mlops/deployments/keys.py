"""Keys of endpoints: derived from the secret key, the endpoint and a number, so that none is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Literal

import msgspec
from django.conf import settings

from mlops.deployments.models import Endpoint

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
    """What the router knows of the keys."""
    keys = keys_of(endpoint)
    return tuple(hashlib.sha256(key.encode()).hexdigest() for key in (keys.primary, keys.secondary))


def _key(endpoint: Endpoint, which: Which, number: int) -> str:
    text = f"mlops.endpoint-key:{endpoint.pk}:{which}:{number}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
