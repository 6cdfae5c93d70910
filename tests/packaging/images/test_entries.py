"""Images for each way in which a model answers, run in a real engine."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from mlops.formats.model import MANIFEST_FILE, ModelManifest
from mlops.packaging.images import building, packages
from mlops.packaging.images.building import ImageOrder, Provenance
from mlops.packaging.images.progress import Progress
from tests.packaging.images.orders import running
from tests.registry.shelf import trained_folder
from tests.scoring.folders import script_folder, write_serving

SCRIPT = """
import json, os
import click

def init():
    global name
    name = os.environ["GREETING"]

def run(data):
    return {"said": name, "click": click.__version__, "rows": len(json.loads(data)["data"])}
"""


def loaded(folder: Path, entry: str, model: str, layers, docked, *, own: tuple[str, ...] = ()) -> str:
    order = ImageOrder(
        folder=folder,
        wanted=packages.wanted(entry, folder, own=own),
        parts=packages.parts(entry),
        provenance=Provenance(model=model),
    )
    image = building.build(order, store=layers, progress=Progress())
    return docked.load(image, store=layers, progress=Progress())


def test_an_original_model_answers_with_its_own_libraries(layers, docked, engine, tmp_path):
    folder = tmp_path / "native"
    shutil.copytree(trained_folder(), folder / "model")
    manifest = msgspec.json.decode((folder / "model" / MANIFEST_FILE).read_bytes(), type=ModelManifest)
    write_serving(folder, entry="native", signature=manifest.signature, task=manifest.task, model="cars:1")
    reference = loaded(folder, "native", "cars:1", layers, docked)
    try:
        with running(engine, reference) as client:
            row = {"power": 100, "weight": 1200.0, "make": "audi"}
            answer = client.post("/score", json={"data": [row]})
            assert answer.json()["predictions"][0]["Scored Labels"] > 0
    finally:
        docked.remove(reference)


def test_a_script_has_the_packages_and_variables_that_it_was_given(layers, docked, engine, tmp_path):
    folder = script_folder(tmp_path / "script", SCRIPT)
    (folder / "model").mkdir(exist_ok=True)
    reference = loaded(folder, "script", "greeter:1", layers, docked, own=("click==8.5.1",))
    try:
        with running(
            engine, reference, environment={"MLOPS_PLACEMENT": '{"variables": {"GREETING": "hello"}}'}
        ) as client:
            assert client.post("/score", json={"data": [1, 2]}).json() == {"said": "hello", "click": "8.5.1", "rows": 2}
    finally:
        docked.remove(reference)
