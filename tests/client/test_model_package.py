"""`mlops model package` against a real server."""

from __future__ import annotations

import json
import tarfile
import threading

import pytest

from mlops.packaging import image_tasks
from mlops.packaging.models import Image
from tests.packaging.images.rows import accepted

pytestmark = pytest.mark.django_db(transaction=True)


def build_when_asked() -> threading.Thread:
    """A worker."""

    def work() -> None:
        import time

        from django.db import connection

        while not Image.objects.exists():
            time.sleep(0.1)
        image_tasks.build_image(str(Image.objects.get().pk))
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    return worker


def test_a_version_becomes_an_archive_and_a_context(signed_in, owner, project, tmp_path):
    accepted(owner, project)
    worker = build_when_asked()
    archive, folder = tmp_path / "prices.tar", tmp_path / "context"
    made = signed_in("model", "package", "-n", "prices", "--oci", str(archive), "--output", str(folder), "-o", "json")
    worker.join()
    assert made.status == 0, made.errors
    assert made.value["state"] == "ready"
    assert "Built mlops-studio/prices:1-" in made.errors
    with tarfile.open(archive) as tar:
        assert json.load(tar.extractfile("index.json"))["manifests"][0]["digest"] == made.value["digest"]
    assert (folder / "Dockerfile").read_text().startswith("# Written by MLOps Studio")
    assert (folder / "deployment" / "serving.json").is_file()
    assert signed_in("model", "list-packages", "-n", "prices").value[0]["digest"] == made.value["digest"]


def test_a_folder_with_something_in_it_is_not_written_to(signed_in, owner, project, tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    said = signed_in("model", "package", "-n", "prices", "--output", str(tmp_path))
    assert said.status == 2
    assert "not an empty folder" in said.errors


def test_a_refusal_of_the_server_ends_with_status_three(signed_in, owner, project):
    accepted(owner, project)
    said = signed_in("model", "package", "-n", "prices", "--push", "Nowhere")
    assert said.status == 3
    assert "is no name of an image" in said.errors


def test_the_folder_of_a_dockerfile_is_sent_along(signed_in, owner, project, tmp_path):
    accepted(owner, project)
    (tmp_path / "Dockerfile").write_text("FROM python:3.11-slim\n")
    made = signed_in("model", "package", "-n", "prices", "--dockerfile", str(tmp_path), "--no-wait")
    assert made.status == 0, made.errors
    assert Image.objects.get().context is not None
    both = signed_in("model", "package", "-n", "prices", "--dockerfile", str(tmp_path), "--base", "x", "--no-wait")
    assert both.status == 3
    assert "A base image and a Dockerfile were given." in both.errors
