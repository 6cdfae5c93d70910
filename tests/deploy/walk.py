"""`python -m tests.deploy.walk`: the real docker-compose.yml on an engine, with stand-in images; from a sample dataset
to a prediction through the proxy; then one web process, worker and router are killed, and pages are asked again.

It needs Debian's docker-compose, nginx, redis-server and postgresql, an engine at DOCKER_HOST, and port 9100 (or
WALK_PORT). `--built` takes our own images as they are there: `python -m tests.deploy.build --keep` makes them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import docker
import httpx
import yaml

from mlops.client.connection import Connection
from mlops.client.credentials import Credentials
from mlops.server import demo
from tests.deploy import standins

ROOT = Path(__file__).resolve().parents[2]
PROJECT, PORT = "studio-walk", int(os.environ.get("WALK_PORT", "9100"))
OURS = ("migrate", "web", "worker", "router")
IMAGES = {
    "database": standins.postgres, "broker": standins.redis, "proxy": standins.nginx, "storage": standins.bucket,
    "web": standins.product, "worker": standins.product,
}  # fmt: skip


def main(words: list[str]) -> int:
    is_built = "--built" in words
    engine = docker.from_env(timeout=300)
    folder = Path(tempfile.mkdtemp(prefix="ship-walk-"))
    lay_out(folder, is_built=is_built)
    make_images(engine, folder, but=OURS if is_built else ())
    try:
        compose(folder, "up", "-d", "--no-build")
        walk(engine, (folder / "secrets" / "admin_password").read_text())
    finally:
        compose(folder, "down", "--volumes", "--timeout", "5")
        shutil.rmtree(folder)
    return 0


def lay_out(folder: Path, *, is_built: bool) -> None:
    shutil.copy(ROOT / "docker-compose.yml", folder)
    shutil.copytree(ROOT / "docs" / "deploy", folder / "docs" / "deploy")
    subprocess.run(["sh", "docs/deploy/make-secrets"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    packages = f"{Path(docker.__file__).parents[1]}:/packages:ro"
    ours = () if is_built else OURS
    mounts: dict[str, Any] = {name: {"volumes": [f"{ROOT}:/source:ro", packages]} for name in ours}
    mounts["storage"] = {"volumes": [packages]}
    (folder / "standins.yml").write_text(yaml.safe_dump({"services": mounts}))


def make_images(engine: docker.DockerClient, folder: Path, *, but: Collection[str]) -> None:
    services = yaml.safe_load((folder / "docker-compose.yml").read_text())["services"]
    for name in IMAGES.keys() - but:
        image = services[name]["image"]  # ${VARIABLE:-name}
        IMAGES[name](engine, image.partition(":-")[2].rstrip("}") or image)


def compose(folder: Path, *words: str) -> None:
    variables = {**os.environ, "MLOPS_PORT": str(PORT), "MLOPS_URL": f"http://localhost:{PORT}"}
    files = ["-f", "docker-compose.yml", "-f", "standins.yml"]
    subprocess.run(["docker-compose", "-p", PROJECT, *files, *words], cwd=folder, env=variables, check=True)


def walk(engine: docker.DockerClient, password: str) -> None:
    url = f"http://127.0.0.1:{PORT}"
    made = httpx.post(f"{url}/api/v1/tokens/", json={"name": "walk"}, auth=("admin", password), timeout=120)
    connection = Connection(Credentials(url, made.raise_for_status().json()["secret"], "walk"))
    demo._walk(demo.Stages(base=url), connection)
    endpoint = next(iter(connection.all(demo.ENDPOINTS, project=demo.PROJECT)))
    for part in ("web", "worker", "router"):
        kill(engine, f"{PROJECT}_{part}_1")
        asked = time.monotonic()
        connection.get(f"{demo.ENDPOINTS}{endpoint['id']}/")
        print(f"  {part} 1 was killed; pages answer after {time.monotonic() - asked:.1f} s", flush=True)
    for name in (f"{PROJECT}_{part}_1" for part in ("web", "worker", "router")):
        wait_until_well(engine, name)
    print("All are well again.")


def kill(engine: docker.DockerClient, name: str) -> None:
    """As a fault does: what `docker kill` ends stays ended."""
    os.kill(engine.containers.get(name).attrs["State"]["Pid"], signal.SIGKILL)


def wait_until_well(engine: docker.DockerClient, name: str, *, seconds: float = 300.0) -> None:
    deadline = time.monotonic() + seconds
    while engine.containers.get(name).attrs["State"].get("Health", {}).get("Status") != "healthy":
        assert time.monotonic() < deadline, f"{name} did not get well"
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
