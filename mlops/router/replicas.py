"""The servers behind deployments: each request goes to the one with the fewest under way."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable

from mlops.formats.serving import Backend
from mlops.router.backends import BackendPool


class Replicas:
    """A pool of connections for each URL that the table names."""

    def __init__(self) -> None:
        self._pools: dict[str, BackendPool] = {}
        self._leaving: list[BackendPool] = []
        self._turn = 0

    def keep_only(self, urls: Iterable[str]) -> None:
        """A server that is no longer named gets no new request; what it has, it finishes."""
        wanted = set(urls)
        for url in [url for url in self._pools if url not in wanted]:
            pool = self._pools.pop(url)
            pool.close()
            self._leaving.append(pool)
        for pool in self._pools.values():
            pool.rests_until = 0.0

    def close_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        for pool in self._pools.values():
            pool.close_idle(now)

    def end_late(self) -> None:
        """Several times a second: gives up on answers that are late."""
        now = asyncio.get_running_loop().time()
        for pool in self._pools.values():
            pool.end_late(now)
        self._leaving = [pool for pool in self._leaving if not pool.end_late(now)]

    def least_loaded(self, backends: tuple[Backend, ...], *, avoid: Collection[str] = ()) -> BackendPool | None:
        """None when all are to be avoided, or rest. Those with equally many take turns."""
        count = len(backends)
        self._turn += 1
        now = 0.0
        best: BackendPool | None = None
        for offset in range(count):
            pool = self._pool(backends[(self._turn + offset) % count].url)
            if pool.url in avoid:
                continue
            if pool.rests_until:
                now = now or asyncio.get_running_loop().time()
                if pool.rests_until > now:
                    continue
                pool.rests_until = 0.0
            if best is None or pool.in_flight < best.in_flight:
                best = pool
        return best

    def _pool(self, url: str) -> BackendPool:
        pool = self._pools.get(url)
        if pool is None:
            pool = self._pools[url] = BackendPool(url)
        return pool
