"""A world to attack: one of everything in a project, people around it, and a way to send what no client would send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.access.conftest import people, quick_passwords, world

__all__ = ["people", "quick_passwords", "world"]


@pytest.fixture
def token_of() -> Callable[[Any], str]:
    from mlops.accounts.actions import create_token

    return lambda person: create_token(person, name=f"attack {uuid4()}")


@pytest.fixture
def send(contributor, token_of) -> Callable[..., Any]:
    """`send("POST", "runs/create", {…})` by a token of the contributor; a path that begins with `/` is taken as it is,
    bytes go out as they are; `session` sends as that person's browser would.

    The answer has its whole body under `.told`."""
    mine: list[str] = []

    def sent(method: str, path: str, body: Any = None, *, by: str = "", session: Any = None, **headers: str) -> Any:
        where = path if path.startswith("/") else f"/api/2.0/mlflow/{path}"
        if not by and session is None:
            mine[:] = mine or [token_of(contributor)]
        told = {"Authorization": f"Bearer {by or mine[0]}"} if session is None else {}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        kind = told.pop("Content-Type", "application/json")
        client = Client(raise_request_exception=False)
        if session is not None:
            client.force_login(session)
        data = {} if body is None else {"data": body, "content_type": kind}
        answer: Any = getattr(client, method.lower())(where, **data, headers=told)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.told = content.decode(errors="replace")
        return answer

    return sent
