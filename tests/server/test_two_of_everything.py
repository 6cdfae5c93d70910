"""Two of everything, each with a data directory of its own. PostgreSQL, Redis, a bucket and two secrets are shared, and
nothing else."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer
from websockets.sync.client import connect

from tests import services

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 90.0
PASSWORD = "correct horse battery"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream"}


class Studio:
    """Its processes by name, such as `web-1`, and where they answer."""

    def __init__(self, folder: Path, variables: dict[str, str], stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("MLOPS_", "AWS_"))}
        self.variables = clean | variables | {"PYTHONPATH": str(ROOT)}
        self.urls: dict[str, str] = {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def say(self, name: str, *words: str) -> str:
        done = subprocess.run(self._command(*words), cwd=ROOT, env=self._of(name), capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def start(self, name: str, *words: str, **variables: str) -> subprocess.Popen[bytes]:
        log = self._stack.enter_context((self.folder / f"{name}.log").open("ab"))
        process = subprocess.Popen(
            self._command("serve", *words), cwd=ROOT, env=self._of(name) | variables, stdout=log, stderr=log
        )
        self.processes[name] = process
        return process

    def serve(self, name: str, *words: str) -> None:
        port = services.free_port()
        self.urls[name] = f"http://127.0.0.1:{port}"
        self.start(name, *words, "--port", str(port))

    def client(self, name: str) -> httpx.Client:
        return self._stack.enter_context(
            httpx.Client(base_url=self.urls[name], auth=("admin", PASSWORD), timeout=30, follow_redirects=True)
        )

    def told(self) -> str:
        return "\n".join(f"== {log.name}\n{log.read_text()[-3000:]}" for log in sorted(self.folder.glob("*.log")))

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "mlops.client.main", *words]

    def _of(self, name: str) -> dict[str, str]:
        return self.variables | {"MLOPS_DATA_DIR": str(self.folder / name)}


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with services.open_folder() as folder, ExitStack() as stack:
        database = stack.enter_context(services.postgres(folder, settings=services.QUICKLY))
        broker = stack.enter_context(services.redis(folder / "redis"))
        bucket = stack.enter_context(_bucket())
        made = Studio(folder, bucket | {
            "MLOPS_DATABASE_URL": database,
            "MLOPS_BROKER_URL": broker,
            "MLOPS_SECRET_KEY": "one key for all",
            "MLOPS_ROUTER_TOKEN": "one token for all",
            "MLOPS_ADMIN_PASSWORD": PASSWORD,
            "MLOPS_STEP_SLOTS": "1",
        }, stack)  # fmt: skip
        stack.callback(lambda: _end(made.processes.values()))
        made.say("first", "migrate", "--no-samples")
        for number in ("1", "2"):
            made.serve(f"web-{number}", "web")
            made.start(f"worker-{number}", "worker")
        feeds = [word for number in ("1", "2") for word in ("--feed", made.urls[f"web-{number}"])]
        for number in ("1", "2"):
            port = services.free_port()
            made.urls[f"router-{number}"] = url = f"http://127.0.0.1:{port}"
            made.start(f"router-{number}", "router", "--port", str(port), "--address", url, *feeds)
        try:
            until(lambda: all(_is_well(f"{url}/healthz") for url in made.urls.values()), made)
            until(lambda: all(_is_well(f"{made.urls[f'router-{n}']}/readyz") for n in "12"), made)
            yield made
        except BaseException:
            print(made.told())
            raise


@contextmanager
def _bucket() -> Iterator[dict[str, str]]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    keys = {"AWS_ACCESS_KEY_ID": "ours", "AWS_SECRET_ACCESS_KEY": "secret"}
    session = boto3.Session("ours", "secret")
    session.client("s3", endpoint_url=url, region_name="us-east-1").create_bucket(Bucket="studio")
    yield keys | {"MLOPS_STORAGE_URL": f"s3://studio/x?endpoint={url}"}
    server.stop()


def until(condition: Callable[[], Any], studio: Studio, *, seconds: float = WAIT_SECONDS) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:.0f} s\n{studio.told()}")
        time.sleep(0.1)
    return found


def _is_well(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def _end(processes: Collection[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_who_signs_in_at_one_is_signed_in_at_the_other(studio):
    with httpx.Client(follow_redirects=False, timeout=30) as browser:
        page = browser.get(f"{studio.urls['web-1']}/sign-in/").text
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        told = {"csrfmiddlewaretoken": token, "name": "admin", "password": PASSWORD}
        signed_in = browser.post(f"{studio.urls['web-1']}/sign-in/", data=told)
        assert signed_in.status_code == 302, signed_in.text
        assert browser.get(f"{studio.urls['web-2']}/system/").status_code == 200


def test_each_piece_of_an_upload_comes_to_another(studio):
    one, other = studio.client("web-1"), studio.client("web-2")
    content = os.urandom(300_000)
    words = {"filename": "a.bin", "project": "getting-started"}
    header = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in words.items())
    begun = one.post("/api/v1/sent-files/", headers=TUS | {"Upload-Length": "300000", "Upload-Metadata": header})
    address = begun.headers["location"]
    for client, start in ((one, 0), (other, 100_000), (one, 200_000)):
        sent = client.patch(
            address, content=content[start : start + 100_000], headers=PIECE | {"Upload-Offset": str(start)}
        )
        assert sent.status_code == 204, sent.text
    assert other.get(address).json()["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_job_runs_on_some_worker_and_its_notices_come_to_everybody(studio, tmp_path):
    (tmp_path / "job.yml").write_text(
        "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ncommand: echo hello from a job\n"
    )
    (project,) = studio.client("web-1").get("/api/v1/projects/").json()["results"]
    token = studio.client("web-1").post("/api/v1/tokens/", json={"name": "cli"}).json()["secret"]
    said: list[str] = []
    url = studio.urls["web-2"].replace("http", "ws") + f"/ws/notices/?project={project['slug']}"
    with connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
        listener = threading.Thread(target=lambda: said.append(str(socket.recv(timeout=60))))
        listener.start()
        studio.variables |= {"MLOPS_URL": studio.urls["web-1"], "MLOPS_TOKEN": token}
        out = studio.say("cli", "job", "create", "-f", str(tmp_path / "job.yml"), "--stream")
        listener.join(60)
    assert "hello from a job" in out
    assert said


def test_keys_and_endpoints_reach_both_routers(studio):
    one, other = studio.client("web-1"), studio.client("web-2")
    made = one.post("/api/v1/online-endpoints/", json={"project": "getting-started", "name": "prices"})
    assert made.status_code == 201, made.text
    told = made.json()
    keys = one.get(f"/api/v1/online-endpoints/{told['id']}/credentials/").json()
    key = keys["primary_key"]

    def code(name: str, key: str) -> str:
        answer = httpx.post(
            f"{studio.urls[name]}/endpoints/getting-started/prices/score", headers={"authorization": f"Bearer {key}"}
        )
        return str(answer.json().get("code"))

    until(lambda: [code(f"router-{n}", key) for n in "12"] == ["no_traffic"] * 2, studio, seconds=10)
    other.post(f"/api/v1/online-endpoints/{told['id']}/regenerate-keys/", json={"key": "primary", "grace_seconds": 0})
    until(lambda: all(code(f"router-{n}", key) != "no_traffic" for n in "12"), studio, seconds=10)
    assert other.get("/readyz").json()["parts"]["router"] == {"ok": True, "reason": ""}


def test_maintenance_is_known_to_all(studio):
    one, other = studio.client("web-1"), studio.client("web-2")
    assert one.post("/api/v1/maintenance/", json={"reason": "Disks"}).status_code < 300
    until(lambda: other.get("/api/v1/maintenance/").json().get("reason") == "Disks", studio, seconds=5)
    assert other.delete("/api/v1/maintenance/").status_code < 300
    until(lambda: one.get("/api/v1/maintenance/").json().get("reason") != "Disks", studio, seconds=5)


def test_a_process_with_another_key_does_not_start(studio):
    process = studio.start("stranger", "worker", MLOPS_SECRET_KEY="another")
    assert process.wait(60) == 4
    assert "MLOPS_SECRET_KEY" in (studio.folder / "stranger.log").read_text()


def test_a_machine_that_has_only_the_package_joins_by_a_token(studio):
    web = studio.client("web-1")
    made = web.post("/api/v1/join-tokens/", json={"note": "one more", "labels": "late=yes"}).json()
    variables = {name: value for name, value in studio.variables.items() if not name.startswith(("MLOPS_", "AWS_"))}
    words = ["worker", "join", studio.urls["web-1"], "--slots", "1", "--token", made["secret"]]
    with (studio.folder / "joined.log").open("ab") as log:
        studio.processes["joined"] = subprocess.Popen(
            studio._command(*words), cwd=ROOT, env=variables | {"MLOPS_DATA_DIR": str(studio.folder / "joined")},
            stdout=log, stderr=log,
        )  # fmt: skip
    workers = lambda: web.get("/api/v1/workers/").json()["results"]  # noqa: E731
    until(lambda: any(one["labels"] == {"late": "yes"} and one["state"] == "active" for one in workers()), studio)
    kept = studio.folder / "joined" / "joined.json"
    assert kept.stat().st_mode & 0o077 == 0
    said = (studio.folder / "joined.log").read_text()
    assert not [one for one in (made["secret"], "one key for all") if one in said]
    assert web.get("/api/v1/join-tokens/").json()["results"][0]["state"] == "used"


def test_without_one_web_process_the_rest_goes_on(studio):
    studio.processes["web-1"].kill()
    other = studio.client("web-2")
    made = other.post("/api/v1/online-endpoints/", json={"project": "getting-started", "name": "after"})
    assert made.status_code == 201

    def is_known(name: str) -> bool:
        answer = httpx.post(f"{studio.urls[name]}/endpoints/getting-started/after/score")
        return answer.status_code == 401

    until(lambda: is_known("router-1") and is_known("router-2"), studio, seconds=15)
