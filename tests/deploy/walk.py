"""`python -m tests.deploy.walk`: the real docker-compose.yml on an engine, with stand-in images; from a sample dataset
to a prediction through the proxy and each router; then one container of each service is killed while a run is under
way and somebody scores, and everything comes back.

It needs Debian's docker-compose, nginx, redis-server and postgresql, an engine at DOCKER_HOST, and port 9100 (or
WALK_PORT). The stand-in for the bucket forgets what it held when it is killed. `--built` takes our own images as they
are there: `python -m tests.deploy.build --keep` makes them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import docker
import httpx
import yaml

from mlops.client.connection import Connection
from mlops.client.credentials import Credentials
from mlops.client.names import find
from mlops.server import demo
from tests.deploy import standins
from tests.deploy.losses import Form, lose_each

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
    except BaseException:
        compose(folder, "logs", "--tail", "60", *OURS[1:])
        raise
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
    (endpoint,) = connection.all(demo.ENDPOINTS, project=demo.PROJECT)
    key = connection.get(f"{demo.ENDPOINTS}{endpoint['id']}/credentials/")["primary_key"]
    model = find(connection, "model", demo.MODEL, path="models/", project=demo.PROJECT)
    version = connection.get(f"models/{model['id']}/versions/1/")
    row = {field["name"]: field.get("example") for field in version["signature"]["inputs"]}
    body = json.dumps({"data": [row]}).encode()
    lose_each(Form(engine=engine, project=PROJECT, url=url, connection=connection, key=key, body=body))
    print("All are well again.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
