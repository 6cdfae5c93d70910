"""64 clients while everything around an endpoint changes: traffic, keys, deployments, replicas, the control plane.

`python -m tests.server.chaos --seconds 60` is the long form; tests/server/test_chaos.py runs a short one."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httptools
import httpx

from tests.server.conftest import ROOT, Up, until

SCORE = """
import json, os

def init():
    pass

def run(data):
    return {"sum": sum(json.loads(data)["data"]), "tag": os.environ.get("TAG", "")}
"""
DEPLOYMENT = """
name: {name}
endpoint_name: chaos
model: azureml:adder@latest
code_configuration: {{code: src, scoring_script: score.py}}
environment_variables: {{TAG: "{tag}"}}
instance_count: 2
"""
BODY = b'{"data": [1, 2, 3]}'


class Client(asyncio.Protocol):
    """One caller: asks, thinks for a moment, asks again. Connects anew only when it was told to close."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._parser = httptools.HttpResponseParser(self)
        self._body = b""
        self._asked = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self._asked = False
        self._load.answered(self._parser.get_status_code(), self._body)
        self._parser, self._body = httptools.HttpResponseParser(self), b""
        asyncio.get_running_loop().call_later(self._load.think_seconds * random.uniform(0.5, 1.5), self._ask)

    def connection_lost(self, error: Exception | None) -> None:
        if self._asked:
            self._load.answered(0, b"the connection ended")

    def _ask(self) -> None:
        if self._load.is_ended:
            self._transport.close()
            return
        self._asked = True
        self._transport.write(
            b"POST %b HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %b\r\ncontent-length: %d\r\n\r\n%b"
            % (self._load.path, self._load.key, len(BODY), BODY)
        )


class Load(threading.Thread):
    """`statuses` counts answers; `failures` are the first of those that are not 200, with their second."""

    def __init__(self, uri: str, *, key: str, clients: int, think_seconds: float) -> None:
        super().__init__(daemon=True)
        self._url = httpx.URL(uri)
        self._clients = clients
        self.path = self._url.raw_path
        self.key = key.encode()
        self.think_seconds = think_seconds
        self.is_ended = False
        self.statuses: Counter[int] = Counter()
        self.tags: Counter[str] = Counter()
        self.failures: list[str] = []
        self._began = time.monotonic()

    def run(self) -> None:
        asyncio.run(self._run())

    def answered(self, status: int, body: bytes) -> None:
        self.statuses[status] += 1
        if status == 200:
            self.tags[json.loads(body)["tag"]] += 1
        elif len(self.failures) < 20:
            self.failures.append(f"{time.monotonic() - self._began:.2f} s: {status} {body[:300]!r}")

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(self._clients):
            await loop.create_connection(lambda: Client(self), self._url.host, self._url.port)
        while not self.is_ended:
            await asyncio.sleep(0.1)
        await asyncio.sleep(2 * self.think_seconds + 0.5)


class Stage:
    """An endpoint of a running `mlops up`, driven by the command line as a user would."""

    def __init__(self, up: Up, folder: Path) -> None:
        self.up = up
        self._folder = folder
        (folder / "src").mkdir()
        (folder / "src" / "score.py").write_text(SCORE)
        (folder / "weights.json").write_text("{}")
        (folder / "model.yml").write_text("name: adder\ntype: custom_model\npath: weights.json\n")
        self.say("model", "create", "-f", "model.yml")
        self.say("online-endpoint", "create", "-n", "chaos")
        self.deploy("blue", tag="blue-1")
        self.uri = self.show("online-endpoint", "show", "-n", "chaos")["scoring_uri"]

    def say(self, *words: str) -> str:
        environment = {**os.environ, "MLOPS_DATA_DIR": str(self.up.folder)}
        command = [sys.executable, "-m", "mlops.client.main", *words]
        environment["PYTHONPATH"] = str(ROOT)
        done = subprocess.run(command, cwd=self._folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def show(self, *words: str) -> Any:
        return json.loads(self.say(*words, "-o", "json"))

    def deploy(self, name: str, *, tag: str, verb: str = "create") -> None:
        (self._folder / f"{name}.yml").write_text(DEPLOYMENT.format(name=name, tag=tag))
        self.say("online-deployment", verb, "-f", f"{name}.yml")

    def traffic(self, **shares: int) -> None:
        told = " ".join(f"{name}={share}" for name, share in shares.items())
        self.say("online-endpoint", "update", "-n", "chaos", "--traffic", told)

    def keys(self) -> dict[str, str]:
        return dict(self.show("online-endpoint", "get-credentials", "-n", "chaos"))

    def kill_a_replica(self, deployment: str) -> None:
        """By SIGKILL, one of the deployment's two servers."""
        told = self.show("online-deployment", "show", "-e", "chaos", "-n", deployment)

        def ready() -> list[int]:
            state = json.loads((self.up.folder / "serving-state.json").read_bytes())
            return [one["pid"] for one in state["servers"] if told["id"] in one["id"] and one["state"] == "ready"]

        assert until(lambda: len(ready()) == 2), "those that were replaced are still there"
        os.kill(ready()[0], signal.SIGKILL)

    def stop_control_plane(self, seconds: float) -> None:
        """Web and worker stand still, as they would on a machine that hangs."""
        halted = [self.up.child(module) for module in ("mlops.server.web", "mlops.server.worker")]
        processes = [one for each in halted if each is not None for one in (each, *each.children(recursive=True))]
        assert processes
        for one in processes:
            one.suspend()
        try:
            time.sleep(seconds)
        finally:
            for one in processes:
                one.resume()


def run(up: Up, folder: Path, *, clients: int, seconds: float, think_seconds: float) -> Load:
    """Returns the load when it is over: at least `seconds`, longer where the acts take longer."""
    try:
        return _run(up, folder, clients=clients, seconds=seconds, think_seconds=think_seconds)
    except BaseException as error:
        error.add_note(up.account())
        raise


def _run(up: Up, folder: Path, *, clients: int, seconds: float, think_seconds: float) -> Load:
    stage = Stage(up, folder)
    keys = stage.keys()
    load = Load(stage.uri, key=keys["primaryKey"], clients=clients, think_seconds=think_seconds)
    load.start()
    began = time.monotonic()
    stage.deploy("green", tag="green-1")
    stage.traffic(blue=90, green=10)
    stage.traffic(blue=50, green=50)
    stage.traffic(blue=0, green=100)
    load.key = keys["secondaryKey"].encode()
    time.sleep(1)
    stage.say("online-endpoint", "regenerate-keys", "-n", "chaos", "--key-type", "primary")
    load.key = stage.keys()["primaryKey"].encode()
    stage.deploy("green", tag="green-2", verb="update")
    assert until(lambda: load.tags["green-2"] > 0)
    stage.kill_a_replica("green")
    time.sleep(2)
    stage.stop_control_plane(3)
    time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    load.is_ended = True
    load.join(30)
    return load


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", default=60.0, type=float)
    parser.add_argument("--clients", default=64, type=int)
    parser.add_argument("--think", default=0.02, type=float, help="seconds between an answer and the next request")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlops-chaos-") as name:
        up = Up(Path(name) / "data")
        up.wait_until_ready()
        try:
            (Path(name) / "stage").mkdir()
            load = run(
                up,
                Path(name) / "stage",
                clients=arguments.clients,
                seconds=arguments.seconds,
                think_seconds=arguments.think,
            )
            account = up.account()
        finally:
            up.stop()
    print(f"answers: {dict(load.statuses)}; by deployment: {dict(load.tags)}")
    print("\n".join(load.failures))
    if load.failures:
        print(account)
    return int(set(load.statuses) != {200})


if __name__ == "__main__":
    sys.exit(main())
