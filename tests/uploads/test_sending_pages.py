"""The pages that take files: with what was sent before, and without scripts."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mlops.blobs.trees import manifest_of
from mlops.datasets.models import DatasetVersion, Upload
from mlops.registry.models import ModelVersion
from mlops.uploads.models import SentFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(sender, project):
    sender.client.get(f"/?project={project.slug}")
    return lambda address, **fields: sender.client.post(address, fields)


def sent(sender, **files: bytes) -> str:
    return json.dumps([{"id": sender.whole(name, content)} for name, content in files.items()])


def test_a_model_is_registered_of_what_was_sent(sender, post):
    answer = post("/models/upload/", name="shop", sent=sent(sender, **{"shop/MLmodel": b"x", "shop/data/a.bin": b"y"}))
    assert answer.status_code == 302, answer.content
    assert ModelVersion.objects.get().tree.file_count == 2
    assert not SentFile.objects.exists()


def test_a_table_is_read_of_what_was_sent(sender, post):
    answer = post("/datasets/new/", name="shop", sent=sent(sender, **{"shop.csv": b"a,b\n1,2\n"}))
    assert answer.status_code == 302, answer.content
    assert Upload.objects.get().file_name == "shop.csv"


def test_a_folder_becomes_a_data_asset(sender, post):
    answer = post("/datasets/new/files/", name="photos", sent=sent(sender, **{"p/a.png": b"1", "p/b/c.png": b"2"}))
    assert answer.status_code == 302, answer.content
    version = DatasetVersion.objects.select_related("dataset").get()
    assert version.dataset.type == "uri_folder"
    assert [file.path for file in manifest_of(version.files_id).files] == ["a.png", "b/c.png"]


def test_one_file_becomes_a_data_asset_without_scripts(sender, post):
    answer = post("/datasets/new/files/", name="notes", files=SimpleUploadedFile("notes.txt", b"x"))
    assert answer.status_code == 302, answer.content
    assert DatasetVersion.objects.get().dataset.type == "uri_file"


def test_nothing_chosen_is_said(post):
    answer = post("/datasets/new/files/", name="notes")
    assert (answer.status_code, b"No file was chosen" in answer.content) == (400, True)
