"""The pages about datasets: the wizard keeps what was typed, and the dataset's page shows what is there and why."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mlops.datasets import actions
from mlops.datasets.importing import import_version
from mlops.datasets.models import Dataset, DatasetVersion, Upload
from tests.datasets.people import CARS, imported, made, uploaded

pytestmark = pytest.mark.django_db
DETAILS = {"name": "Cars", "description": "Old cars", "licence": "CC0", "source": "a garage"}
SETTINGS = {"delimiter": ",", "quote": '"', "encoding": "utf-8", "header": "on", "skip_rows": "0"}


def send(client, content: bytes, file_name: str = "cars.csv"):
    file = SimpleUploadedFile(file_name, content)
    return client.post("/datasets/new/?project=churn", {**DETAILS, "file": file})


def page(client, address: str, **wanted) -> str:
    answer = client.get(address, wanted)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_file_to_dataset_in_four_steps(client, contributor, project):
    client.force_login(contributor)
    settings = send(client, CARS).headers["Location"]
    assert "13495" in page(client, settings)
    schema = client.post(settings, {**SETTINGS, "missing_values": "?", "empty_is_missing": "on", "go": "next"})
    asked = {f"include-{n}": "on" for n in range(3)} | {"type-1": "decimal"}
    confirm = client.post(schema.headers["Location"], asked | {"go": "next"}).headers["Location"]
    assert "price: decimal" in page(client, confirm)
    done = client.post(confirm, DETAILS)
    version = DatasetVersion.objects.select_related("dataset").get()
    assert done.headers["Location"] == f"/datasets/{version.dataset_id}/"
    assert (version.dataset.description, version.dataset.licence) == ("Old cars", "CC0")
    assert (version.reading["missing_values"], version.reading["columns"][1]["type"]) == (["?", ""][::-1], "decimal")


def test_a_bad_file_is_said_and_what_was_typed_stays(client, contributor, project):
    client.force_login(contributor)
    answer = send(client, b"a,b\n1,2\n3,4,5\n")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Row 2 (line 3) has 3 fields, expected 2" in text
    assert 'value="a garage"' in text
    assert "Old cars" in text


def test_no_file_is_said(client, contributor, project):
    client.force_login(contributor)
    answer = client.post("/datasets/new/?project=churn", DETAILS)
    assert answer.status_code == 400
    assert "No file was chosen" in answer.content.decode()


def test_settings_that_do_not_fit_are_said_and_kept(client, contributor, project):
    client.force_login(contributor)
    upload = uploaded(contributor, project, "name,n\nMüller,1\n".encode("latin-1"))
    address = f"/datasets/uploads/{upload.pk}/settings/"
    answer = client.post(address, SETTINGS | {"missing_values": "none", "empty_is_missing": "on"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "not written in utf-8" in text
    assert 'value="none"' in text
    wrong = client.post(address, SETTINGS | {"encoding": "cp1252", "skip_rows": "two"}).content.decode()
    assert 'value="two"' in wrong


def test_another_delimiter_shows_other_columns(client, contributor, project):
    client.force_login(contributor)
    upload = uploaded(contributor, project, b"a;b\n1;2\n")
    text = client.post(f"/datasets/uploads/{upload.pk}/settings/", SETTINGS | {"delimiter": "|"}).content.decode()
    assert "a;b" in text


def test_a_type_that_does_not_fit_is_said_at_the_column(client, contributor, project):
    client.force_login(contributor)
    upload = uploaded(contributor, project)
    asked = {f"include-{n}": "on" for n in range(3)} | {"type-0": "integer", "go": "next"}
    answer = client.post(f"/datasets/uploads/{upload.pk}/schema/", asked)
    assert answer.status_code == 422
    assert "“audi” is not a whole number" in answer.content.decode()


def test_every_column_left_out_is_refused(client, contributor, project):
    client.force_login(contributor)
    upload = uploaded(contributor, project)
    answer = client.post(f"/datasets/uploads/{upload.pk}/schema/", {"go": "next"})
    assert "Every column is left out" in answer.content.decode()


def test_columns_beyond_the_form_are_read_as_guessed(client, contributor, project):
    client.force_login(contributor)
    wide = ",".join(f"c{n}" for n in range(450)) + "\n" + ",".join("1" * 450) + "\n"
    upload = uploaded(contributor, project, wide.encode())
    address = f"/datasets/uploads/{upload.pk}/schema/"
    assert "150 more are read as guessed" in page(client, address)
    asked = {f"include-{n}": "on" for n in range(300)} | {"go": "next"}
    assert client.post(address, asked).status_code == 302
    upload.refresh_from_db()
    assert all(column.get("include", True) for column in upload.guess["columns"])


def test_a_name_that_cannot_be_stays_in_the_form(client, contributor, project):
    client.force_login(contributor)
    upload = uploaded(contributor, project)
    answer = client.post(f"/datasets/uploads/{upload.pk}/confirm/", DETAILS | {"name": "a:1"})
    assert answer.status_code == 400
    assert 'value="a:1"' in answer.content.decode()


def test_a_taken_name_is_said_to_become_the_next_version(client, contributor, project):
    imported(contributor, project)
    client.force_login(contributor)
    upload = uploaded(contributor, project, CARS + b"saab,1,2\n")
    actions.keep_details(contributor, upload, details=DETAILS)
    assert "becomes its next version" in page(client, f"/datasets/uploads/{upload.pk}/confirm/")


@pytest.mark.parametrize("tab", ["preview", "profile", "versions", "used", "details"])
def test_each_tab_shows_its_part(client, reader, contributor, project, tab):
    version = imported(contributor, project)
    client.force_login(reader)
    text = page(client, f"/datasets/{version.dataset_id}/", tab=tab)
    expected = {
        "preview": "bmw",
        "profile": "Kurtosis",
        "versions": "cars.csv",
        "used": "Nobody uses this version yet",
        "details": version.raw_id,
    }
    assert expected[tab] in text


def test_the_profile_has_a_histogram_a_column(client, reader, contributor, project):
    version = imported(contributor, project)
    client.force_login(reader)
    text = page(client, f"/datasets/{version.dataset_id}/", tab="profile")
    assert "Histogram of price" in text
    assert "33.3 % missing" in text


def test_the_versions_tell_what_changed_in_the_columns(client, reader, contributor, project):
    imported(contributor, project)
    version = imported(contributor, project, b"make,price,colour\naudi,13495.5,red\n")
    client.force_login(reader)
    text = page(client, f"/datasets/{version.dataset_id}/", tab="versions")
    assert "new column colour" in text
    assert "column doors is gone" in text
    assert "price: integer is now decimal" in text


def test_a_failed_import_shows_reason_remedy_and_the_way_back(client, contributor, project):
    version = made(contributor, project)
    reading = version.reading | {"columns": [{**column, "type": "date"} for column in version.reading["columns"]]}
    DatasetVersion.objects.filter(pk=version.pk).update(reading=reading)
    import_version(version.pk)
    client.force_login(contributor)
    text = page(client, f"/datasets/{version.dataset_id}/")
    assert "Row 1, column “make”: “audi” is not a date" in text
    assert "Choose another type" in text
    back = client.post(f"/datasets/{version.dataset_id}/versions/1/reopen/").headers["Location"]
    assert "audi" in page(client, back)
    assert Upload.objects.filter(dataset=version.dataset).exists()


def test_texts_are_changed_on_the_page(client, contributor, reader, project):
    version = imported(contributor, project)
    address = f"/datasets/{version.dataset_id}/"
    client.force_login(contributor)
    assert client.post(address, {"description": "new", "licence": "MIT", "source": ""}).status_code == 302
    assert Dataset.objects.get().licence == "MIT"
    long = client.post(address, {"licence": "x" * 300})
    assert long.status_code == 400
    assert "at most 200" in long.content.decode()
    client.force_login(reader)
    assert client.post(address, {"licence": "mine"}).status_code == 403


def test_the_list_finds_and_tells_states(client, reader, contributor, project):
    imported(contributor, project)
    made(contributor, project, b"a\n1\n", name="Boats")
    client.force_login(reader)
    text = page(client, "/datasets/", project="churn")
    assert "Cars" in text
    assert "Importing" in text
    assert "Boats" not in page(client, "/datasets/", q="car")
    assert "No dataset fits" in page(client, "/datasets/", q="zzz")
