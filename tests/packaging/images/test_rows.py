"""Images as rows: asked for, built by a worker, found again, cancelled, refused with a reason."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from mlops.formats.refusal import Refusal
from mlops.packaging import image_actions, image_tasks
from mlops.packaging.image_logs import read_log
from mlops.packaging.images import building, clearing
from mlops.packaging.images.store import LayerStore
from mlops.packaging.models import Image, ImageState
from tests.packaging.images.rows import accepted
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shared_layers(data_dir, layers):
    (data_dir / "images").symlink_to(layers.folder)


@pytest.fixture
def version(contributor, project):
    return accepted(contributor, project)


def done(image: Image) -> Image:
    image_tasks.build_image(str(image.pk))
    image.refresh_from_db()
    return image


@pytest.fixture
def ready(contributor, version) -> Image:
    return done(image_actions.package(contributor, version))


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_it_ends_ready_with_digest_layers_and_log(ready):
    assert (ready.state, ready.entry) == (ImageState.READY, "onnx")
    assert ready.digest.startswith("sha256:")
    assert [layer["what"] for layer in ready.layers][-1] == "Model prices:1"
    assert "Built mlops-studio/prices:1-" in read_log(ready.pk)[0]


def test_asking_again_gives_the_same_image(contributor, version, ready):
    assert image_actions.package(contributor, version) == ready


def test_readers_cannot_ask_for_one(reader, version):
    with pytest.raises(Refusal) as refused:
        image_actions.package(reader, version)
    assert refused.value.status == 403


def test_a_name_that_no_registry_takes_is_refused(contributor, version):
    for push_to in ("Prices:3", "prices:3", "registry.example.com/Team/x"):
        with pytest.raises(Refusal) as refused:
            image_actions.package(contributor, version, push_to=push_to)
        assert refused.value.code == "reference_invalid"


def test_a_version_without_onnx_is_packed_as_it_is(contributor, project):
    version = registered(contributor, project, name="raw")
    assert image_actions.package(contributor, version).entry == "native"
    with pytest.raises(Refusal) as refused:
        image_actions.package(contributor, version, entry="onnx")
    assert refused.value.code == "not_converted"


def test_the_archive_is_downloaded_whole(ready, reader):
    client = APIClient()
    client.force_authenticate(reader)
    answer = client.get(f"/api/v1/images/{ready.pk}/archive/")
    content = body_of(answer)
    assert len(content) == int(answer.headers["Content-Length"])
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert {"index.json", "oci-layout", "manifest.json"} <= set(tar.getnames())


def test_the_context_has_all_that_a_builder_copies(ready, reader):
    client = APIClient()
    client.force_authenticate(reader)
    answer = client.get(f"/api/v1/images/{ready.pk}/context/")
    with tarfile.open(fileobj=io.BytesIO(body_of(answer))) as tar:
        names = tar.getnames()
    assert {"Dockerfile", "README.md", "requirements.txt", "sbom.cdx.json", "deployment/serving.json"} <= set(names)
    assert "server/mlops/scoring/__main__.py" in names
    assert any(name.startswith("wheels/onnxruntime-") for name in names)


def test_the_materials_are_told(ready, reader):
    client = APIClient()
    client.force_authenticate(reader)
    told = client.get(f"/api/v1/images/{ready.pk}/sbom/").json()
    assert told["bomFormat"] == "CycloneDX"


def test_the_log_is_read_on_from_where_one_stopped(ready, reader):
    client = APIClient()
    client.force_authenticate(reader)
    first = client.get(f"/api/v1/images/{ready.pk}/log/")
    assert first.content
    rest = client.get(f"/api/v1/images/{ready.pk}/log/", {"offset": first.headers["X-Next-Offset"]})
    assert rest.content == b""


def test_an_image_that_waits_is_cancelled_at_once(contributor, version):
    image = image_actions.cancel(contributor, image_actions.package(contributor, version))
    assert image.state == ImageState.CANCELLED
    assert done(image).state == ImageState.CANCELLED


def test_one_that_was_lost_with_its_worker_is_taken_back(contributor, version):
    image = image_actions.package(contributor, version)
    past = timezone.now() - timedelta(minutes=1)
    Image.objects.filter(pk=image.pk).update(state=ImageState.RUNNING, lease_until=past, attempt=1)
    image_tasks.sweep()
    image.refresh_from_db()
    assert (image.state, image.reason) == (ImageState.QUEUED, "Its worker was lost; it is tried again.")


def test_without_an_engine_a_tag_is_refused_with_the_remedy(contributor, version, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    image = done(image_actions.package(contributor, version, tag="team/prices:1"))
    assert (image.state, image.hint[:16]) == (ImageState.FAILED, "Start the engine")
    assert image.key  # it was built, and can be downloaded


def test_with_a_tag_the_engine_has_it_under_that_name(contributor, version, with_engine, docked):
    image = done(image_actions.package(contributor, version, tag="mlops-tests-images/prices:1"))
    try:
        assert image.state == ImageState.READY, image.reason
        told = docked.inspect("mlops-tests-images/prices:1")
        assert told is not None
        assert told["Config"]["Labels"]["mlops.model"] == "prices"
    finally:
        docked.remove("mlops-tests-images/prices:1")
        docked.remove(image.reference)


@pytest.mark.django_db(transaction=True)
def test_a_build_is_cancelled_within_seconds(contributor, version, data_dir):
    (data_dir / "images").unlink()
    image = image_actions.package(contributor, version)
    worker = threading.Thread(target=image_tasks.build_image, args=[str(image.pk)])
    worker.start()
    while "Taking this machine" not in read_log(image.pk)[0]:
        time.sleep(0.05)
    began = time.monotonic()
    image.refresh_from_db()
    image_actions.cancel(contributor, image)
    worker.join()
    assert time.monotonic() - began < 6  # two where the machine has nothing else to do
    image.refresh_from_db()
    assert image.state == ImageState.CANCELLED


def test_clearing_spares_what_rows_and_the_last_days_use(ready, layers, tmp_path):
    store = LayerStore(tmp_path / "copy")
    shutil.copytree(layers.folder, store.folder, dirs_exist_ok=True)
    for path in store.folder.rglob("*"):
        os.utime(path, (1, 1))
    assert clearing.clear(store, keep={ready.key}) >= 0
    assert building.known(ready.key, store) is not None
    assert clearing.clear(store, keep=set()) > 1_000_000
    assert building.known(ready.key, store) is None


def test_deleting_forgets_row_and_log(contributor, ready, django_capture_on_commit_callbacks):
    pk = ready.pk
    with django_capture_on_commit_callbacks(execute=True):
        image_actions.delete(contributor, ready)
    assert not Image.objects.filter(pk=pk).exists()
    assert read_log(pk)[0] == ""


def test_labels_say_run_and_version(ready, layers):
    built = building.known(ready.key, layers)
    assert built is not None
    labels = json.loads(built.config)["config"]["Labels"]
    assert (labels["mlops.model"], labels["mlops.model.version"], labels["mlops.project"]) == ("prices", "1", "churn")
