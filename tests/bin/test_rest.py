"""The recycle bin by REST: one list of everything, put back, thrown away, emptied with a dry run before."""

from __future__ import annotations

import pytest

from mlops.bin.deletion import delete
from mlops.bin.models import Entry, Gone
from mlops.bin.shelves import found
from mlops.bin.tasks import empty_bins
from mlops.registry.models import ModelVersion
from mlops.runs.deletion import delete as delete_run
from tests.datasets.people import imported
from tests.registry.shelf import registered
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db
BIN = "/api/v1/bin/"


@pytest.fixture
def three(client, owner, project):
    """A version, a dataset and a run in the bin, in this order; the owner is signed in."""
    client.force_login(owner)
    version = registered(owner, project)
    client.delete(f"/api/v1/models/{version.model_id}/versions/1/?reason=wrong data")
    dataset = imported(owner, project).dataset
    client.delete(f"/api/v1/datasets/{dataset.pk}/")
    delete_run(owner, past_run(owner, project), reason="a try")
    return client


def listed(client, **more) -> list[dict]:
    return client.get(BIN, {"project": "churn", **more}).json()["results"]


def test_one_list_tells_what_who_when_why_and_until_when(three):
    told = three.get(BIN, {"project": "churn"}).json()
    run, dataset, version = told["results"]
    assert [one["kind"] for one in (run, dataset, version)] == ["run", "dataset", "model_version"]
    assert (version["title"], version["reason"], version["deleted_by"]) == ("prices:1", "wrong data", "olga")
    assert (run["reason"], run["deleted_by"]) == ("a try", "olga")
    assert all(one["goes_at"] > one["deleted_at"] for one in told["results"])
    assert version["bytes"] > 0
    assert (told["counts"]["run"], told["counts"]["model"], told["counts"]["model_version"]) == (1, 0, 1)


def test_the_list_is_narrowed_and_told_in_pages(three):
    assert [one["kind"] for one in listed(three, kind="dataset")] == ["dataset"]
    assert [one["title"] for one in listed(three, search="prices")] == ["prices:1"]
    page = three.get(BIN, {"project": "churn", "limit": 2}).json()
    rest = three.get(BIN, {"project": "churn", "limit": 2, "cursor": page["next_cursor"]}).json()
    assert [len(page["results"]), len(rest["results"]), rest["next_cursor"]] == [2, 1, None]
    assert three.get(BIN, {"project": "churn", "kind": "modle"}).json()["code"] == "kind_unknown"


def test_a_page_takes_as_many_queries_for_many_things_as_for_one(owner, project, django_assert_num_queries):
    for name in ("prices", "churn", "rents"):
        delete(owner, registered(owner, project, name=name))
    with django_assert_num_queries(4):  # the keys of runs and of assets, the entries, the policy
        items, _more = found(project)
    assert len(items) == 3


def test_each_kind_is_put_back(three):
    for one in listed(three):
        answer = three.post(f"{BIN}{one['kind']}/{one['id']}/restore/", {"project": "churn"}, "application/json")
        assert answer.status_code == 200, answer.content
    assert listed(three) == []
    assert ModelVersion.objects.exists()


def test_emptying_says_before_what_comes_free_and_needs_the_projects_name(three):
    dry = three.post(f"{BIN}empty/", {"project": "churn", "dry_run": True}, "application/json").json()
    assert (dry["removed"], dry["bytes"] > 0, len(listed(three))) == (3, True, 3)
    refused = three.post(f"{BIN}empty/", {"project": "churn", "confirmed": "yes"}, "application/json")
    assert refused.json()["code"] == "empty_unconfirmed"
    done = three.post(f"{BIN}empty/", {"project": "churn", "confirmed": "churn"}, "application/json").json()
    assert (done["removed"], done["stays"], done["left"], listed(three)) == (3, [], 0, [])


def test_bytes_that_something_else_holds_do_not_come_free(client, owner, project):
    client.force_login(owner)
    first = registered(owner, project)
    registered(owner, project, name="twin")
    client.delete(f"/api/v1/models/{first.model_id}/")
    dry = client.post(f"{BIN}empty/", {"project": "churn", "dry_run": True}, "application/json").json()
    assert (dry["removed"], dry["bytes"]) == (1, 0)


def test_what_lay_there_long_enough_goes_by_itself(three, settings):
    settings.BIN_DAYS = 30
    empty_bins()
    assert len(listed(three)) == 3
    for entry in Entry.objects.all():
        Entry.objects.filter(pk=entry.pk).update(deleted_at="2020-01-01T00:00:00Z")
    empty_bins()
    assert [one["kind"] for one in listed(three)] == ["run"]
    gone = Gone.objects.get(kind="model_version")
    assert (gone.purged_by_name, gone.reason) == ("system", "In the recycle bin for more than 30 days.")
