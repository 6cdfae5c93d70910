"""The scoring server as a module of IoT Edge: a workload API and a hub of the tests, a real scoring server."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import socketserver
import struct
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import unquote

import pytest

from mlops.formats.refusal import Refusal
from mlops.scoring.edge_module.bridge import Bridge
from mlops.scoring.edge_module.identity import Identity, identity_of
from mlops.scoring.edge_module.mqtt import Broken, connect
from tests.scoring.folders import ROW, price_folder
from tests.scoring.running import scoring

KEY = b"the module's key"


class _Workload(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        digest = hmac.new(KEY, base64.b64decode(body["data"]), hashlib.sha256).digest()
        content = json.dumps({"digest": base64.b64encode(digest).decode()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def identity(tmp_path: Path):
    path = str(tmp_path / "workload.sock")
    server = socketserver.ThreadingUnixStreamServer(path, _Workload)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Identity(
        workload=f"unix://{path}", hub="h.azure-devices.net", gateway="127.0.0.1", device="d1", module="prices",
        generation="g", api_version="2019-11-05",
    )  # fmt: skip
    server.shutdown()
    thread.join()
    server.server_close()


class Hub:
    """Takes one module, checks its token, hands it messages and keeps what it answers."""

    def __init__(self) -> None:
        self.answers: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self.acknowledged: asyncio.Queue[int] = asyncio.Queue()
        self.subscribed = asyncio.Event()
        self.password = self.user = ""
        self.writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                first = (await reader.readexactly(1))[0]
                length, shift = 0, 0
                while (digit := (await reader.readexactly(1))[0]) & 0x80:
                    length, shift = length | (digit & 0x7F) << shift, shift + 7
                self.packet(first, await reader.readexactly(length | digit << shift))

    def packet(self, first: int, body: bytes) -> None:
        assert self.writer is not None
        kind = first >> 4
        if kind == 1:
            texts, rest = [], body[10:]
            while rest:
                size = struct.unpack("!H", rest[:2])[0]
                texts.append(rest[2 : 2 + size].decode())
                rest = rest[2 + size :]
            _id, self.user, self.password = texts
            self.writer.write(b"\x20\x02\x00\x00")
        elif kind == 8:
            self.writer.write(b"\x90\x03" + body[:2] + b"\x01")
            self.subscribed.set()
        elif kind == 3:
            size = struct.unpack("!H", body[:2])[0]
            self.answers.put_nowait((body[2 : 2 + size].decode(), body[4 + size :]))
            self.writer.write(b"\x40\x02" + body[2 + size : 4 + size])
        elif kind == 4:
            self.acknowledged.put_nowait(struct.unpack("!H", body)[0])

    def hand(self, topic: str, content: bytes, *, number: int) -> None:
        assert self.writer is not None
        body = struct.pack("!H", len(topic)) + topic.encode() + struct.pack("!H", number) + content
        digits, size = bytearray(), len(body)
        while True:
            size, digit = divmod(size, 128)
            digits.append(digit | (0x80 if size else 0))
            if not size:
                break
        self.writer.write(b"\x32" + bytes(digits) + body)


@contextlib.asynccontextmanager
async def bridged(identity: Identity, scoring_port: int):
    hub = Hub()
    server = await asyncio.start_server(hub.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    bridge = Bridge(identity, scoring_port=scoring_port, hub_port=port, is_secure=False, say=lambda _text: None)
    task = asyncio.create_task(bridge.run())
    try:
        await asyncio.wait_for(hub.subscribed.wait(), 20)
        yield hub
    finally:
        task.cancel()
        server.close()


def test_rows_of_the_input_come_out_scored(tmp_path, identity):
    async def play(port: int) -> None:
        async with bridged(identity, port) as hub:
            hub.hand("devices/d1/modules/prices/inputs/amlInput/", json.dumps({"data": [ROW]}).encode(), number=7)
            topic, answer = await asyncio.wait_for(hub.answers.get(), 20)
            assert json.loads(answer)["predictions"] == [{"Scored Labels": 14000.0}]
            assert unquote(topic).startswith("devices/d1/modules/prices/messages/events/$.on=amlOutput")
            assert "AzureMLResponse=OK" in topic
            assert await asyncio.wait_for(hub.acknowledged.get(), 20) == 7
            hub.hand("devices/d1/modules/prices/inputs/amlInput/", b'{"data": [{}]}', number=8)
            topic, answer = await asyncio.wait_for(hub.answers.get(), 20)
            assert ("AzureMLResponse" in topic, "detail" in json.loads(answer)) == (False, True)

    with scoring(price_folder(tmp_path / "serving")) as client:
        assert client.base_url.port is not None
        asyncio.run(play(client.base_url.port))


def test_the_token_is_signed_by_the_runtime(identity):
    async def play() -> None:
        async with bridged(identity, 9) as hub:
            assert hub.user == "h.azure-devices.net/d1/prices/?api-version=2018-06-30"
            parts = dict(part.split("=", 1) for part in hub.password.removeprefix("SharedAccessSignature ").split("&"))
            signed = hmac.new(KEY, f"{parts['sr']}\n{parts['se']}".encode(), hashlib.sha256).digest()
            assert base64.b64decode(unquote(parts["sig"])) == signed

    asyncio.run(play())


def test_when_the_connection_breaks_it_connects_again(identity):
    async def play() -> None:
        async with bridged(identity, 9) as hub:
            hub.subscribed.clear()
            assert hub.writer is not None
            hub.writer.close()
            await asyncio.wait_for(hub.subscribed.wait(), 20)

    asyncio.run(play())


def test_a_hub_that_refuses_is_told():
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"\x20\x02\x00\x05")

    async def play() -> None:
        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Broken, match="the rights"):
            await connect("127.0.0.1", port, client_id="a", user="b", password="c", tls=None)
        server.close()

    asyncio.run(play())


def test_outside_of_the_runtime_it_says_what_is_missing():
    with pytest.raises(Refusal, match="IOTEDGE_WORKLOADURI"):
        identity_of({})
