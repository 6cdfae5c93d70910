"""The build context of an image, built by Docker's own builder without a network."""

from __future__ import annotations

import platform
from pathlib import Path

import pip

from mlops.packaging.images import context
from mlops.packaging.images.archives import Member
from mlops.packaging.images.layers import entries_of, write_layer
from mlops.packaging.images.machine import ARCHITECTURES, PYTHON, machine_base
from mlops.packaging.images.progress import Progress
from tests.packaging.images.orders import built, plain, running
from tests.scoring.folders import PREDICTED, ROW

NAME, BASE = "mlops-tests-images/prices:1", "mlops-tests-images/python-with-pip:1"


def python_with_pip(layers):
    """What python:3.11-slim is to this machine, which cannot pull it."""
    base = machine_base(layers, progress=Progress())

    def write(file):
        place = f"usr/local/lib/python{PYTHON}/site-packages/pip"
        return write_layer(entries_of(Path(pip.__file__).parent, below=place), file, what="pip", progress=Progress())

    layer = layers.make("pip", write, progress=Progress())
    return plain(BASE, (*base.layers, layer), layers, base.settings, ARCHITECTURES[platform.machine()])


def written(members: list[Member], folder: Path) -> Path:
    for name, content in members:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    return folder


def stages(engine) -> set[str]:
    """What the builder leaves of the stages that it does not name."""
    return {image.id for image in engine.images.list(filters={"dangling": True}) if "/opt/env" in str(image.history())}


def test_docker_builds_it_without_a_network_and_it_scores(folder, layers, docked, engine, tmp_path):
    place = written(context.context(built(folder, layers), layers, tmp_path / "unpacked"), tmp_path / "context")
    docked._load(python_with_pip(layers), layers, Progress())
    before = stages(engine)
    try:
        arguments = {"BASE": BASE}
        engine.images.build(path=str(place), tag=NAME, buildargs=arguments, network_mode="none", rm=True, forcerm=True)
        with running(engine, NAME) as client:
            assert client.post("/score", json={"data": [ROW]}).json()["predictions"] == [PREDICTED]
    finally:
        docked.remove(NAME)
        for stage in stages(engine) - before:
            docked.remove(stage)
        docked.remove(BASE)
