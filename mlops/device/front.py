"""The device's lasting port: hands every connection to the server that is well now, so that an update loses none."""

from __future__ import annotations

import asyncio
import contextlib
import json

BLOCK = 64 * 1024
DRAIN_SECONDS = 10.0
"""After it only kept-alive connections are open, whose callers connect anew."""


class Front:
    def __init__(self) -> None:
        self.backend: int | None = None
        """The port of the present server; None: every request is answered 503."""
        self._open: dict[int, set[asyncio.Task[None]]] = {}
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        self._server = await asyncio.start_server(self._connected, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for tasks in list(self._open.values()):
            for task in tasks:
                task.cancel()

    async def drained(self, backend: int, *, seconds: float = DRAIN_SECONDS) -> None:
        """Waits until nobody talks to this server any more, at most so long."""
        tasks = self._open.get(backend)
        if tasks:
            await asyncio.wait(set(tasks), timeout=seconds)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        backend = self.backend
        task = asyncio.current_task()
        assert task is not None
        try:
            inner = await asyncio.open_connection("127.0.0.1", backend) if backend is not None else None
        except OSError:
            inner = None
        if inner is None or backend is None:
            await _refuse(reader, writer)
            return
        tasks = self._open.setdefault(backend, set())
        tasks.add(task)
        try:
            await asyncio.gather(_pipe(reader, inner[1]), _pipe(inner[0], writer))
        finally:
            tasks.discard(task)
            for each in (writer, inner[1]):
                each.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while block := await reader.read(BLOCK):
            writer.write(block)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        if writer.can_write_eof():
            writer.write_eof()


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    detail = "The model's server is starting, or was ended and starts again."
    problem = {"status": 503, "code": "not_ready", "detail": detail, "hint": "Try again in a few seconds."}
    body = json.dumps(problem).encode()
    head = f"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\ncontent-length: {len(body)}"
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(2):
            await reader.read(BLOCK)
            writer.write(f"{head}\r\nretry-after: 3\r\nconnection: close\r\n\r\n".encode() + body)
            await writer.drain()
    writer.close()
