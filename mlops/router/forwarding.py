"""Brings a request to a server of its deployment, and to another one where that is safe.

Safe is (docs/decisions/0040): a request that was not sent; one that the server refused unscored (503); and, unless
the deployment says that scoring has effects, one whose connection ended before any answer: that one once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mlops.formats.refusal import Refusal
from mlops.formats.serving import DeploymentRoute
from mlops.http.exchange import CODE_HEADER, Answer
from mlops.router.backends import BackendPool, Broken, Unreachable
from mlops.router.passage import Passage
from mlops.router.replicas import Replicas

_LULL_SECONDS = 0.05
_MOST_WAITING = 1000
"""Requests that wait at once for a server to come up."""


class Forwarder:
    """`present` gives the deployment's route in the table of this moment, None where it is gone."""

    def __init__(self, replicas: Replicas, *, present: Callable[[str, str], DeploymentRoute | None]) -> None:
        self._replicas = replicas
        self._present = present
        self._waiting = 0

    async def bring(self, passage: Passage, *, may_retry: bool = True) -> Answer:
        """Raises Refusal when no server took it, broke over it, or was too late."""
        route = passage.deployment
        backends = route.backends
        deadline = asyncio.get_running_loop().time() + (route.wait_seconds if may_retry else 0.0)
        avoid: set[str] = set()
        refused: Answer | None = None
        was_broken = False
        reason = "none is running"
        while True:
            pool = self._replicas.least_loaded(backends, avoid=avoid)
            if pool is None:
                if refused is not None and refused.header(CODE_HEADER) != b"not_ready":
                    return refused
                if not await self._lull(deadline):
                    if refused is not None:
                        return refused
                    raise unreachable(route.name, reason)
                avoid.clear()
                route = self._present(passage.endpoint.id, route.name) or route
                backends = route.backends
                continue
            try:
                answer = await self._ask(passage, pool)
            except Unreachable as error:
                reason = str(error)
                pool.rest()
                continue
            except Broken as error:
                if error.is_answer_begun or was_broken or not (may_retry and route.is_idempotent):
                    raise broken(route.name, str(error)) from error
                was_broken = True
                if len(backends) > 1:
                    avoid.add(pool.url)
                continue
            except TimeoutError:
                raise late(route.name, route.timeout_seconds) from None
            if answer.status != 503 or not may_retry:
                return answer
            refused = answer
            if answer.header(CODE_HEADER) == b"not_ready":
                pool.rest()
            elif len(avoid) or len(backends) == 1:
                return answer
            else:
                avoid.add(pool.url)

    async def _ask(self, passage: Passage, pool: BackendPool) -> Answer:
        passage.backend = pool.url
        message = passage.message(host=pool.host_header, prefix=pool.prefix)
        return await pool.exchange(
            message, timeout_seconds=passage.deployment.timeout_seconds, anew=passage.attempts > 1
        )

    async def _lull(self, deadline: float) -> bool:
        """Waits a little; False when that would be too long, or too many wait."""
        if asyncio.get_running_loop().time() + _LULL_SECONDS > deadline or self._waiting >= _MOST_WAITING:
            return False
        self._waiting += 1
        try:
            await asyncio.sleep(_LULL_SECONDS)
        finally:
            self._waiting -= 1
        return True


def unreachable(deployment: str, reason: str) -> Refusal:
    return Refusal(
        "no_backend",
        f"No server of the deployment '{deployment}' can be reached: {reason}.",
        hint="It may be starting or restarting; its page shows the state. Try again shortly.",
        status=503,
    )


def broken(deployment: str, reason: str) -> Refusal:
    return Refusal(
        "backend_failed",
        f"The server of the deployment '{deployment}' failed over this request: {reason}.",
        hint="The deployment's log says more.",
        status=502,
    )


def late(deployment: str, seconds: float) -> Refusal:
    return Refusal(
        "timeout",
        f"The deployment '{deployment}' did not answer within {seconds:g} s.",
        hint="Send fewer rows, make the model faster, or raise the deployment's request timeout.",
        status=504,
    )
