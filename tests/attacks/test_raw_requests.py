"""Class: requests that two servers read differently, or that never end (request smuggling, header bombs), at the HTTP
that the router and the scoring servers speak."""

from __future__ import annotations

import asyncio
import re

import pytest

from mlops.http.exchange import Answer, Request
from mlops.http.front import Front

MOST = 1_000


class Echo:
    """Answers with what it was asked, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, str, bytes]] = []

    def admit(self, request: Request) -> str:
        return "here"

    async def forward(self, request: Request, _target: str, /) -> Answer:
        self.asked.append((request.method, request.path, request.body))
        return Answer(status=200, headers=[], body=b"ok")


def told(raw: bytes) -> tuple[list[int], list[tuple[bytes, str, bytes]]]:
    """The statuses of the answers until the server closes or half a second is over, and what reached the door."""

    async def ask() -> bytes:
        connections: set[Front] = set()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Front(door, connections=connections, most_body_bytes=MOST), "127.0.0.1", 0
        )
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        found = b""
        try:
            writer.write(raw)
            await writer.drain()
            async with asyncio.timeout(0.5):
                while piece := await reader.read(65_536):
                    found += piece
        except (TimeoutError, ConnectionError):
            pass
        writer.close()
        server.close()
        for one in tuple(connections):
            one.close_when_idle()
        return found

    door = Echo()
    answers = asyncio.run(ask())
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)], door.asked


HEAD = b"POST /score HTTP/1.1\r\nHost: a\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + HIDDEN,
        HEAD + b"Content-Length: 0\r\nContent-Length: 36\r\n\r\n" + HIDDEN,
        HEAD + b"Content-Length: 0, 36\r\n\r\n" + HIDDEN,
        HEAD + b"Content-Length: +5\r\n\r\nabcde" + HIDDEN,
        HEAD + b"Content-Length: -1\r\n\r\n" + HIDDEN,
        HEAD + b"Content-Length: 0x5\r\n\r\nabcde" + HIDDEN,
        HEAD + b"Content-Length: 99999999999999999999999999\r\n\r\n" + HIDDEN,
        HEAD + b"Content-Length : 0\r\n\r\n" + HIDDEN,
        HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n" + HIDDEN,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + HIDDEN,
        HEAD + b"X: a\rContent-Length: 0\r\n\r\n" + HIDDEN,
        b"POST /score HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n0\n\n" + HIDDEN,
        HEAD + b"X\x00Y: 1\r\n\r\n" + HIDDEN,
        b"POST  /a b HTTP/1.1\r\n\r\n" + HIDDEN,
        b"\x16\x03\x01\x02\x00" + HIDDEN,
    ],
    ids=range(18),
)
def test_a_request_that_could_be_read_in_two_ways_hides_no_second_one(raw):
    statuses, asked = told(raw)
    assert "/hidden" not in [path for _method, path, _body in asked]
    assert statuses == [] or statuses[-1] in (400, 413, 431)


def test_what_is_too_large_is_turned_away_before_it_is_read():
    assert told(HEAD + b"Content-Length: 5000\r\n\r\n" + b"x" * 5_000)[0] == [413]
    chunked = b"Transfer-Encoding: chunked\r\n\r\n" + b"400\r\n" + b"x" * 0x400 + b"\r\n"
    assert told(HEAD + chunked * 1 + b"400\r\n" + b"x" * 0x400 + b"\r\n")[0] == [413]
    assert told(HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n")[0] == [431]
    assert told(HEAD + b"".join(b"X%d: a\r\n" % number for number in range(20_000)))[0] == [431]
    assert told(b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n")[0] == [431]


def test_honest_requests_one_after_the_other_are_answered_in_order():
    body = HEAD + b"Content-Length: 5\r\n\r\nabcde"
    statuses, asked = told(body + HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + HIDDEN)
    assert statuses == [200, 200, 200]
    assert [one[2] for one in asked] == [b"abcde", b"abc", b""]
