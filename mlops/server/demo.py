"""`mlops demo`: the main job without a browser, from a sample dataset to a prediction, each stage with its time.

It uses the server that holds the data directory, or starts one for as long as it takes."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from mlops.client.commands.data import wait_until_ready
from mlops.client.commands.job_stream import follow
from mlops.client.commands.model import model_output
from mlops.client.commands.online_deployment import wait_until_healthy
from mlops.client.commands.online_endpoint import PATH as ENDPOINTS
from mlops.client.commands.online_endpoint import score
from mlops.client.connection import Connection
from mlops.client.errors import RequestFailed, report
from mlops.client.names import find
from mlops.client.waiting import until
from mlops.formats.refusal import Refusal
from mlops.server.borrowed import Borrowed, borrow
from mlops.server.loop import story

PROJECT = "getting-started"
DATASET = "Automobile price data"
SAMPLE, DRAFT = "automobile-basic", "Regression: Automobile Price (Basic)"
EXPERIMENT = "demo"
MODEL = ENDPOINT = "automobile-price"
SAMPLES_SECONDS = 120.0


class Stage(NamedTuple):
    name: str
    seconds: float
    result: str
    link: str


class Stages:
    """Runs one stage after the other and remembers how long each took."""

    def __init__(self, *, base: str = "") -> None:
        self.base = base
        self.done: list[Stage] = []
        self.current = ""

    def run(self, name: str, act: Callable[[], tuple[Any, str, str]]) -> Any:
        """`act` gives its value, what to say about it, and the path of the page to look at."""
        self.current = name
        print(f"• {name} …", flush=True)
        started = time.monotonic()
        value, result, path = act()
        stage = Stage(name, time.monotonic() - started, result, f"{self.base}{path}" if path else "")
        self.done.append(stage)
        print(f"  {stage.seconds:5.1f} s  {result}{f'  {stage.link}' if stage.link else ''}", flush=True)
        return value


def define(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", metavar="DIR", default="", help="of the server (default: a temporary one)")
    parser.add_argument("--keep", action="store_true", help="leave the server running")
    parser.add_argument(
        "--loop", action="store_true", help="the closed loop: traffic that drifts, an alert, a retraining, a rollout"
    )
    parser.set_defaults(act=demo)


def demo(arguments: argparse.Namespace) -> int:
    """Exit status 1 with the reason when a stage fails."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stages, started = Stages(), time.monotonic()
    server: Borrowed | None = None
    try:
        server = stages.run("start the server", lambda: _start(stages, arguments))
        walk = story.walk if arguments.loop else _walk
        result = walk(stages, Connection(server.credentials))
    except Refusal as error:
        print(f"failed at: {stages.current}", file=sys.stderr)
        report(error, as_json=False)
        return 1
    finally:
        if server is not None and not arguments.keep:
            server.give_back()
    print(f"\n{_summary(stages.done, time.monotonic() - started)}\n")
    print(f"{'loop' if arguments.loop else 'prediction'}: {result}", flush=True)
    _say_goodbye(server, keep=arguments.keep)
    return 0


def _start(stages: Stages, arguments: argparse.Namespace) -> tuple[Borrowed, str, str]:
    folder = Path(arguments.data_dir).expanduser().absolute() if arguments.data_dir else None
    variables = story.VARIABLES if arguments.loop else {}
    server = borrow(folder, outlives_us=arguments.keep, variables=variables)
    stages.base = server.credentials.url
    words = "started" if server.is_ours else "found running"
    return server, f"{words} on {server.folder}", "/"


def _walk(stages: Stages, connection: Connection) -> str:
    """The prediction as text."""
    stages.run("sample dataset", lambda: _dataset(connection))
    run = stages.run("run the pipeline", lambda: _run(connection))
    version = stages.run("register the model", lambda: _register(connection, run))
    stages.run("convert to ONNX", lambda: _convert(connection, version))
    endpoint = stages.run("deploy", lambda: _deploy(connection, version))
    prediction: str = stages.run("score a row", lambda: _score(connection, endpoint, version))
    return prediction


def _dataset(connection: Connection) -> tuple[Any, str, str]:
    row = _when_there(connection, "dataset", DATASET, path="datasets/")
    ready = wait_until_ready(connection, row, seconds=SAMPLES_SECONDS)
    return ready, f"{DATASET}: {ready.get('row_count')} rows", f"/datasets/{row['id']}/"


def _run(connection: Connection) -> tuple[Any, str, str]:
    known = (row for row in connection.all("drafts/", project=PROJECT, q=DRAFT) if row["name"] == DRAFT)
    draft = next(known, None) or connection.post("samples/", {"project": PROJECT, "key": SAMPLE})
    submitted = connection.post(
        f"drafts/{draft['id']}/submit/", {"experiment": EXPERIMENT, "description": "mlops demo"}
    )
    run = follow(connection, submitted["id"], tell=lambda text: print(f"    {text}", flush=True), seconds=600)
    if run["state"] != "completed":
        raise RequestFailed("run_failed", f"Run {run['number']} is {run['state']}. {run.get('reason') or ''}")
    return run, f"run {run['number']} completed: {_metrics(run['metrics'])}", f"/runs/{run['id']}/"


def _register(connection: Connection, run: dict[str, Any]) -> tuple[Any, str, str]:
    node, port = model_output(run)
    body = {"project": PROJECT, "name": MODEL, "run": run["id"], "node": node, "port": port, "tags": {"Area": "Demo"}}
    made = connection.post("models/", body)
    row = find(connection, "model", MODEL, path="models/", project=PROJECT)
    version = connection.get(f"models/{row['id']}/versions/{made['number']}/") | {"model_id": row["id"]}
    return (
        version,
        f"{MODEL}:{version['number']}, {version.get('algorithm', '')}",
        f"/models/{row['id']}/{version['number']}/",
    )


def _convert(connection: Connection, version: dict[str, Any]) -> tuple[Any, str, str]:
    path = f"models/{version['model_id']}/versions/{version['number']}/conversions/"
    made = connection.post(path, {})

    def look() -> dict[str, Any]:
        return next((row for row in connection.all(path) if row["id"] == made["id"]), made)

    done = until(look, what="conversion to ONNX", good=("accepted",), bad=("refused", "failed"), seconds=300)
    proof = done["certificate"]
    said = (
        f"accepted: scores differ by at most {proof['max_difference']:.2g} (tolerance {proof['tolerance']:.0g}) on "
        f"{proof['rows']} rows; one row {proof['speed_up_single']:.0f}x faster, many {proof['speed_up_batch']:.1f}x"
    )
    return done, said, f"/models/{version['model_id']}/{version['number']}/"


def _deploy(connection: Connection, version: dict[str, Any]) -> tuple[Any, str, str]:
    known = {row["name"]: row for row in connection.all(ENDPOINTS, project=PROJECT)}
    endpoint = known.get(ENDPOINT) or connection.post(ENDPOINTS, {"project": PROJECT, "name": ENDPOINT})
    name = f"v{version['number']}"
    body = {"name": name, "model": MODEL, "version": version["number"], "entry": "onnx"}
    connection.post(f"{ENDPOINTS}{endpoint['id']}/deployments/", body)
    wait_until_healthy(connection, endpoint, name, seconds=180)
    if known:
        connection.post(f"{ENDPOINTS}{endpoint['id']}/traffic/", {"traffic": {name: 100}})
    endpoint = connection.get(f"{ENDPOINTS}{endpoint['id']}/") | {"deployment": name}
    return endpoint, f"{ENDPOINT}/{name} is healthy at {endpoint['scoring_uri']}", f"/endpoints/{endpoint['id']}/"


def _score(connection: Connection, endpoint: dict[str, Any], version: dict[str, Any]) -> tuple[str, str, str]:
    row = {field["name"]: field.get("example") for field in version["signature"]["inputs"]}
    answer = score(connection, endpoint, json.dumps({"data": [row]}).encode(), deployment=endpoint["deployment"])
    scored = answer["predictions"][0]
    text = ", ".join(f"{name} {_number(value)}" for name, value in scored.items())
    asked = ", ".join(f"{name}={_number(value)}" for name, value in list(row.items())[:6])
    prediction = _number(next(iter(scored.values()))) if len(scored) == 1 else text
    return prediction, f"{text}, for {asked}, …", f"/endpoints/{endpoint['id']}/"


def _when_there(connection: Connection, noun: str, name: str, *, path: str) -> dict[str, Any]:
    """Samples are loaded just after the start: the row, once it is there."""
    deadline = time.monotonic() + SAMPLES_SECONDS
    while True:
        try:
            return find(connection, noun, name, path=path, project=PROJECT)
        except Refusal as refusal:
            if not refusal.code.endswith("_unknown") or time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def _metrics(metrics: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['key']} {_number(one['value'])}" for one in metrics[:6]) or "no metrics"


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _summary(stages: list[Stage], seconds: float) -> str:
    rows = [(stage.name, f"{stage.seconds:.1f} s", stage.link) for stage in stages]
    rows = [("stage", "time", "look at"), *rows, ("all together", f"{seconds:.1f} s", "")]
    width = max(len(name) for name, _, _ in rows)
    return "\n".join(f"{name.ljust(width)}  {took.rjust(7)}  {link}".rstrip() for name, took, link in rows)


def _say_goodbye(server: Borrowed, *, keep: bool) -> None:
    if not server.is_ours:
        return
    if keep:
        print(f"ready: {server.ready}")
        print(f"Commands find it by `export MLOPS_DATA_DIR={server.folder}`. Stop it with `kill {server.pid}`.")
    else:
        print("The server is stopped again; `mlops demo --keep` leaves it running, so that the links open.")
