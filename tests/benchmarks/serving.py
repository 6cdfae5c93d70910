"""`python -m tests.benchmarks.serving [--peers all]`: scoring and routing against other servers, in the same run.

Every target serves the same boosted trees as ONNX in one worker process. Targets take turns in short rounds, and a
ratio is the median of the rounds' ratios, so that a load that changes meets all alike. Needs wrk; peers are installed
by `python -m tests.benchmarks.peers`. Loopback only. Exit status 1 when something failed or does not hold."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mlops.formats.model import Field, Signature
from mlops.formats.serving import Backend, DeploymentRoute, EndpointRoute, RequestLimits, RoutingTable
from tests.benchmarks.peers import PEERS, VENVS, Peer
from tests.benchmarks.wrk import Measured, load, resident_bytes
from tests.scoring.folders import write_serving
from tests.scoring.running import answers, free_port, process, wait_for

FEATURES, TREES = 30, 200
CASES = ((1, 1), (1, 16), (1, 64), (100, 1), (100, 16))
"""Rows a request, connections."""
MOST_IDLE_BYTES = 100 * 1024 * 1024
MOST_START_SECONDS = 1.5
LEAST_OF_FLOOR = 0.2
MOST_ROUTER_COST = 0.25


class Target(NamedTuple):
    name: str
    url: str
    body: Any
    """Of a list of rows, what is sent."""
    pids: list[int]


def rows_of(count: int) -> list[list[float]]:
    return [[round(0.25 * n + 0.1 * row, 3) for n in range(FEATURES)] for row in range(count)]


def write_models(folder: Path) -> tuple[Path, Path]:
    """A folder of ours with one tensor for each column, and the same trees over one matrix for the peers."""
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
    matrix_file = folder / "model.onnx"
    onnx.save(trees, matrix_file)
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
    ours = folder / "trees"
    (ours / "onnx").mkdir(parents=True)
    onnx.save(whole, ours / "onnx" / "model.onnx")
    inputs = tuple(Field(name=name, type="decimal", required=True) for name in names)
    signature = Signature(inputs=inputs, outputs=(Field(name="Scored Labels", type="decimal"),))
    return write_serving(ours, entry="onnx", signature=signature, limits=RequestLimits()), matrix_file


def write_table(path: Path, port: int) -> None:
    blue = DeploymentRoute(name="blue", backends=(Backend(url=f"http://127.0.0.1:{port}"),), weight=100)
    digests = (sha256(b"key").hexdigest(),)
    endpoint = EndpointRoute(id="trees", name="trees", project="p", deployments=(blue,), key_digests=digests)
    path.write_bytes(msgspec.json.encode(RoutingTable(revision=1, endpoints=(endpoint,))))


@contextmanager
def running(peers: list[Peer]) -> Iterator[list[Target]]:
    with tempfile.TemporaryDirectory(prefix="mlops-benchmark-") as name, ExitStack() as stack:
        folder = Path(name)
        ours, matrix_file = write_models(folder)
        floor, scoring, router = free_port(), free_port(), free_port()
        write_table(folder / "routing.json", scoring)
        empty = stack.enter_context(process("tests.benchmarks.floor", str(floor)))
        began = time.monotonic()
        server = stack.enter_context(process("mlops.scoring", "--folder", ours, "--port", str(scoring)))
        wait_for(lambda: answers(f"http://127.0.0.1:{scoring}", "/readyz"))
        _tell_start(time.monotonic() - began, resident_bytes(server.pid))
        front = stack.enter_context(process("mlops.router", "--table", folder / "routing.json", "--port", str(router)))
        wait_for(lambda: answers(f"http://127.0.0.1:{router}", "/readyz"))
        told = _own_body
        targets = [
            Target("empty handler (floor)", f"http://127.0.0.1:{floor}/", told, [empty.pid]),
            Target("scoring server", f"http://127.0.0.1:{scoring}/score", told, [server.pid]),
            Target(
                "through the router, with a key",
                f"http://127.0.0.1:{router}/endpoints/p/trees/score",
                told,
                [server.pid, front.pid],
            ),
        ]
        for peer in peers:
            targets.append(stack.enter_context(_peer(peer, matrix_file)))
        yield targets


def _own_body(rows: list[list[float]]) -> Any:
    return {"data": rows}


@contextmanager
def _peer(peer: Peer, matrix_file: Path) -> Iterator[Target]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    folder = matrix_file.parent / peer.name
    folder.mkdir()
    os.link(matrix_file, folder / "model.onnx")
    environment = {**os.environ, "MODEL_FILE": str(folder / "model.onnx"), "DO_NOT_TRACK": "1"}
    environment["PATH"] = f"{VENVS / peer.name / 'bin'}:{environment['PATH']}"
    with open(folder / "log", "wb") as log:
        command = peer.command(VENVS / peer.name / "bin", folder, port)
        began = time.monotonic()
        started = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            wait_for(lambda: answers(url, peer.ready) or started.poll() is not None, seconds=120)
            if started.poll() is not None:
                raise RuntimeError(f"{peer.name} ended: {(folder / 'log').read_text()[-2000:]}")
            idle = resident_bytes(started.pid) / 2**20
            print(f"{peer.name}: ready after {time.monotonic() - began:.1f} s, {idle:.0f} MiB idle", flush=True)
            yield Target(peer.name, f"{url}{peer.path}", peer.body, [started.pid])
        finally:
            os.killpg(started.pid, 15)
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, 9)
                started.wait()


def _tell_start(seconds: float, idle_bytes: int) -> None:
    holds = seconds <= MOST_START_SECONDS and idle_bytes <= MOST_IDLE_BYTES
    print(
        f"scoring server: ready after {seconds:.2f} s (at most {MOST_START_SECONDS}), {idle_bytes / 2**20:.0f} MiB idle"
        f" (at most {MOST_IDLE_BYTES // 2**20})  {'holds' if holds else 'DOES NOT HOLD'}",
        flush=True,
    )


def measure(
    targets: list[Target], *, rows: int, connections: int, rounds: int, seconds: float
) -> dict[str, list[Measured]]:
    bodies = {target.name: msgspec.json.encode(target.body(rows_of(rows))) for target in targets}
    found: dict[str, list[Measured]] = {target.name: [] for target in targets}
    for number in range(rounds):
        for target in targets if number % 2 == 0 else targets[::-1]:
            body = bodies[target.name]
            found[target.name].append(
                load(target.url, body, connections=connections, seconds=seconds, pids=target.pids)
            )
    return found


def ratio(mine: list[Measured], others: list[Measured]) -> float:
    return statistics.median(a.per_second / max(b.per_second, 1e-9) for a, b in zip(mine, others, strict=True))


def tell(found: dict[str, list[Measured]], *, case: tuple[int, int], peers: list[Peer]) -> bool:
    """Prints one case; whether all that must hold does."""
    print(f"\n{case[0]} row(s) a request, {case[1]} connection(s)")
    floor, scoring, routed = list(found)[:3]
    for name, rounds in found.items():
        middle = sorted(rounds)[len(rounds) // 2]
        print(
            f"  {name:31} {ratio(rounds, found[floor]):5.2f} of the floor {middle.per_second:8.0f}/s"
            f"  p50 {middle.p50_ms:7.2f} ms  p99 {middle.p99_ms:7.2f} ms  CPU {middle.cpu_us:6.0f} µs"
            + (f"  {sum(one.failed for one in rounds)} FAILED" if any(one.failed for one in rounds) else "")
        )
    holds = not any(one.failed for rounds in found.values() for one in rounds)
    cost = 1 - ratio(found[routed], found[scoring])
    holds &= _judged("cost of the router", cost, at_most=MOST_ROUTER_COST)
    if case == (1, 64):
        holds &= _judged("scoring server, of the floor", ratio(found[scoring], found[floor]), at_least=LEAST_OF_FLOOR)
    for peer in peers:
        for name in (scoring, routed):
            least = peer.at_least.get(case)
            if least is not None:
                holds &= _judged(f"{name} / {peer.name}", ratio(found[name], found[peer.name]), at_least=least)
    return holds


def _judged(name: str, value: float, *, at_least: float | None = None, at_most: float | None = None) -> bool:
    holds = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    bound = f"at least {at_least:g}" if at_least is not None else f"at most {at_most:g}"
    print(f"    {name:45} {value:6.2f}  ({bound})  {'holds' if holds else 'DOES NOT HOLD'}")
    return holds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", default="", help="comma-separated names, or all (those that are installed)")
    parser.add_argument("--cases", default="", help="such as 1x64,100x1; all without it")
    parser.add_argument("--rounds", default=5, type=int)
    parser.add_argument("--seconds", default=2.0, type=float, help="of one target in one round")
    arguments = parser.parse_args()
    wanted = [peer.name for peer in PEERS] if arguments.peers == "all" else arguments.peers.split(",")
    peers = [peer for peer in PEERS if peer.name in wanted and (VENVS / peer.name / "bin/python").exists()]
    cases = [tuple(map(int, text.split("x"))) for text in arguments.cases.split(",") if text] or list(CASES)
    holds = True
    with running(peers) as targets:
        for rows, connections in cases:
            found = measure(
                targets, rows=rows, connections=connections, rounds=arguments.rounds, seconds=arguments.seconds
            )
            holds &= tell(found, case=(rows, connections), peers=peers)
    return int(not holds)


if __name__ == "__main__":
    sys.exit(main())
