"""Where the quota of storage is used up: nothing more is kept, whichever way it comes."""

from __future__ import annotations

import io

import pytest
from django.utils import timezone

from mlops.batch.models import BatchInput
from mlops.blobs.trees import keep_manifest, keep_stream
from mlops.components.models import Component, ComponentVersion
from mlops.datasets import actions as datasets
from mlops.datasets import arrivals
from mlops.datasets.models import Arrival
from mlops.events.models import Event
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal
from mlops.quotas import queries, storage
from mlops.quotas.actions import set_quotas
from mlops.quotas.models import Stored
from mlops.runs.models import Experiment, Run
from mlops.uploads import actions as uploads
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


def used(project) -> int:
    return next(line.used for line in queries.lines_of(project) if line.kind == "storage")


def keep(contributor, project, content: bytes, name: str = "a.bin"):
    return arrivals.keep_one(contributor, project, source=io.BytesIO(content), file_name=name)


def test_a_file_that_is_too_much_is_refused_with_sizes_and_the_remedy(administrator, contributor, project):
    set_quotas(administrator, project, {"storage": "1 KB"})
    keep(contributor, project, b"a" * 600)
    with pytest.raises(Refusal) as refused:
        keep(contributor, project, b"b" * 600)
    assert (refused.value.code, refused.value.status) == ("quota_reached", 409)
    assert "Storage, 600 B of 1.0 KB" in refused.value.message
    assert "empty the recycle bin" in refused.value.hint
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize("is_of_all", [False, True])
def test_what_came_before_there_was_a_quota_counts(administrator, contributor, project, is_of_all):
    storage.count(project)
    keep(contributor, project, b"a" * 600)
    set_quotas(administrator, None if is_of_all else project, {"storage": "1 KB"})
    with pytest.raises(Refusal, match=r"Storage, 600 B of 1\.0 KB"):
        keep(contributor, project, b"b" * 600)


def test_an_upload_is_refused_before_its_first_byte_and_counts_from_its_beginning(administrator, contributor, project):
    set_quotas(administrator, project, {"storage": 1000})
    upload = uploads.begin(contributor, project, name="a.csv", size_bytes=900)
    with pytest.raises(Refusal, match="no room for 200 B more: Storage, 900 B"):
        uploads.begin(contributor, project, name="b.csv", size_bytes=200)
    uploads.remove(upload)
    assert uploads.begin(contributor, project, name="b.csv", size_bytes=200)


def test_a_table_that_is_too_much_is_refused(administrator, contributor, project):
    set_quotas(administrator, project, {"storage": 10})
    with pytest.raises(Refusal, match="Storage"):
        datasets.receive(contributor, project, source=io.BytesIO(b"a,b\n1,2\n3,4\n"), file_name="a.csv")


def test_the_same_bytes_count_once_and_those_of_models_and_runs_are_among_them(contributor, project):
    keep(contributor, project, b"a" * 600)
    keep(contributor, project, b"a" * 600)
    assert used(project) == 600
    version = registered(contributor, project)
    assert used(project) == 600 + version.tree.size_bytes


def test_four_fifths_and_all_of_it_are_told_by_event(administrator, contributor, project):
    set_quotas(administrator, project, {"storage": "1KB"})
    for sign, size in ((b"a", 700), (b"b", 150), (b"c", 150)):
        keep(contributor, project, sign * size, name=sign.decode())
    told = Event.objects.filter(type="mlops.quota.warned").order_by("seq")
    assert [one.data for one in told] == [
        {"kind": "storage", "used": 850, "most": 1000},
        {"kind": "storage", "used": 1000, "most": 1000},
    ]


def test_a_count_takes_over_what_came_since_the_last_one(administrator, contributor, project):
    set_quotas(administrator, project, {"storage": "1KB"})
    keep(contributor, project, b"a" * 600)
    row = Stored.objects.get(project=project)
    assert (row.counted_bytes, row.added_bytes) == (0, 600)
    again = storage.count(project)
    assert (again.counted_bytes, again.added_bytes) == (600, 0)


def test_sizes_are_set_by_page_with_their_unit(client, administrator, project):
    client.force_login(administrator)
    assert client.post("/projects/churn/quotas/", {"storage": "1.5 TB"}).status_code == 302
    text = client.get("/projects/churn/quotas/").content.decode()
    assert 'value="1500 GB"' in text
    assert "0 B of 1.5 TB" in text


@pytest.mark.parametrize("value", ["many", "-1 GB", "9999 PB", True, None])
def test_what_is_no_size_is_refused(administrator, project, value):
    with pytest.raises(Refusal) as refused:
        set_quotas(administrator, project, {"storage": value})
    assert refused.value.code == "quota_invalid"


def test_code_that_came_with_jobs_components_and_batch_deployments_counts(contributor, project):
    code, rows = (keep_stream(io.BytesIO(b"a" * size)) for size in (70, 50))
    tree, other = (
        keep_manifest(Manifest(files=(File(path="a.py", digest=one.digest, size_bytes=one.size_bytes),)))
        for one in (code, rows)
    )
    run = Run.objects.create(
        project=project, experiment=Experiment.objects.create(project=project, name="x"), number=1, display_name="x",
        spec={}, spec_digest="", snapshot={"components": {"job@1": {"how": {"code": tree.digest}}}},
        state_since=timezone.now(),
    )  # fmt: skip
    assert used(project) == 70
    component = Component.objects.create(project=project, name="clean")
    ComponentVersion.objects.create(component=component, version="1", position=1, definition={}, tree=tree)
    BatchInput.objects.create(project=project, tree=other)
    assert used(project) == 120
    Run.objects.filter(pk=run.pk).update(snapshot={})
    assert used(project) == 120
