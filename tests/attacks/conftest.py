"""A world to attack: one of everything in a project, people around it, and a way to send what no client would send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.access.conftest import people, quick_passwords, world

__all__ = ["people", "quick_passwords", "world"]


@pytest.fixture
def token_of() -> Callable[[Any], str]:
    from mlops.accounts.actions import create_token

    return lambda person: create_token(person, name="attack")


@pytest.fixture
def send(contributor, token_of) -> Callable[..., Any]:
    """`send("POST", "runs/create", {…})` by a token of the contributor; a path that begins with `/` is taken as it is,
    bytes go out as they are. The answer has its whole body under `.told`."""
    mine = token_of(contributor)

    def sent(method: str, path: str, body: Any = None, *, by: str = mine, **headers: str) -> Any:
        where = path if path.startswith("/") else f"/api/2.0/mlflow/{path}"
        told = {"Authorization": f"Bearer {by}"} if by else {}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        kind = told.pop("Content-Type", "application/json")
        client = Client(raise_request_exception=False)
        data = {} if body is None else {"data": body, "content_type": kind}
        answer: Any = getattr(client, method.lower())(where, **data, headers=told)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.told = content.decode(errors="replace")
        return answer

    return sent
