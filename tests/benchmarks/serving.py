"""`python -m tests.benchmarks.serving`: how fast scoring and routing are, against an empty handler in the same run.

Absolute numbers change with the machine; the ratios to the floor are what to compare. Loopback only, about 30 s."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httptools
import msgspec

from mlops.formats.model import Field, Signature
from mlops.formats.serving import Backend, DeploymentRoute, EndpointRoute, RequestLimits, RoutingTable
from tests.scoring.folders import write_serving
from tests.scoring.running import answers, free_port, process, wait_for

FEATURES, TREES, SECONDS = 30, 200, 1.5
CASES = ((1, 1), (1, 16), (1, 64), (100, 1))
"""Rows a request, connections."""


class Measured(NamedTuple):
    per_second: float
    median_ms: float
    p99_ms: float
    failed: int


class Target(NamedTuple):
    name: str
    port: int
    path: str


async def floor(scope: Any, receive: Any, send: Any) -> None:
    """The least that a uvicorn application can do with a request."""
    if scope["type"] == "lifespan":
        for _ in range(2):
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


class Caller(asyncio.Protocol):
    """One connection that asks again as soon as it was answered."""

    def __init__(self, message: bytes, *, until: float, seconds: list[float], ended: asyncio.Future[None]) -> None:
        self._message, self._until, self._seconds, self._ended = message, until, seconds, ended
        self.failed = 0
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        self._seconds.append(now - self._began)
        self.failed += self._parser.get_status_code() != 200
        self._parser = httptools.HttpResponseParser(self)
        if now < self._until:
            asyncio.get_running_loop().call_soon(self._ask)
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._ended.done():
            self._ended.set_result(None)

    def _ask(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._message)


async def load(target: Target, body: bytes, *, connections: int) -> Measured:
    message = (
        f"POST {target.path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer key\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body
    loop = asyncio.get_running_loop()
    seconds: list[float] = []
    began = time.perf_counter()
    callers, ends = [], []
    for _ in range(connections):
        ended = loop.create_future()
        caller = Caller(message, until=began + SECONDS, seconds=seconds, ended=ended)
        await loop.create_connection(lambda caller=caller: caller, "127.0.0.1", target.port)
        callers.append(caller)
        ends.append(ended)
    await asyncio.gather(*ends)
    taken = time.perf_counter() - began
    ordered = sorted(seconds)
    return Measured(
        len(seconds) / taken,
        statistics.median(ordered) * 1000,
        ordered[int(len(ordered) * 0.99)] * 1000,
        sum(caller.failed for caller in callers),
    )


def trees_folder(folder: Path) -> Path:
    """A boosted model of 200 trees over 30 columns, trained on made-up numbers, one tensor for each column."""
    import lightgbm
    import numpy as np
    import onnx
    from onnx import TensorProto, compose, helper
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    random = np.random.default_rng(1)
    cells = random.normal(size=(2000, FEATURES)).astype(np.float32)
    model = lightgbm.LGBMRegressor(n_estimators=TREES, num_leaves=31, verbose=-1, n_jobs=1)
    model.fit(cells, cells[:, 0] * 3 + cells[:, 1] ** 2)
    trees = convert_lightgbm(model, initial_types=[("matrix", FloatTensorType([None, FEATURES]))], target_opset=15)
    names = [f"x{n}" for n in range(FEATURES)]
    concat = helper.make_graph(
        [helper.make_node("Concat", names, ["joined"], axis=1)],
        "columns",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in names],
        [helper.make_tensor_value_info("joined", TensorProto.FLOAT, [None, FEATURES])],
    )
    front = helper.make_model(concat, opset_imports=trees.opset_import, ir_version=trees.ir_version)
    whole = compose.merge_models(front, trees, io_map=[("joined", "matrix")])
    output = whole.graph.output[0].name
    whole.graph.node.append(helper.make_node("Identity", [output], ["scored_labels"]))
    whole.graph.output[0].name = "scored_labels"
    (folder / "onnx").mkdir(parents=True)
    onnx.save(whole, folder / "onnx" / "model.onnx")
    inputs = tuple(Field(name=name, type="decimal", required=True) for name in names)
    signature = Signature(inputs=inputs, outputs=(Field(name="Scored Labels", type="decimal"),))
    return write_serving(folder, entry="onnx", signature=signature, limits=RequestLimits())


def write_table(path: Path, backends: dict[str, int]) -> None:
    endpoints = tuple(
        EndpointRoute(
            id=name,
            name=name,
            project="p",
            default="blue",
            auth_enabled=False,
            deployments=(DeploymentRoute(name="blue", backends=(Backend(url=f"http://127.0.0.1:{port}"),)),),
        )
        for name, port in backends.items()
    )
    path.write_bytes(msgspec.json.encode(RoutingTable(revision=1, endpoints=endpoints)))


@contextmanager
def running() -> Iterator[tuple[Target, ...]]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        empty, scoring, router = free_port(), free_port(), free_port()
        write_table(folder / "routing.json", {"empty": empty, "trees": scoring})
        uvicorn = ("tests.benchmarks.serving:floor", "--port", str(empty), "--http", "httptools", "--no-access-log")
        stack.enter_context(process("uvicorn", *uvicorn, "--log-level", "warning"))
        stack.enter_context(
            process("mlops.scoring", "--folder", trees_folder(folder / "trees"), "--port", str(scoring))
        )
        stack.enter_context(process("mlops.router", "--table", folder / "routing.json", "--port", str(router)))
        wait_for(lambda: answers(f"http://127.0.0.1:{scoring}", "/readyz"))
        wait_for(lambda: answers(f"http://127.0.0.1:{router}", "/readyz"))
        wait_for(lambda: answers(f"http://127.0.0.1:{empty}", "/"))
        yield (
            Target("empty handler (floor)", empty, "/"),
            Target("scoring server", scoring, "/score"),
            Target("empty handler through router", router, "/endpoints/p/empty/"),
            Target("scoring server through router", router, "/endpoints/p/trees/score"),
        )


def main() -> int:
    failed = 0
    with running() as targets:
        for rows, connections in CASES:
            body = msgspec.json.encode({"data": [[0.25 * n for n in range(FEATURES)]] * rows})
            print(f"\n{rows} row(s) a request, {connections} connection(s)")
            base = 0.0
            for target in targets:
                measured = asyncio.run(load(target, body, connections=connections))
                base = base or measured.per_second
                failed += measured.failed
                print(
                    f"  {target.name:31} {measured.per_second / base:5.2f} of the floor  {measured.per_second:8.0f}/s"
                    f"  median {measured.median_ms:6.2f} ms  p99 {measured.p99_ms:6.2f} ms  {measured.failed} failed"
                )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
