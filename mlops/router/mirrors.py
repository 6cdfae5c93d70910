"""Mirrored (shadow) traffic: copies that nobody waits for, few enough at a time to harm nobody."""

from __future__ import annotations

import asyncio
import random
import time

from mlops.formats.refusal import Refusal
from mlops.formats.serving import DeploymentRoute
from mlops.http.exchange import Request
from mlops.router.counts import Counts, Tally
from mlops.router.endpoints import Endpoint
from mlops.router.forwarding import Forwarder
from mlops.router.passage import Passage
from mlops.router.tracing import Trace

MOST_IN_FLIGHT = 32
"""Copies under way to one deployment; further ones are dropped and counted."""
_MOST_BYTES = 64 * 1024 * 1024
"""Bodies of all copies under way."""


class Mirrors:
    def __init__(self, forwarder: Forwarder, tally: Tally) -> None:
        self._forwarder = forwarder
        self._tally = tally
        self._tasks: set[asyncio.Task[None]] = set()
        self._bytes = 0

    def send(self, request: Request, *, rest: str, endpoint: Endpoint, answered_by: str, trace: Trace) -> bool:
        """Called when the caller has its answer. Whether a copy was sent."""
        is_sent = False
        for deployment in endpoint.mirrors:
            if deployment.name != answered_by and random.random() * 100 < deployment.mirror:
                is_sent |= self._send(request, rest=rest, endpoint=endpoint, deployment=deployment, trace=trace)
        return is_sent

    def _send(
        self, request: Request, *, rest: str, endpoint: Endpoint, deployment: DeploymentRoute, trace: Trace
    ) -> bool:
        counts = self._tally.mirrored(endpoint.id, deployment.name)
        if counts.in_flight >= MOST_IN_FLIGHT or self._bytes + len(request.body) > _MOST_BYTES:
            counts.dropped += 1
            return False
        passage = Passage(
            request, rest=rest, endpoint=endpoint, deployment=deployment, trace=trace, is_mirrored=True
        )  # fmt: skip
        counts.in_flight += 1
        self._bytes += len(request.body)
        task = asyncio.get_running_loop().create_task(self._bring(passage, counts))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _bring(self, passage: Passage, counts: Counts) -> None:
        began = time.perf_counter()
        status = 500
        try:
            status = (await self._forwarder.bring(passage, may_retry=False)).status
        except Refusal as refusal:
            status = refusal.status
        finally:
            counts.in_flight -= 1
            self._bytes -= len(passage.request.body)
            counts.add(status, seconds=time.perf_counter() - began)
