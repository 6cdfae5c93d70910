"""A listening server: takes connections until it is told to stop, then finishes what is in flight."""

from __future__ import annotations

import asyncio
import signal

from mlops.http.front import Door, Front


class Server:
    """`idle_seconds`: how long a connection without a request is kept."""

    def __init__(self, door: Door, *, most_body_bytes: int, idle_seconds: float) -> None:
        self._door = door
        self._most_body_bytes = most_body_bytes
        self._idle_seconds = idle_seconds
        self._connections: set[Front] = set()
        self._listening: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> None:
        """Raises OSError when the address cannot be had."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._front, host, port, backlog=2048)

    def sweep(self) -> None:
        """Closes connections that have been idle, or in the middle of a request, for too long. Every few seconds."""
        now = asyncio.get_running_loop().time()
        for connection in list(self._connections):
            connection.close_if_stale(now, idle_seconds=self._idle_seconds)

    async def drain(self, *, seconds: float) -> None:
        """Takes no more connections, and returns when all have their answers or the time is up."""
        if self._listening is not None:
            self._listening.close()
        deadline = asyncio.get_running_loop().time() + seconds
        for connection in list(self._connections):
            connection.close_when_idle()
        while self._connections and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)

    def _front(self) -> Front:
        return Front(self._door, connections=self._connections, most_body_bytes=self._most_body_bytes)


async def until_stopped() -> None:
    """Returns at SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await stopping.wait()
