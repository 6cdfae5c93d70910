"""The samples: data, whole, each with the licence under which it is passed on."""

from __future__ import annotations

import pytest

from mlops.blobs.trees import keep_file
from mlops.datasets import actions, queries
from mlops.datasets.importing import import_version
from mlops.datasets.samples import FOLDER, load_samples, samples
from tests.datasets.people import made

pytestmark = pytest.mark.django_db
ROWS = {
    "Automobile price data": 205,
    "Adult Census Income": 45_222,
    "Palmer penguins": 344,
    "Flights NYC 2013": 336_776,
    "German Credit Card UCI": 1_000,
    "Letter recognition": 20_000,
    "Weather NYC 2013": 26_115,
    "CRM Dataset Shared (stand-in)": 50_000,
    "CRM Churn Labels Shared (stand-in)": 50_000,
    "Wikipedia SP 500 (stand-in)": 466,
    "Restaurant ratings (stand-in)": 1_161,
    "Restaurant customer data (stand-in)": 138,
    "Restaurant feature data (stand-in)": 130,
    "Animal images (stand-in)": 90,
}


def test_each_sample_names_its_licence_its_source_and_its_task():
    assert {sample.name for sample in samples()} == set(ROWS)
    for sample in samples():
        assert "CC BY 4.0" in sample.licence or "CC0" in sample.licence
        assert ("stand-in" in sample.name) == sample.licence.startswith("Made for this product")
        assert any(word in sample.source for word in ("http", "ackage", "Made by")), sample.source
        assert sample.task
        assert sample.description
        assert (FOLDER / sample.file).exists()


def test_there_is_a_sample_of_each_kind_of_task():
    kinds = " ".join(sample.task for sample in samples())
    assert all(kind in kinds for kind in ("regression", "two-class", "multi-class"))


@pytest.mark.parametrize("name", ROWS)
def test_a_sample_is_imported_whole_with_its_target(owner, project, name):
    sample = next(sample for sample in samples() if sample.name == name)
    version = actions.import_known(
        owner,
        project,
        blob=keep_file(FOLDER / sample.file),
        file_name=sample.file,
        reading=sample.reading,
        fields={"name": name, "licence": sample.licence},
    )
    import_version(version.pk)
    version.refresh_from_db()
    assert (version.state, version.row_count) == ("ready", ROWS[name]), version.reason
    columns = [column.name for column in queries.schema_columns(version)]
    assert not sample.target or sample.target in columns


def test_the_licence_is_on_the_page(client, owner, reader, project):
    version = next(one for one in load_samples(owner, project) if one.dataset.name == "Palmer penguins")
    client.force_login(reader)
    text = client.get(f"/datasets/{version.dataset_id}/", {"tab": "details"}).content.decode()
    assert "CC0 1.0" in text
    assert version.dataset.source[:20] in text


def test_a_dataset_of_ones_own_under_a_samples_name_is_left_alone(owner, project):
    mine = made(owner, project, name="Palmer penguins")
    load_samples(owner, project)
    newest = queries.versions(mine.dataset).first()
    assert (newest, newest.dataset.is_sample) == (mine, False)
