"""Who may call an endpoint: its keys, and tokens with a time and a scope. Only digests are known here."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime

from mlops.formats.refusal import Refusal
from mlops.formats.serving import Credential
from mlops.router.endpoints import Endpoint


def authenticate(
    endpoint: Endpoint, *, authorization: bytes, api_key: bytes, now: float | None = None
) -> Credential | None:
    """The credential that was given; None where the endpoint asks for none. `now`: Unix seconds.

    What is looked up is the digest, so that the time that a look-up takes tells nothing of a key."""
    if not endpoint.route.auth_enabled:
        return None
    scheme, _, token = authorization.partition(b" ")
    given = token.strip() if scheme.lower() == b"bearer" else api_key
    if not given:
        raise Refusal(
            "no_key",
            f"The endpoint '{endpoint.name}' needs a key, and the request has none.",
            hint="Send the header 'Authorization: Bearer KEY' or 'api-key: KEY'; keys are on the endpoint's page.",
            status=401,
        )
    known = endpoint.credentials.get(hashlib.sha256(given).hexdigest())
    if known is None:
        raise Refusal(
            "wrong_key",
            f"The key is not one of the endpoint '{endpoint.name}'.",
            hint="It may have been regenerated or revoked; the present keys are on the endpoint's page.",
            status=401,
        )
    if known.expires_at is not None and (time.time() if now is None else now) >= known.expires_at:
        raise _expired(endpoint, known, known.expires_at)
    return known


def _expired(endpoint: Endpoint, credential: Credential, expires_at: float) -> Refusal:
    when = datetime.fromtimestamp(expires_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    called = f"The token '{credential.name}'" if credential.name else "The key"
    return Refusal(
        "expired_key",
        f"{called} of the endpoint '{endpoint.name}' ended on {when}.",
        hint="Get a new one on the endpoint's page, or by `mlops online-endpoint get-credentials`.",
        status=401,
    )
