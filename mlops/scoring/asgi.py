"""Runs an ASGI application behind mlops.http: a request's body is complete before the application is called."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from mlops.http.exchange import Answer, Request
from mlops.scoring.exchange import Message, Receive, Scope, Send

_VERSIONS = {"version": "3.0", "spec_version": "2.3"}

Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class AsgiDoor:
    """Answers are sent whole: the application's last message ends them."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._life: asyncio.Task[None] | None = None
        self._events: asyncio.Queue[Message] = asyncio.Queue()
        self._told: asyncio.Queue[Message] = asyncio.Queue()

    def admit(self, request: Request) -> Request:
        """All requests are the application's."""
        return request

    async def forward(self, request: Request, target: Request) -> Answer:
        path = request.path
        scope: Scope = {
            "type": "http",
            "asgi": _VERSIONS,
            "http_version": "1.1",
            "method": request.method.decode("latin-1"),
            "scheme": "http",
            "path": unquote(path) if "%" in path else path,
            "raw_path": path.encode("latin-1"),
            "query_string": request.query,
            "root_path": "",
            "headers": request.headers,
            "client": (request.peer, 0),
            "server": None,
        }
        answer = Answer(status=500, headers=[])
        message: Message = {"type": "http.request", "body": request.body, "more_body": False}

        async def receive() -> Message:
            return message

        async def send(told: Message) -> None:
            if told["type"] == "http.response.start":
                answer.status = told["status"]
                answer.headers = [pair for pair in told["headers"] if pair[0] != b"content-length"]
            else:
                answer.body += told.get("body", b"")

        await self._application(scope, receive, send)
        return answer

    async def start(self) -> None:
        """Returns when the application says that it has started."""

        async def tell(message: Message) -> None:
            await self._told.put(message)

        scope: Any = {"type": "lifespan", "asgi": _VERSIONS}
        self._life = asyncio.create_task(self._run(scope, tell))
        await self._ask("lifespan.startup")

    async def stop(self) -> None:
        await self._ask("lifespan.shutdown")
        if self._life is not None:
            await self._life

    async def _run(self, scope: Scope, tell: Send) -> None:
        await self._application(scope, self._events.get, tell)

    async def _ask(self, type: str) -> None:
        await self._events.put({"type": type})
        await self._told.get()
