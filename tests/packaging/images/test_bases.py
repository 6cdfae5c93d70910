"""Bases by name: out of the engine, out of a registry, and refused where no Python is in them."""

from __future__ import annotations

import platform

import pytest

from mlops.formats.refusal import Refusal
from mlops.packaging.images import building
from mlops.packaging.images.bases import Base
from mlops.packaging.images.building import BuiltImage
from mlops.packaging.images.layers import Entry, write_layer
from mlops.packaging.images.machine import ARCHITECTURES, PYTHON, machine_base
from mlops.packaging.images.named_bases import named_base
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.pushing import push
from mlops.packaging.images.references import parsed
from tests.packaging.images.orders import order, plain, running
from tests.scoring.folders import PREDICTED, ROW

HERE = ARCHITECTURES[platform.machine()]


@pytest.fixture
def foreign(layers) -> BuiltImage:
    """An image with Python, as others make it."""
    base = machine_base(layers, progress=Progress())
    return plain("mlops-tests-images/python:1", base.layers, layers, base.settings, HERE)


@pytest.fixture
def empty(layers) -> BuiltImage:
    def write(file):
        entries = [Entry(path="etc/motd", content=b"hello"), Entry(path="usr/bin/python2.7", content=b"old")]
        return write_layer(entries, file, what="Nothing", progress=Progress())

    layer = layers.make("nothing", write, progress=Progress())
    return plain("mlops-tests-images/nothing:1", (layer,), layers, {}, HERE)


def taken(name: str, store, engine=None) -> Base:
    return named_base(
        name, engine=engine, login_for=lambda registry: None, store=store, progress=Progress(), architecture=HERE
    )


def test_a_base_of_a_registry_is_pulled_without_an_engine_and_serves(foreign, folder, layers, registry, engine, docked):
    name = f"{registry.address}/python:1"
    push(foreign, parsed(name), login=None, store=layers, progress=Progress())
    base = taken(name, layers)
    assert (base.python, base.interpreter) == (PYTHON, f"/usr/local/bin/python{PYTHON}")
    image = building.build(order(folder, model="based:1", base=base), store=layers, progress=Progress())
    reference = docked.load(image, store=layers, progress=Progress())
    try:
        with running(engine, reference) as client:
            assert client.post("/score", json={"data": [ROW]}).json()["predictions"] == [PREDICTED]
    finally:
        docked.remove(reference)


def test_a_base_of_the_engine_is_taken_from_there_once(foreign, layers, docked):
    docked._load(foreign, layers, Progress())
    said: list[str] = []
    try:
        base = taken(foreign.reference, layers, docked)
        assert base.python == PYTHON
        assert [layer.diff_id for layer in base.layers] == [layer.diff_id for layer in foreign.layers]
        again = named_base(
            foreign.reference,
            engine=docked,
            login_for=lambda registry: None,
            store=layers,
            progress=Progress(said.append),
            architecture=HERE,
        )
        assert (again, said) == (base, [])
    finally:
        docked.remove(foreign.reference)


def test_a_base_without_python_is_refused_with_one_that_has_it(empty, layers, registry):
    name = f"{registry.address}/nothing:1"
    push(empty, parsed(name), login=None, store=layers, progress=Progress())
    with pytest.raises(Refusal) as refused:
        taken(name, layers)
    assert refused.value.code == "base_without_python"
    assert "python:3.11-slim" in refused.value.hint


def test_a_base_that_the_registry_does_not_have_is_named(layers, registry):
    with pytest.raises(Refusal) as refused:
        taken(f"{registry.address}/absent:1", layers)
    assert refused.value.code == "image_unknown"
    assert "absent" in refused.value.message
