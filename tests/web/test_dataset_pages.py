"""The wizard and the dataset's page in wrong hands and with wrong files; the way through is in tests/datasets."""

from __future__ import annotations

import io

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mlops.datasets.models import Dataset, Upload
from tests.datasets.people import CARS, imported, made, uploaded

pytestmark = pytest.mark.django_db
TYPED = {"name": "Cars <1>", "description": "Old & rusty", "licence": "CC0", "source": "a garage"}


def no_columns() -> bytes:
    target = io.BytesIO()
    pl.DataFrame().write_parquet(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "file_name", "said"),
    [
        (b"", "cars.csv", "it has no bytes"),
        (b"\n \n", "cars.csv", "nothing but blank lines"),
        (b"make,price\n", "cars.csv", "a header and no row of data"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "cars.csv", "a PNG image"),
        (CARS, "cars.parquet", "is named .parquet"),
        (no_columns(), "cars.parquet", "has no column"),
        (b'a,b\n1,"x\n2,y\n', "cars.csv", "a quote that is never closed"),
    ],
)
def test_a_file_that_is_no_table_is_refused_and_nothing_typed_is_lost(
    client, contributor, project, content, file_name, said
):
    client.force_login(contributor)
    file = SimpleUploadedFile(file_name, content)
    answer = client.post("/datasets/new/?project=churn", {**TYPED, "file": file})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert 'value="Cars &lt;1&gt;"' in text
    assert "Old &amp; rusty" in text
    assert not Upload.objects.exists()


def test_double_names_are_told_before_anything_is_imported(client, contributor, project):
    client.force_login(contributor)
    file = SimpleUploadedFile("cars.csv", b"price,price\n1,2\n")
    text = client.post("/datasets/new/?project=churn", {**TYPED, "file": file}, follow=True).content.decode()
    assert "There are several columns “price”; number 2 is called “price (1)”." in text


def test_choices_stay_as_they_were_made_beside_a_fault(client, contributor, project):
    client.force_login(contributor)
    upload = uploaded(contributor, project)
    chosen = {"include-0": "on", "type-0": "integer", "type-1": "decimal", "include-2": "on", "go": "next"}
    answer = client.post(f"/datasets/uploads/{upload.pk}/schema/", chosen)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Row 1" in text
    assert "“audi” is not a whole number" in text
    assert 'value="integer" selected' in text
    assert 'value="decimal" selected' in text
    assert 'name="include-1"  aria' in text
    assert 'name="include-2" checked' in text
    assert not Dataset.objects.exists()


@pytest.mark.parametrize("step", ["settings", "schema", "confirm"])
def test_who_may_not_contribute_does_not_get_into_the_wizard(client, contributor, reader, stranger, project, step):
    upload = uploaded(contributor, project)
    for person, status in ((reader, 403), (stranger, 404)):
        client.force_login(person)
        for answer in (client.get, client.post):
            assert answer(f"/datasets/uploads/{upload.pk}/{step}/").status_code == status
    client.logout()
    assert "sign-in" in client.get(f"/datasets/uploads/{upload.pk}/{step}/").headers["Location"]


def test_a_reader_sees_the_data_and_no_way_to_change_it(client, contributor, reader, project):
    version = imported(contributor, project)
    client.force_login(reader)
    text = client.get(f"/datasets/{version.dataset_id}/").content.decode()
    assert "16500" in text
    assert "/delete/" not in text
    assert "dataset=" not in text
    assert client.get("/datasets/new/?project=churn").status_code == 403
    for act in ("reopen", "delete"):
        assert client.post(f"/datasets/{version.dataset_id}/versions/1/{act}/").status_code == 403


def test_a_stranger_finds_nothing(client, contributor, stranger, project):
    version = imported(contributor, project)
    client.force_login(stranger)
    for address in ("", "head/", "?tab=profile"):
        assert client.get(f"/datasets/{version.dataset_id}/{address}").status_code == 404
    assert client.post(f"/datasets/{version.dataset_id}/versions/1/delete/").status_code == 404
    assert client.get(f"/datasets/new/?dataset={version.dataset_id}").status_code == 404


def test_rows_are_turned_page_by_page_and_the_ends_hold(client, contributor, reader, project):
    lines = "".join(f"car{n},{n}\n" for n in range(120))
    version = imported(contributor, project, b"make,price\n" + lines.encode())
    client.force_login(reader)
    address = f"/datasets/{version.dataset_id}/"
    assert "Rows 1 to 50 of 120" in client.get(address).content.decode()
    last = client.get(address, {"offset": 100}).content.decode()
    assert "Rows 101 to 120 of 120" in last
    assert "car119" in last
    assert "Rows 101 to 120" in client.get(address, {"offset": "9" * 30}).content.decode()
    assert "Rows 1 to 50" in client.get(address, {"offset": "-1"}).content.decode()


@pytest.mark.parametrize("number", ["7", "9" * 40, "²"])
def test_a_version_that_is_not_there_is_no_fault_of_ours(client, contributor, project, number):
    version = made(contributor, project)
    client.force_login(contributor)
    assert client.get(f"/datasets/{version.dataset_id}/", {"version": number}).status_code in (200, 404)
    assert client.get(f"/api/v1/datasets/{version.dataset_id}/versions/1/rows/?offset={number}").status_code < 500


def test_a_new_version_of_a_dataset_goes_through_the_same_steps(client, contributor, project):
    version = imported(contributor, project)
    client.force_login(contributor)
    file = SimpleUploadedFile("more.csv", CARS + b"saab,1,2\n")
    settings = client.post(f"/datasets/new/?dataset={version.dataset_id}", {"file": file}).headers["Location"]
    confirm = settings.replace("settings", "confirm")
    assert "Cars" in client.get(confirm).content.decode()
    assert client.post(confirm).headers["Location"] == f"/datasets/{version.dataset_id}/"
    version.dataset.refresh_from_db()
    assert version.dataset.last_number == 2


def test_the_live_head_tells_state_and_reason(client, contributor, reader, project):
    version = made(contributor, project)
    client.force_login(reader)
    head = client.get(f"/datasets/{version.dataset_id}/head/").content.decode()
    assert "Importing" in head
    assert "<html" not in head
