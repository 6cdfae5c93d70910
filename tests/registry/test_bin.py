"""Models and versions go into the recycle bin, come back, and go for good; what is in use stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from mlops.bin import deletion, removal
from mlops.bin.deletion import delete, restore
from mlops.bin.models import Entry, Gone
from mlops.bin.removal import finish_broken_off, purge
from mlops.blobs import garbage
from mlops.blobs.stores import store
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.packaging.models import Conversion, Profile
from mlops.registry import actions, pointing, queries
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.tags.models import Tag
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db
NOW = timedelta(0)
RUNNING = {"state": "running", "state_since": datetime(2026, 1, 1, tzinfo=UTC)}
FAILED = {"state": "failed", "state_since": datetime(2026, 1, 1, tzinfo=UTC)}


@pytest.fixture
def version(contributor, project) -> ModelVersion:
    return registered(contributor, project, tags={"Area": "Churn"})


def types() -> list[str]:
    return list(Event.objects.order_by("seq").values_list("type", flat=True))


def test_a_deleted_version_is_in_no_list_until_it_is_put_back_whole(contributor, version):
    entry = delete(contributor, version, reason="wrong data")
    assert (entry.title, entry.reason, entry.held_bytes) == ("prices:1", "wrong data", version.tree.size_bytes)
    with pytest.raises(Refusal):
        queries.visible_version(contributor, version.model_id, 1)
    restore(contributor, entry)
    assert queries.visible_version(contributor, version.model_id, 1) == version
    assert types()[-2:] == ["mlops.model.deleted", "mlops.model.undeleted"]


def test_a_deleted_models_name_is_free_at_once_and_it_comes_back_under_another(contributor, project, version):
    entry = delete(contributor, version.model)
    fresh = registered(contributor, project)
    assert fresh.number == 1
    with pytest.raises(Refusal) as refused:
        restore(contributor, entry)
    assert (refused.value.code, refused.value.status) == ("name_taken", 409)
    with pytest.raises(Refusal) as refused:
        restore(contributor, entry, name="old/prices")
    assert refused.value.code == "name_invalid"
    restore(contributor, entry, name="old-prices")
    assert set(RegisteredModel.objects.values_list("name", flat=True)) == {"prices", "old-prices"}
    assert queries.visible_version(contributor, version.model_id, 1) == version


def test_a_version_does_not_come_back_before_its_model(contributor, version):
    entry = delete(contributor, version)
    delete(contributor, version.model)
    with pytest.raises(Refusal, match="in the recycle bin itself"):
        restore(contributor, entry)


def test_the_number_of_a_version_in_the_bin_is_not_given_again(contributor, project, version):
    delete(contributor, version)
    with pytest.raises(Refusal, match="recycle bin") as refused:
        actions.register(contributor, project, name="prices", tree=version.tree, number=1)
    assert refused.value.code == "version_taken"
    assert registered(contributor, project).number == 2


@pytest.mark.parametrize(
    ("point", "told"),
    [
        (lambda who, one: pointing.set_alias(who, one, alias="champion"), "alias “champion”"),
        (lambda who, one: pointing.change_stage(who, one, stage="Production"), "stage Production"),
        (
            lambda who, one: Conversion.objects.create(version=one, state="running", state_since=timezone.now()),
            "under way",
        ),
    ],
)
def test_what_clients_or_workers_use_is_not_deleted_alone_or_with_its_model(contributor, version, point, told):
    point(contributor, version)
    for row in (version, version.model):
        with pytest.raises(Refusal, match=told) as refused:
            delete(contributor, row)
        assert refused.value.code == "model_in_use"
        assert refused.value.extra["users"][0]["url"].startswith(f"/models/{version.model_id}/1/")


def test_what_is_deleted_for_good_leaves_a_tombstone_and_gives_its_bytes_back(owner, contributor, version):
    conversion = Conversion.objects.create(version=version, state="succeeded", state_since=timezone.now())
    Profile.objects.create(version=version, name="one", entry="onnx", conversion=conversion, order={}, **FAILED)
    entry = delete(contributor, version.model)
    digest = queries.files_of(version)[0].digest
    purge(owner, entry, confirmed="prices", reason="never used")
    assert not any(kind.exists() for kind in (ModelVersion.with_deleted, RegisteredModel.with_deleted, Entry.objects))
    assert not Tag.objects.exists()
    gone = Gone.objects.get(kind="model_version")
    assert (gone.title, gone.purged_by_name, gone.facts["digest"]) == ("prices:1", "olga", version.tree_id)
    assert garbage.collect(grace=NOW).removed_bytes >= version.tree.size_bytes
    assert not store().exists(digest)
    assert types()[-1] == "mlops.model.purged"


def test_only_an_owner_who_types_its_name_deletes_for_good(owner, contributor, version):
    entry = delete(contributor, version)
    with pytest.raises(Refusal) as refused:
        purge(contributor, entry, confirmed="prices:1")
    assert refused.value.status == 403
    with pytest.raises(Refusal) as unconfirmed:
        purge(owner, entry, confirmed="prices")
    assert unconfirmed.value.code == "purge_unconfirmed"


def test_a_removal_that_was_broken_off_cannot_be_undone_and_is_finished(owner, contributor, project, version):
    second = registered(contributor, project)
    entry = delete(contributor, version.model)
    long_ago = entry.deleted_at - timedelta(hours=1)
    Entry.objects.filter(pk=entry.pk).update(removing_at=long_ago, removed_by=owner)  # killed after the mark
    removal._bury(Entry.objects.get(pk=entry.pk), removal.PARTS["model_version"], second)  # and after one version
    with pytest.raises(Refusal, match="being removed"):
        deletion.restore(owner, entry)
    finish_broken_off()
    assert not RegisteredModel.with_deleted.exists()
    assert set(Gone.objects.values_list("title", flat=True)) == {"prices", "prices:1", "prices:2"}
    assert types().count("mlops.model.purged") == 1


def test_files_that_another_version_holds_too_stay(owner, contributor, project, version):
    registered(contributor, project, name="twin")
    purge(owner, delete(contributor, version), confirmed="prices:1")
    garbage.collect(grace=NOW)
    assert all(store().exists(file.digest) for file in queries.files_of(version))
