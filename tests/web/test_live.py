"""The notices socket: who may listen, what arrives, and what does not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from mlops.access.holders import people_who_see
from mlops.accounts.membership import create_project, remove_person
from mlops.asgi import application
from mlops.events.chain import notify
from mlops.web import live

pytestmark = pytest.mark.django_db(transaction=True)


class Socket(ApplicationCommunicator):
    """A browser's side of one socket."""

    def __init__(self, path: str, query: str, headers: list[tuple[bytes, bytes]]) -> None:
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": query.encode(),
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self) -> bool:
        await self.send_input({"type": "websocket.connect"})
        return (await self.receive_output(timeout=3))["type"] == "websocket.accept"

    async def notice(self) -> dict[str, Any]:
        return msgspec.json.decode((await self.receive_output(timeout=3))["text"])

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait()


def socket_of(person: Any, *, project: str = "churn", origin: bytes | None = b"http://testserver") -> Socket:
    headers = [(b"host", b"testserver")]
    if origin is not None:
        headers.append((b"origin", origin))
    if person is not None:
        browser = Client()
        browser.force_login(person)
        headers.append((b"cookie", f"sessionid={browser.cookies['sessionid'].value}".encode()))
    return Socket("/ws/notices/", f"project={project}", headers)


def test_a_reader_is_told_what_to_look_at(project, reader):
    socket = socket_of(reader)

    async def listen() -> dict[str, Any]:
        assert await socket.connect()
        await sync_to_async(notify)("run", "run-1/train", project=project)
        notice = await socket.notice()
        await socket.disconnect()
        return notice

    notice = async_to_sync(listen)()
    assert (notice["kind"], notice["ref"]) == ("run", "run-1/train")
    assert isinstance(notice["seq"], int)


def test_notices_of_other_projects_do_not_arrive(project, reader, owner):
    other = create_project(owner, name="Other", slug="other")
    socket = socket_of(reader)

    async def listen() -> bool:
        assert await socket.connect()
        await sync_to_async(notify)("run", "secret", project=other)
        silent = await socket.receive_nothing(timeout=0.8)
        await socket.disconnect()
        return silent

    assert async_to_sync(listen)()


@pytest.mark.parametrize(("who", "code"), [("nobody", live.SIGN_IN_FIRST), ("stranger", live.NOT_ALLOWED)])
def test_visitors_and_strangers_are_sent_away(project, stranger, who, code):
    socket = socket_of(stranger if who == "stranger" else None)

    async def listen() -> dict[str, Any]:
        await socket.connect()
        answer = await socket.receive_output(timeout=2)
        await socket.disconnect()
        return answer

    assert async_to_sync(listen)()["code"] == code


def test_a_page_of_another_site_cannot_listen_with_the_persons_cookie(project, reader):
    socket = socket_of(reader, origin=b"https://elsewhere.example")
    assert async_to_sync(socket.connect)() is False


def test_who_loses_the_role_is_sent_away(project, owner, reader, monkeypatch):
    monkeypatch.setattr(live, "RECHECK_SECONDS", 0.1)
    socket = socket_of(reader)

    async def listen() -> dict[str, Any]:
        assert await socket.connect()
        await sync_to_async(remove_person)(owner, project, user=reader)
        answer = await socket.receive_output(timeout=3)
        await socket.disconnect()
        return answer

    assert async_to_sync(listen)()["code"] == live.NOT_ALLOWED


def test_many_who_listen_are_asked_for_at_once(
    project, owner, contributor, reader, stranger, django_assert_num_queries
):
    present = {one.pk for one in (owner, contributor, reader, stranger)}
    people_who_see(project, among=present)  # what is known of kinds of things is kept
    with django_assert_num_queries(1):
        assert people_who_see(project, among=present) == present - {stranger.pk}


def test_nothing_is_read_while_nobody_listens(project, reader):
    socket = socket_of(reader)

    async def come_and_go() -> bool:
        await socket.connect()
        await socket.disconnect()
        import asyncio

        await asyncio.sleep(2 * live.POLL_SECONDS)
        return live.poller.task is None or live.poller.task.done()

    assert async_to_sync(come_and_go)()
