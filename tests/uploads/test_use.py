"""What is made of files that have come."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mlops.blobs.trees import manifest_of
from mlops.datasets.models import DatasetVersion
from mlops.registry.models import ModelVersion
from mlops.uploads import actions
from mlops.uploads.models import SentFile
from tests.uploads.conftest import Sender

pytestmark = pytest.mark.django_db


def make(sender, address: str, **fields):
    body = {"project": sender.project.slug, **fields}
    return sender.client.post(f"/api/v1/{address}/", json.dumps(body), content_type="application/json")


def test_a_model_is_made_of_sent_files_and_the_uploads_are_gone(sender):
    sent = [{"id": sender.whole(f"shop/{name}", name.encode())} for name in ("MLmodel.txt", "a/b.bin")]
    made = make(sender, "models", name="shop", sent=sent)
    assert made.status_code == 201, made.content
    files = manifest_of(ModelVersion.objects.get().tree_id).files
    assert [file.path for file in files] == ["shop/MLmodel.txt", "shop/a/b.bin"]
    assert not SentFile.objects.exists()


def test_many_files_take_no_more_queries_than_few(sender, contributor, project):
    def queries_of(count: int) -> int:
        sent = [(sender.whole(f"{number}.txt", b"x"), "") for number in range(count)]
        with CaptureQueriesContext(connection) as asked:
            assert len(actions.sent_files(contributor, project, sent)) == count
            actions.forget(contributor, [upload_id for upload_id, _path in sent])
        assert not SentFile.objects.exists()
        return len(asked)

    assert queries_of(2) == queries_of(9)


def test_unfinished_ones_are_named_and_kept(sender):
    begun = sender.begin("model.pkl", 10)
    sender.send(begun.headers["Location"], b"12345", offset=0)
    refused = make(sender, "models", name="shop", sent=[{"id": begun.json()["id"]}])
    assert (refused.status_code, refused.json()["code"]) == (409, "upload_unfinished")
    assert "50%" in refused.json()["detail"]
    assert SentFile.objects.exists()


def test_nobody_makes_anything_of_another_persons_upload(sender, owner, project):
    sent = [{"id": sender.whole("model.pkl", b"x")}]
    assert make(Sender(owner, project), "models", name="shop", sent=sent).status_code == 404
    assert not ModelVersion.objects.exists()


@pytest.mark.parametrize("path", ["../../up.pkl", "/etc/x", "a/../../b"])
def test_a_path_that_leads_out_is_refused(sender, path):
    sent = [{"id": sender.whole("model.pkl", b"x"), "path": path}]
    assert make(sender, "models", name="shop", sent=sent).status_code in (400, 422)
    assert make(sender, "data-assets", name="shop", type="uri_file", sent=sent).status_code == 422


def test_a_folder_becomes_a_data_asset_without_the_name_that_all_share(sender):
    sent = [{"id": sender.whole(f"photos/{name}", name.encode())} for name in ("a.txt", "b/c.txt")]
    made = make(sender, "data-assets", name="photos", type="uri_folder", sent=sent)
    assert made.status_code == 201, made.content
    tree = DatasetVersion.objects.get().files_id
    assert [file.path for file in manifest_of(tree).files] == ["a.txt", "b/c.txt"]


@pytest.mark.parametrize("sent", ['"x"', {"id": 1}, [1], [{"id": "no-uuid"}]])
def test_odd_lists_are_refused(sender, sent):
    assert make(sender, "models", name="shop", sent=sent).status_code in (404, 422)
