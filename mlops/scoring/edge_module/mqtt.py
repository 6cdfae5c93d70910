"""As much of MQTT 3.1.1 as a module needs: connect, subscribe, take and give messages that are acknowledged (QoS 1).

Source: the OASIS standard "MQTT Version 3.1.1", chapters 2 and 3."""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import Awaitable, Callable

Take = Callable[[str, bytes], Awaitable[None]]
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 14
MOST_BYTES = 256 * 1024 + 4096
"""A message of IoT Edge has at most 256 KB."""
KEEP_ALIVE_SECONDS = 60
ANSWER_SECONDS = 20.0
REFUSED = {
    1: "the protocol's version",
    2: "the client id",
    3: "it is not available",
    4: "the credentials",
    5: "the rights",
}


class Broken(Exception):
    """The connection ended or was refused."""


class Connection:
    """One connection; `run` takes messages until it breaks. A message is acknowledged after `take` has returned, so
    that one whose answer was not handed over comes again."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._number = 0
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._takers: set[asyncio.Task[None]] = set()

    async def subscribe(self, topics: str) -> None:
        number, answer = self._expect()
        self._send(SUBSCRIBE, 0b0010, struct.pack("!H", number) + _text(topics) + b"\x01")
        granted = await asyncio.wait_for(answer, ANSWER_SECONDS)
        if granted[:1] == b"\x80":
            raise Broken(f"the hub does not hand out {topics}")

    async def publish(self, topic: str, content: bytes) -> None:
        """Returns when the hub has it."""
        number, answer = self._expect()
        self._send(PUBLISH, 0b0010, _text(topic) + struct.pack("!H", number) + content)
        await asyncio.wait_for(answer, ANSWER_SECONDS)

    async def run(self, take: Take) -> None:
        """Raises Broken."""
        beat = asyncio.create_task(self._beat())
        try:
            while True:
                kind, flags, body = await _read(self._reader)
                if kind == PUBLISH:
                    task = asyncio.create_task(self._take(take, flags, body))
                    self._takers.add(task)
                    task.add_done_callback(self._takers.discard)
                elif kind in (PUBACK, SUBACK):
                    answer = self._waiting.pop(struct.unpack("!H", body[:2])[0], None)
                    if answer is not None and not answer.done():
                        answer.set_result(body[2:])
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Broken(str(error) or "the hub closed the connection") from error
        finally:
            beat.cancel()
            for task in self._takers:
                task.cancel()
            self._writer.close()

    def close(self) -> None:
        self._send(DISCONNECT, 0, b"")
        self._writer.close()

    async def _take(self, take: Take, flags: int, body: bytes) -> None:
        length = struct.unpack("!H", body[:2])[0]
        topic, rest = body[2 : 2 + length].decode(), body[2 + length :]
        is_acknowledged = bool(flags & 0b0110)
        try:
            await take(topic, rest[2:] if is_acknowledged else rest)
        except (OSError, TimeoutError):
            self._writer.close()  # it comes again on the next connection
            return
        if is_acknowledged:
            self._send(PUBACK, 0, rest[:2])

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE_SECONDS / 2)
            self._send(PINGREQ, 0, b"")

    def _expect(self) -> tuple[int, asyncio.Future[bytes]]:
        self._number = self._number % 65_535 + 1
        answer = self._waiting[self._number] = asyncio.get_running_loop().create_future()
        return self._number, answer

    def _send(self, kind: int, flags: int, body: bytes) -> None:
        self._writer.write(_packet(kind, flags, body))


async def connect(
    host: str, port: int, *, client_id: str, user: str, password: str, tls: ssl.SSLContext | None
) -> Connection:
    """Raises Broken."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(host, port, ssl=tls, server_hostname=host if tls else None)
            flags = 0b1100_0000  # user and password; the session is kept: what came meanwhile is handed over
            head = _text("MQTT") + bytes([4, flags]) + struct.pack("!H", KEEP_ALIVE_SECONDS)
            writer.write(_packet(CONNECT, 0, head + _text(client_id) + _text(user) + _text(password)))
            kind, _flags, body = await _read(reader)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise Broken(f"{host}:{port}: {error or 'no answer'}") from error
    if kind != CONNACK or body[1:2] != b"\x00":
        writer.close()
        raise Broken(f"the hub refused {REFUSED.get(body[1] if len(body) > 1 else 0, 'the connection')}")
    return Connection(reader, writer)


async def _read(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    first = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        digit = (await reader.readexactly(1))[0]
        length |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            break
        if shift > 21:
            raise Broken("a packet's length cannot be read")
    if length > MOST_BYTES:
        raise Broken(f"a packet has {length} bytes")
    return first >> 4, first & 0x0F, await reader.readexactly(length)


def _packet(kind: int, flags: int, body: bytes) -> bytes:
    length, digits = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (0x80 if length else 0))
        if not length:
            return bytes([kind << 4 | flags]) + bytes(digits) + body


def _text(text: str) -> bytes:
    content = text.encode()
    return struct.pack("!H", len(content)) + content
