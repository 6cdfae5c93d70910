"""Images in a registry: pushed without an engine, pulled by one, and each failure told with its remedy."""

from __future__ import annotations

import json

import pytest

from mlops.formats.refusal import Refusal
from mlops.packaging.images.progress import Progress, Stopped
from mlops.packaging.images.pushing import push
from mlops.packaging.images.references import parsed
from mlops.packaging.images.registries import Login, Repository
from tests.engine import PASSWORD_FILE, PUSHER, open_registry
from tests.packaging.images.orders import built, running
from tests.scoring.folders import PREDICTED, ROW


def pushed(image, layers, name: str, *, login: Login | None = None, said: list[str] | None = None) -> str:
    progress = Progress((said if said is not None else []).append)
    return push(image, parsed(name), login=login, store=layers, progress=progress)


def test_what_was_pushed_is_pulled_by_its_digest_and_scores(folder, layers, registry, engine):
    image = built(folder, layers, model="pushed:1")
    name = f"{registry.address}/team/pushed"
    digest = pushed(image, layers, f"{name}:1")
    assert digest == image.digest
    reference = f"{name}@{digest}"
    engine.images.pull(reference)
    try:
        assert engine.images.get(reference).id == image.id
        with running(engine, reference) as client:
            assert client.post("/score", json={"data": [ROW]}).json()["predictions"] == [PREDICTED]
    finally:
        engine.images.remove(reference)


def test_layers_that_the_registry_has_are_not_sent_again(folder, layers, registry):
    pushed(built(folder, layers, model="twice:1"), layers, f"{registry.address}/twice:1")
    (folder / "onnx" / "more.bin").write_bytes(b"x")
    said: list[str] = []
    pushed(built(folder, layers, model="twice:2"), layers, f"{registry.address}/twice:2", said=said)
    assert [line.partition(" ")[0] for line in said] == [
        registry.address,
        registry.address,
        registry.address,
        "Pushing",
        "Pushed",
    ]


def test_labels_are_annotations_of_the_manifest(folder, layers, registry):
    image = built(folder, layers)
    pushed(image, layers, f"{registry.address}/noted:1")
    repository = Repository(parsed(f"{registry.address}/noted:1"))
    told = json.loads(repository.manifest("1"))
    repository.close()
    assert told["annotations"]["mlops.model"] == "prices"


def test_a_registry_with_a_password_wants_a_login_and_takes_the_right_one(folder, layers, tmp_path):
    image = built(folder, layers)
    with open_registry(tmp_path / "guarded", password_file=PASSWORD_FILE) as found:
        name = f"{found.address}/guarded:1"
        with pytest.raises(Refusal) as nobody:
            pushed(image, layers, name)
        with pytest.raises(Refusal) as somebody:
            pushed(image, layers, name, login=Login(name="pusher", password="wrong"))
        assert pushed(image, layers, name, login=Login(name=PUSHER[0], password=PUSHER[1])) == image.digest
    assert (nobody.value.code, somebody.value.code) == ("registry_login", "registry_login")
    assert "asks for a name" in nobody.value.message
    assert "does not accept" in somebody.value.message


@pytest.mark.parametrize(
    ("registry_name", "code"),
    [("no-such-host.invalid", "registry_unknown"), ("127.0.0.1:9", "registry_unreachable")],
)
def test_a_registry_that_is_not_there_is_named(folder, layers, registry_name, code):
    with pytest.raises(Refusal) as refused:
        pushed(built(folder, layers), layers, f"{registry_name}/x:1")
    assert refused.value.code == code
    assert registry_name in refused.value.message
    assert refused.value.hint


def test_a_registry_without_tls_is_refused_unless_its_login_allows_it(folder, layers, registry):
    image = built(folder, layers)
    name = f"0.0.0.0:{registry.address.rpartition(':')[2]}/plain:1"
    with pytest.raises(Refusal) as refused:
        pushed(image, layers, name)
    assert refused.value.code == "registry_insecure"
    assert pushed(image, layers, name, login=Login(is_insecure=True)) == image.digest


def test_a_push_is_stopped_between_two_pieces(folder, layers, registry):
    image = built(folder, layers)
    said: list[str] = []
    progress = Progress(said.append, lambda: bool(said))
    with pytest.raises(Stopped):
        push(image, parsed(f"{registry.address}/stopped:1"), login=None, store=layers, progress=progress)


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("python:3.11-slim", "docker.io/library/python:3.11-slim"),
        ("team/prices", "docker.io/team/prices:latest"),
        ("localhost:5000/a/b:1", "localhost:5000/a/b:1"),
        (f"r.example.com/x@sha256:{'0' * 64}", f"r.example.com/x@sha256:{'0' * 64}"),
    ],
)
def test_names_are_understood_as_docker_does(text, full):
    assert str(parsed(text)) == full


@pytest.mark.parametrize("text", ["Team/x", "x:", "a//b", "x@sha256:12", "https://r.example.com/x", ""])
def test_what_is_no_name_is_refused(text):
    with pytest.raises(Refusal) as refused:
        parsed(text)
    assert refused.value.code == "reference_invalid"
