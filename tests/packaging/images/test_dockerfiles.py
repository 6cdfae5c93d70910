"""Dockerfiles of one's own: built by a real engine, heard, stopped, and the base of an image."""

from __future__ import annotations

import platform
import tarfile
import threading
import time
from pathlib import Path

import pytest

from mlops.client.build_context import pack
from mlops.client.errors import WrongUsage
from mlops.formats.refusal import Refusal
from mlops.packaging.images import building
from mlops.packaging.images.dockerfiles import build_dockerfile
from mlops.packaging.images.machine import ARCHITECTURES, machine_base
from mlops.packaging.images.named_bases import named_base
from mlops.packaging.images.progress import Progress, Stopped
from tests.packaging.images.orders import order, plain, running
from tests.scoring.folders import PREDICTED, ROW

HERE = ARCHITECTURES[platform.machine()]


@pytest.fixture
def below(layers, docked):
    """A base in the engine, for FROM."""
    base = machine_base(layers, progress=Progress())
    image = plain("mlops-tests-images/below:1", base.layers, layers, base.settings, HERE)
    docked._load(image, layers, Progress())
    yield image.reference
    docked.remove(image.reference)


def context(folder: Path, *lines: str) -> Path:
    folder.mkdir()
    (folder / "Dockerfile").write_text("\n".join(lines))
    return pack(folder, folder.with_suffix(".tar"))


def test_what_it_makes_is_the_base_of_the_image(below, folder, layers, docked, engine, tmp_path):
    said: list[str] = []
    now = f"RUN echo made here at {time.time()} > /made.txt"
    packed = context(tmp_path / "own", f"FROM {below}", now, "ENV EXTRA=1")
    name = build_dockerfile(packed, engine=docked, progress=Progress(said.append))
    assert any(line.startswith("Step 2/") for line in said)
    base = named_base(
        name, engine=docked, login_for=lambda registry: None, store=layers, progress=Progress(), architecture=HERE
    )
    image = building.build(order(folder, model="own:1", base=base), store=layers, progress=Progress())
    reference = docked.load(image, store=layers, progress=Progress())
    try:
        with running(engine, reference) as client:
            assert client.post("/score", json={"data": [ROW]}).json()["predictions"] == [PREDICTED]
        told = engine.containers.run(
            reference, ["-c", "import os; print(open('/made.txt').read(), os.environ['EXTRA'])"], remove=True
        )
        assert b"made here" in told
        again: list[str] = []
        assert build_dockerfile(packed, engine=docked, progress=Progress(again.append)) == name
        assert again == [f"The engine has {name} already."]
    finally:
        docked.remove(reference)
        docked.remove(name)


def test_a_step_that_fails_is_told_and_leaves_no_container(below, docked, engine, tmp_path):
    packed = context(tmp_path / "bad", f"FROM {below}", "RUN echo before && no-such-program")
    said: list[str] = []
    with pytest.raises(Refusal) as refused:
        build_dockerfile(packed, engine=docked, progress=Progress(said.append))
    assert refused.value.code == "build_failed"
    assert "no-such-program" in refused.value.message
    assert "before" in said
    assert left(engine, below) == []


def test_a_base_that_the_engine_cannot_get_is_told(docked, tmp_path):
    packed = context(tmp_path / "far", "FROM no-such-host.invalid/python:1")
    with pytest.raises(Refusal) as refused:
        build_dockerfile(packed, engine=docked, progress=Progress())
    assert refused.value.code == "base_unreachable"


def test_a_silent_step_is_stopped_within_seconds_and_leaves_nothing(below, docked, engine, tmp_path):
    packed = context(tmp_path / "slow", f"FROM {below}", "RUN python3 -c 'import time; time.sleep(120)'")
    stop = threading.Event()
    said: list[str] = []
    timer = threading.Timer(1.5, stop.set)
    timer.start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        build_dockerfile(packed, engine=docked, progress=Progress(said.append, stop.is_set))
    assert time.monotonic() - began < 8
    deadline = time.monotonic() + 10
    while left(engine, below) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left(engine, below) == []


def test_a_context_without_a_dockerfile_is_refused_before_it_is_sent(tmp_path):
    with pytest.raises(WrongUsage) as refused:
        pack(tmp_path, tmp_path / "x.tar")
    assert "has no Dockerfile" in refused.value.message


def test_what_dockerignore_names_stays_here(tmp_path):
    folder = tmp_path / "context"
    folder.mkdir()
    for name, text in (("Dockerfile", "FROM x"), (".dockerignore", "*.log\n"), ("big.log", "x"), ("kept.txt", "x")):
        (folder / name).write_text(text)
    with tarfile.open(pack(folder, tmp_path / "context.tar")) as tar:
        assert sorted(tar.getnames()) == [".dockerignore", "Dockerfile", "kept.txt"]


def left(engine, base: str) -> list[str]:
    """Containers of builds on this base."""
    return [one["Id"] for one in engine.api.containers(all=True, filters={"ancestor": base})]
