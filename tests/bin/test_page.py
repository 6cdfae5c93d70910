"""The page of the recycle bin, and the buttons that lead there."""

from __future__ import annotations

import pytest

from mlops.bin.models import Entry
from mlops.registry.models import ModelVersion
from mlops.registry.pointing import set_alias
from tests.datasets.people import imported
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, owner, project):
    client.force_login(owner)

    def send(**fields: str):
        return client.post("/bin/?project=churn", fields, follow=True).content.decode()

    return send


def test_a_thing_is_deleted_restored_and_deleted_for_good_from_pages(client, page, owner, project):
    version = registered(owner, project)
    assert 'value="model_version"' not in client.get(f"/models/{version.model_id}/").content.decode()
    shown = page(act="put", kind="model", thing=str(version.model_id), reason="wrong data")
    assert "is in the recycle bin" in shown
    assert "wrong data" in shown
    entry = Entry.objects.get()
    assert "is restored" in page(act="restore", kind="model", thing=str(entry.pk), name="old")
    assert ModelVersion.objects.get().model.name == "old"
    page(act="put", kind="model", thing=str(version.model_id))
    entry = Entry.objects.get()
    told = page(act="purge", kind="model", thing=str(entry.pk), confirmed="old", reason="never used")
    assert "Deleted for good" in told
    assert "never used" in told


def test_a_refusal_lists_every_user_with_a_link(page, owner, project):
    version = registered(owner, project)
    set_alias(owner, version, alias="champion")
    told = page(act="put", kind="model", thing=str(version.model_id))
    assert f'href="/models/{version.model_id}/1/"' in told
    assert "Move the alias" in told


def test_the_page_says_what_emptying_frees_and_empties(client, page, owner, project):
    page(act="put", kind="dataset", thing=str(imported(owner, project).dataset_id))
    assert "gives" in client.get("/bin/", {"project": "churn", "count": "1"}).content.decode()
    assert "1 thing is deleted for good" in page(act="empty", confirmed="churn")
    assert not Entry.objects.exists()


def test_rules_are_tried_set_and_applied_on_the_page(client, page, owner, project):
    registered(owner, project)
    registered(owner, project)
    assert "The rules are set" in page(act="policy", keep_versions="1", is_on="on")
    assert "would put 1 thing" in client.get("/bin/", {"project": "churn", "try": "1"}).content.decode()
    assert "1 thing went into the bin" in page(act="apply")
    assert "is no whole number" in page(act="policy", keep_versions="many")


def test_a_model_is_archived_on_its_page_and_leaves_the_list(client, page, owner, project):
    version = registered(owner, project)
    address = f"/models/{version.model_id}/"
    assert "Archived" in client.post(address, {"act": "archive"}, follow=True).content.decode()
    assert address not in client.get("/models/").content.decode()
    assert address in client.get("/models/", {"filter": "archived = true"}).content.decode()
    client.post(address, {"act": "bring_back"})
    assert address in client.get("/models/").content.decode()
