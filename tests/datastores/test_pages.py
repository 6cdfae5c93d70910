"""The pages of data stores: added, tested, looked into, made the default, forgotten; and nothing sealed is shown."""

from __future__ import annotations

import pytest

from mlops.access.sealing import unseal
from mlops.datastores.actions import create_datastore
from mlops.datastores.models import Datastore
from mlops.formats.refusal import Refusal
from tests.datastores.test_stores import files, root

__all__ = ["files", "root"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, contributor):
    client.force_login(contributor)
    return client


def test_a_store_is_added_and_its_secret_is_shown_nowhere(page, project):
    fields = {"act": "save", "kind": "s3", "name": "lake", "bucket": "b", "secret_access_key": "s3cret"}
    said = page.post("/datasets/stores/", fields, follow=True)
    text = said.content.decode()
    assert ("secret_access_key" in text, "s3cret" in text) == (True, False)
    page.post(said.request["PATH_INFO"], {"act": "save", "bucket": "other"})
    store = Datastore.objects.get()
    assert (store.settings["bucket"], "s3cret" in unseal(store.secrets)) == ("other", True)


def test_what_is_wrong_is_told_beside_what_was_typed(page, project):
    said = page.post("/datasets/stores/", {"act": "save", "kind": "s3", "name": "Lake", "bucket": "my-bucket"})
    assert said.status_code == 422
    assert "Use lower-case letters" in said.content.decode()
    assert "my-bucket" in said.content.decode()


def test_folders_are_walked_and_files_have_their_address(page, files):
    text = page.get(f"/datasets/stores/{files.pk}/?path=").content.decode()
    assert '<a href="?path=sales">sales/</a>' in text
    text = page.get(f"/datasets/stores/{files.pk}/?path=sales").content.decode()
    assert "azureml://datastores/files/paths/sales/b.csv" in text
    assert "2024/</a>" in text
    assert page.get(f"/datasets/stores/{files.pk}/?path=nowhere").status_code == 404


def test_it_is_tested_made_the_default_and_forgotten(page, files):
    address = f"/datasets/stores/{files.pk}/"
    page.post(address, {"act": "test"})
    assert "Reached" in page.get(address).content.decode()
    page.post(address, {"act": "default"})
    assert "the default of this project" in page.get(address).content.decode()
    page.post("/datasets/stores/", {"act": "default", "name": "workspaceblobstore"})
    files.refresh_from_db()
    assert not files.is_default
    page.post(address, {"act": "forget"})
    assert not Datastore.objects.exists()


def test_a_password_in_an_address_is_sealed_or_refused(owner, project):
    url = "postgresql://me:p%40ss@db.example.org/shop"
    store = create_datastore(owner, project, name="shop", kind="sql", settings={"url": url}, credentials={})
    assert store.settings["url"] == "postgresql://me@db.example.org/shop"
    assert '"p@ss"' in unseal(store.secrets)
    settings = {"url": "https://me:secret@example.org"}
    with pytest.raises(Refusal, match="carries a password"):
        create_datastore(owner, project, name="web", kind="http", settings=settings, credentials={})
