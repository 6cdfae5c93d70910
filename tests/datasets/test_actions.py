"""What people may do with datasets, and what comes of it."""

from __future__ import annotations

import io
import zipfile

import msgspec
import pytest

from mlops.blobs.trees import manifest_of, open_file
from mlops.datasets import actions, queries, usage
from mlops.datasets.models import Dataset, DatasetVersion
from mlops.datasets.palette import palette
from mlops.datasets.usage import Use
from mlops.events.models import Event
from mlops.formats.reading import Reading
from mlops.formats.refusal import Refusal
from mlops.formats.transform import TableMeta
from tests.datasets.people import CARS, imported, made, uploaded

pytestmark = pytest.mark.django_db


def test_a_file_becomes_a_version_with_table_and_profile(contributor, project):
    version = imported(contributor, project)
    assert (version.state, version.row_count, version.number) == ("ready", 3, 1)
    assert [file.path for file in manifest_of(version.tree_id).files] == ["data.parquet", "meta.json"]
    with open_file(version.tree_id, "meta.json") as file:
        assert msgspec.json.decode(file.read(), type=TableMeta).sources == ("Cars:1",)
    price = next(column for column in queries.profile_of(version).columns if column.name == "price")
    assert (price.minimum, price.missing_count) == (13495, 1)


def test_the_chain_of_events_tells_the_story(contributor, project):
    imported(contributor, project)
    told = Event.objects.filter(type__startswith="mlops.dataset").order_by("seq").values_list("type", flat=True)
    assert list(told) == ["mlops.dataset.created", "mlops.dataset.version_added", "mlops.dataset.registered"]


def test_the_same_file_again_is_the_same_version(contributor, project):
    first = imported(contributor, project)
    assert made(contributor, project).pk == first.pk
    assert imported(contributor, project, CARS + b"saab,1,2\n").number == 2


def test_other_settings_make_another_version(contributor, project):
    first = imported(contributor, project)
    upload = uploaded(contributor, project)
    reading = msgspec.structs.replace(msgspec.convert(upload.guess, type=Reading), missing_values=("",))
    assert actions.add_version(contributor, first.dataset, upload=upload, reading=reading).number == 2


def test_a_failed_import_says_where_and_what_to_do(contributor, project):
    upload = uploaded(contributor, project)
    guess = msgspec.convert(upload.guess, type=Reading)
    columns = tuple(msgspec.structs.replace(column, type="integer") for column in guess.columns)
    version = actions.create_dataset(
        contributor, project, name="Cars", upload=upload, reading=msgspec.structs.replace(guess, columns=columns)
    )
    from mlops.datasets.importing import import_version

    import_version(version.pk)
    version.refresh_from_db()
    assert version.state == "failed"
    assert "Row 1, column “make”: “audi” is not a whole number" in version.reason
    assert "make" in version.hint


def test_readers_and_strangers_may_not_upload(reader, stranger, project):
    for person, status in ((reader, 403), (stranger, 404)):
        with pytest.raises(Refusal) as caught:
            uploaded(person, project)
        assert caught.value.status == status


def test_an_upload_of_another_project_is_not_found(owner, contributor, project):
    from mlops.accounts.membership import create_project

    other = create_project(contributor, name="Other")
    with pytest.raises(Refusal) as caught:
        actions.create_dataset(contributor, project, name="X", upload=uploaded(contributor, other))
    assert caught.value.status == 404


@pytest.mark.parametrize("name", ["", "  ", "a:1", "a/b", "x" * 121])
def test_a_name_that_cannot_be_is_refused(contributor, project, name):
    upload = uploaded(contributor, project)
    with pytest.raises(Refusal) as caught:
        actions.create_dataset(contributor, project, name=name, upload=upload)
    assert caught.value.code in ("name_missing", "name_invalid")


def test_a_version_in_use_is_kept_and_its_users_named(contributor, project):
    version = imported(contributor, project)

    def source(of):
        return [Use(kind="model", name="churn:3")] if of.pk == version.pk else []

    usage.register(source)
    with pytest.raises(Refusal) as caught:
        actions.delete_version(contributor, version)
    assert caught.value.status == 409
    assert "model “churn:3”" in caught.value.message
    usage._sources.remove(source)


def test_a_number_is_never_given_twice(contributor, project):
    imported(contributor, project)
    second = imported(contributor, project, CARS + b"saab,1,2\n")
    actions.delete_version(contributor, second)
    assert made(contributor, project, CARS + b"fiat,1,2\n").number == 3


def test_the_last_version_takes_the_dataset_along(contributor, project):
    actions.delete_version(contributor, imported(contributor, project))
    assert not Dataset.objects.exists()


def test_rows_are_read_page_by_page(contributor, project):
    version = imported(contributor, project)
    page = queries.rows(version, offset=1, limit=2)
    assert page["columns"] == ["make", "price", "doors"]
    assert page["rows"] == [["bmw", 16500, 4], ["volvo", None, 4]]


def test_the_palette_offers_the_newest_ready_version(contributor, project):
    imported(contributor, project)
    made(contributor, project, CARS + b"saab,1,2\n")
    (offer,) = palette(project)
    assert (offer["name"], offer["version"], offer["versions"]) == ("Cars", 1, [2, 1])
    assert [column["name"] for column in offer["schema"]["columns"]] == ["make", "price", "doors"]


def zipped(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "x")
    return target.getvalue()


def test_an_archive_becomes_a_dataset_that_gives_a_zip_file(contributor, project):
    version = imported(contributor, project, zipped("cats/tom.png"), name="Pets", file_name="pets.zip")
    assert (version.state, version.row_count) == ("ready", 1), version.reason
    assert "files.zip" in [file.path for file in manifest_of(version.tree_id).files]
    assert queries.dataset_shape(project, "Pets").type == "zip"
    assert [offer["type"] for offer in palette(project)] == ["zip"]


def test_a_table_does_not_become_the_next_version_of_an_archive(contributor, project):
    imported(contributor, project, zipped("a.txt"), name="Pets", file_name="pets.zip")
    with pytest.raises(Refusal) as caught:
        made(contributor, project, name="Pets")
    assert caught.value.code == "another_kind"


def test_a_dataset_that_is_not_there_is_named_with_the_nearest(contributor, project):
    imported(contributor, project)
    with pytest.raises(Refusal) as caught:
        queries.dataset_shape(project, "Carz", None)
    assert (caught.value.code, caught.value.hint) == ("dataset_unknown", "Did you mean 'Cars'?")


def test_schema_of_asks_who_wants_to_know(contributor, stranger, project):
    imported(contributor, project)
    schema = queries.schema_of(contributor, project, "Cars", 1)
    assert schema is not None
    assert schema.names == ("make", "price", "doors")
    with pytest.raises(Refusal):
        queries.schema_of(stranger, project, "Cars", 1)


def test_the_samples_come_once_with_their_licences(owner, project):
    from mlops.datasets.samples import load_samples

    load_samples(owner, project)
    load_samples(owner, project)
    assert DatasetVersion.objects.count() == 4
    assert all(dataset.licence and dataset.source and dataset.is_sample for dataset in Dataset.objects.all())


def test_the_automobile_sample_is_what_it_says(owner, project):
    from mlops.datasets.importing import import_version
    from mlops.datasets.samples import load_samples

    version = next(one for one in load_samples(owner, project) if one.dataset.name == "Automobile price data")
    import_version(version.pk)
    version.refresh_from_db()
    assert (version.row_count, len(version.schema["columns"])) == (205, 26)
    missing = {column["name"]: column["missing_count"] for column in version.profile["columns"]}
    assert (missing["normalized-losses"], missing["price"], missing["make"]) == (41, 4, 0)
