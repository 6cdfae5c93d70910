"""Rules put things into the bin by themselves; a dry run says what would go, what stays and what comes free."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.bin.models import Entry
from mlops.bin.policies import policy_of, set_policy
from mlops.bin.rules import apply, apply_all, tried
from mlops.blobs.trees import keep_folder
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.registry.actions import register
from mlops.registry.models import ModelVersion
from mlops.registry.pointing import set_alias
from mlops.runs.models import Run
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions(contributor, project, tmp_path) -> list[ModelVersion]:
    """Four, each of 1,000 bytes of its own and 500 that all share; the first has an alias."""
    made = []
    for number in range(1, 5):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "own.txt").write_text(str(number) * 1_000)
        (folder / "shared.txt").write_text("s" * 500)
        made.append(register(contributor, project, name="prices", tree=keep_folder(folder)))
    set_alias(contributor, made[0], alias="champion")
    return made


def test_a_dry_run_counts_shared_bytes_only_where_nothing_else_holds_them(owner, project, versions):
    found = tried(set_policy(owner, project, keep_versions=2))
    assert [one.title for one in found.going] == ["prices:2"]
    assert [(one.title, one.kept) for one in found.kept] == [("prices:1", "the alias “champion” of version 1")]
    assert 1_000 <= found.freed_bytes < 1_500  # its own file and its manifest, not what the others hold too
    assert found.held_bytes == 1_500
    assert not Entry.objects.exists()


def test_the_newest_versions_and_those_in_use_stay(owner, project, versions):
    set_policy(owner, project, keep_versions=2)
    apply_all()
    assert {one.number for one in ModelVersion.objects.all()} == {1, 3, 4}
    entry = Entry.objects.get()
    assert (entry.title, entry.deleted_by, entry.reason) == ("prices:2", None, "The rule keeps the newest 2 versions.")
    told = Event.objects.get(type="mlops.bin.rules_applied")
    assert (told.data["deleted"], told.data["kept"]) == (1, 1)


def test_archived_versions_take_no_place_among_those_that_are_kept(owner, project, versions):
    ModelVersion.objects.filter(number=4).update(archived_at=timezone.now())
    set_policy(owner, project, keep_versions=2)
    apply_all()
    assert {one.number for one in ModelVersion.objects.all()} == {1, 2, 3, 4}
    set_policy(owner, project, keep_versions=1)
    apply_all()
    assert {one.number for one in ModelVersion.objects.all()} == {1, 3, 4}


def test_old_runs_go_unless_something_was_registered_from_them(owner, contributor, project, versions):
    old, source, fresh = (past_run(contributor, project) for _ in range(3))
    long_ago = timezone.now() - timedelta(days=100)
    Run.objects.filter(pk__in=[old.pk, source.pk]).update(ended_at=long_ago)
    Run.objects.filter(pk=fresh.pk).update(ended_at=timezone.now())
    ModelVersion.objects.filter(number=1).update(run=source)
    found = tried(set_policy(owner, project, runs_days=90))
    assert [one.row for one in found.going] == [old]
    assert "prices:1" in found.kept[0].kept
    apply(policy_of(project))
    assert set(Run.kept.values_list("pk", flat=True)) == {source.pk, fresh.pk}


def test_a_rule_that_is_off_does_nothing_by_itself(owner, project, versions):
    set_policy(owner, project, keep_versions=1, is_on=False)
    apply_all()
    assert ModelVersion.objects.count() == 4


def test_only_an_owner_sets_rules_and_numbers_are_checked(owner, contributor, project):
    with pytest.raises(Refusal) as forbidden:
        set_policy(contributor, project, keep_versions=2)
    assert forbidden.value.status == 403
    with pytest.raises(Refusal) as wrong:
        set_policy(owner, project, keep_versions=-1)
    assert wrong.value.code == "retention_invalid"


def test_rest_sets_tries_and_applies_the_rules(client, owner, project, versions):
    client.force_login(owner)
    wanted = {"project": "churn", "keep_versions": 2, "days_in_bin": 7}
    found = client.post("/api/v1/bin/policy/try/", wanted, "application/json").json()
    assert (found["count"], [one["title"] for one in found["kept"]]) == (1, ["prices:1"])
    assert client.get("/api/v1/bin/policy/", {"project": "churn"}).json()["keep_versions"] == 0
    assert client.put("/api/v1/bin/policy/", wanted, "application/json").json()["days"] == 7
    assert client.post("/api/v1/bin/policy/apply/", {"project": "churn"}, "application/json").json() == {"deleted": 1}
