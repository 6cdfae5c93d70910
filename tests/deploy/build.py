"""`python -m tests.deploy.build`: docs/deploy/Dockerfile, built for real where no registry is: its base images are made
of this machine, the pages' scripts are those that are built here already. Prints what each image takes.

It needs an engine at DOCKER_HOST and a way to the packages. `--keep` leaves mlops-studio:latest and
mlops-studio-worker:latest there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import docker
import pip

from mlops.packaging.images.machine import PYTHON
from tests.deploy.standins import Root, python
from tests.deploy.test_image import BASE_BYTES, LIMIT_BYTES

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "mlops" / "web" / "static" / "build"
BASES = {"NODE": "studio-base-node:1", "BUILDER": "studio-base-builder:1", "PYTHON": "studio-base-python:1"}
IMAGES = {"server": "mlops-studio:latest", "worker": "mlops-studio-worker:latest"}
TOOLS = ("tar", "comm", "sort", "strip", "cp", "mv", "uname", "touch")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
NPM = """#!/bin/sh
[ "$1" != run ] || { mkdir -p ../mlops/web/static && cp -r /bundle ../mlops/web/static/build; }
"""


def main(words: list[str]) -> int:
    engine = docker.from_env(timeout=600)
    make_bases(engine)
    sizes = {}
    try:
        for target, name in IMAGES.items():
            build(target, name)
            sizes[target] = engine.images.get(name).attrs["Size"]
        base = engine.images.get(BASES["PYTHON"]).attrs["Size"]
        for target, size in sizes.items():
            print(f"{target}: {(size - base + BASE_BYTES) / 1e6:.0f} MB on python:3.11-slim; here {size / 1e6:.0f} MB")
        return 0 if sizes["server"] - base + BASE_BYTES < LIMIT_BYTES else 1
    finally:
        for name in (*BASES.values(), *(() if "--keep" in words else IMAGES.values())):
            engine.images.remove(name, force=True) if engine.images.list(name) else None


def make_bases(engine: docker.DockerClient) -> None:
    node = Root()
    node.programs(["cp"])
    node.text("/usr/bin/npm", NPM, mode=0o755)
    node.tree(BUNDLE, "/bundle")
    node.imported(engine, BASES["NODE"])
    builder = Root()
    python(builder)
    builder.programs(TOOLS)
    builder.tree(Path(pip.__file__).parent, f"/usr/local/lib/python{PYTHON}/site-packages/pip")
    builder.file(str(CERTIFICATES), CERTIFICATES, mode=0o644)
    builder.text("/etc/pip.conf", f"[global]\ncert = {CERTIFICATES}\n")
    builder.imported(engine, BASES["BUILDER"], {"ENV": "LD_LIBRARY_PATH=/usr/local/lib PATH=/usr/local/bin:/usr/bin"})
    last = Root()
    python(last)
    last.imported(engine, BASES["PYTHON"], {"ENV": "LD_LIBRARY_PATH=/usr/local/lib PATH=/usr/local/bin:/usr/bin"})


def build(target: str, name: str) -> None:
    bases = [word for key, value in BASES.items() for word in ("--build-arg", f"{key}={value}")]
    words = ["docker", "build", "--network", "host", "-f", "docs/deploy/Dockerfile", "--target", target, "-t", name]
    subprocess.run([*words, *bases, "."], cwd=ROOT, env={**os.environ, "DOCKER_BUILDKIT": "0"}, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
