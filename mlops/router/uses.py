"""How often and when last each credential was used: tells whether an old key can go."""

from __future__ import annotations

from collections.abc import Mapping
from time import time

from mlops.formats.serving import Credential, CredentialUse
from mlops.router.endpoints import Endpoint


class Uses:
    """Kept for the credentials that the table names."""

    def __init__(self) -> None:
        self._uses: dict[tuple[str, str], list[float]] = {}

    def add(self, endpoint: Endpoint, credential: Credential) -> None:
        use = self._uses.setdefault((endpoint.id, credential.id), [0, 0.0])
        use[0] += 1
        use[1] = time()

    def keep_only(self, endpoints: Mapping[str, Endpoint]) -> None:
        known = {(one.id, credential.id) for one in endpoints.values() for credential in one.credentials.values()}
        self._uses = {key: use for key, use in self._uses.items() if key in known}

    def frozen(self) -> tuple[CredentialUse, ...]:
        return tuple(
            CredentialUse(endpoint=endpoint, credential=credential, requests=int(count), last_used_at=last)
            for (endpoint, credential), (count, last) in self._uses.items()
        )
