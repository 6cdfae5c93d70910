"""Every socket route, tried by everybody: a new one without an expectation fails here."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from mlops.accounts.membership import create_project
from mlops.accounts.service_accounts import create_service_account
from mlops.accounts.service_accounts import create_token as token_of_program
from mlops.accounts.tokens import create_token
from mlops.asgi import sockets
from mlops.events.chain import notify
from tests.web.test_live import Socket

pytestmark = pytest.mark.django_db(transaction=True)

NEEDS = {"ws/notices/": "read"}
"""By route; what is routed nowhere is closed at once."""


def test_every_socket_route_says_who_may_listen():
    routed = {str(one.pattern) for one in sockets.routes}
    assert routed - {"", "^"} == set(NEEDS), "Say in NEEDS who may listen, and try it below."


def _socket(person: Any = None, secret: str = "") -> Socket:
    headers = [(b"host", b"testserver")]
    if person is not None:
        browser = Client()
        browser.force_login(person)
        headers.append((b"cookie", f"sessionid={browser.cookies['sessionid'].value}".encode()))
    if secret:
        headers.append((b"authorization", f"Bearer {secret}".encode()))
    return Socket("/ws/notices/", "project=churn", headers)


def _hears(socket: Socket) -> bool:
    """Whether the socket stays open; it is closed at once for people who may not listen."""

    async def listen() -> bool:
        if not await socket.connect():
            return False
        is_open = await socket.receive_nothing(timeout=0.3)
        await socket.disconnect()
        return is_open

    return async_to_sync(listen)()


def test_people_with_any_role_listen_and_nobody_else(project, owner, contributor, operator, reader, stranger):
    heard = [one.username for one in (owner, contributor, operator, reader, stranger) if _hears(_socket(one))]
    assert heard == ["olga", "carl", "otto", "rita"]
    assert not _hears(_socket())


def test_tokens_listen_as_far_as_they_reach(project, owner, stranger):
    other = create_project(owner, name="Other")
    account = create_service_account(owner, project, name="ci", role="reader")
    assert _hears(_socket(secret=create_token(owner, name="one", scopes="models.deploy")))
    assert _hears(_socket(secret=token_of_program(owner, account, name="x")))
    assert not _hears(_socket(secret=create_token(owner, name="elsewhere", project=other)))
    assert not _hears(_socket(secret="mls_wrong"))


def test_a_notice_of_another_project_is_not_heard(project, owner, reader):
    other = create_project(owner, name="Other")
    socket = _socket(reader)

    async def listen() -> bool:
        from asgiref.sync import sync_to_async

        await socket.connect()
        await sync_to_async(notify)("run", "runs/zebra", project=other)
        is_silent = await socket.receive_nothing(timeout=0.6)
        await socket.disconnect()
        return is_silent

    assert async_to_sync(listen)()
