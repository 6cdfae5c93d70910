"""Images in a real engine: sent thinly, run as hard as it gets, and told apart from no engine."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time

import pytest

from mlops.formats.refusal import Refusal
from mlops.packaging.images import engines
from mlops.packaging.images.archives import write_archive, write_layout
from mlops.packaging.images.progress import Progress, Stopped
from tests.packaging.images.orders import built, running
from tests.scoring.folders import PREDICTED, ROW


@pytest.fixture
def loaded(folder, layers, docked):
    """References are removed in the end; give each test its own model."""
    references = []

    def load(model: str, said: list[str] | None = None) -> str:
        image = built(folder, layers, model=model)
        references.append(image.reference)
        progress = Progress((said if said is not None else []).append)
        return docked.load(image, store=layers, progress=progress)

    yield load
    for reference in references:
        docked.remove(reference)


def test_it_scores_with_a_read_only_root_no_rights_and_nobodys_user(loaded, engine):
    with running(engine, loaded("hard:1")) as client:
        assert client.post("/score", json={"data": [ROW]}).json()["predictions"] == [PREDICTED]


def test_its_names_and_limits_come_with_the_container(loaded, engine):
    told = '{"endpoint": "prices", "deployment": "green", "limits": {"rows": 1}}'
    with running(engine, loaded("told:1"), environment={"MLOPS_PLACEMENT": told}) as client:
        assert client.post("/score", json={"data": [ROW]}).json()["deployment"] == "green"
        assert client.post("/score", json={"data": [ROW, ROW]}).status_code == 413


def test_it_needs_no_network(loaded, engine):
    said = engine.containers.run(
        loaded("alone:1"), ["-c", "import onnxruntime, numpy, ssl; print('fine')"],
        network_mode="none", read_only=True, remove=True,
    )  # fmt: skip
    assert b"fine" in said


def test_a_new_version_sends_its_own_layer_only(loaded, folder):
    loaded("thin:1")
    (folder / "onnx" / "more.bin").write_bytes(b"x" * 1000)
    said: list[str] = []
    began = time.monotonic()
    loaded("thin:2", said)
    assert "The engine has 3 of 4 layers." in said
    assert time.monotonic() - began < 10


def test_what_the_engine_has_is_not_sent_again(loaded):
    loaded("again:1")
    said: list[str] = []
    loaded("again:1", said)
    assert said == []


def test_stopping_while_it_is_sent_leaves_nothing_in_the_engine(folder, layers, docked):
    image = built(folder, layers, model="stopped:1")
    with pytest.raises(Stopped):
        docked.load(image, store=layers, progress=Progress(wants_stop=lambda: True))
    assert docked.inspect(image.reference) is None


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("unix:///nowhere/docker.sock", "engine_absent"),
        ("tcp://127.0.0.1:1", "engine_refused"),
        ("tcp://no-such-host.invalid:2375", "engine_unreachable"),
    ],
)
def test_why_no_engine_answers_is_told_with_a_remedy(address, code):
    with pytest.raises(Refusal) as refused:
        engines.connect(address)
    assert refused.value.code == code
    assert address in refused.value.message
    assert refused.value.hint


def test_an_engine_that_accepts_and_never_answers_costs_seconds_only(tmp_path):
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Refusal) as refused:
        engines.connect(f"tcp://127.0.0.1:{silent.getsockname()[1]}")
    assert refused.value.code == "engine_unreachable"
    assert time.monotonic() - began < 10


@pytest.mark.skipif(shutil.which("skopeo") is None, reason="needs skopeo, another's reader of archives")
def test_another_tool_reads_the_archive(folder, layers, tmp_path):
    image = built(folder, layers)
    write_archive(image, layers, tmp_path / "image.tar")
    write_layout(image, layers, tmp_path / "layout")
    for place in ("oci-archive:image.tar", "docker-archive:image.tar", "oci:layout"):
        words = ["skopeo", "inspect", place]
        told = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        assert json.loads(told)["Labels"]["mlops.model"] == "prices"
