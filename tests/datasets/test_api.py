"""Datasets by REST: from the bytes of a file to rows, profile and files, and who may."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mlops.datasets.importing import import_version
from tests.datasets.people import CARS, imported

pytestmark = pytest.mark.django_db
API = "/api/v1/"


def put(client, content: bytes = CARS, file_name: str = "cars.csv", project: str = "churn"):
    address = f"{API}uploads/?project={project}&file_name={file_name}"
    return client.put(address, content, content_type="application/octet-stream")


def post(client, path: str, body: dict):
    return client.post(API + path, json.dumps(body), content_type="application/json")


def test_a_raw_body_is_kept_and_looked_at(client, contributor, project):
    client.force_login(contributor)
    answer = put(client)
    assert answer.status_code == 201
    body = answer.json()
    assert [column["type"] for column in body["preview"]["columns"]] == ["string", "integer", "integer"]
    assert body["preview"]["rows"][2] == ["volvo", None, "4"]
    assert body["warnings"] == []


def test_a_form_with_a_file_is_the_same(client, contributor, project):
    client.force_login(contributor)
    file = SimpleUploadedFile("cars.csv", CARS)
    answer = client.post(f"{API}uploads/", {"project": "churn", "file": file})
    assert answer.status_code == 201
    assert answer.json()["sha256"] == put(client).json()["sha256"]


def test_a_bad_file_is_a_problem_and_no_fault(client, contributor, project):
    client.force_login(contributor)
    answer = put(client, b"a,b\n1,2,3\n")
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["where"] == {"row": 1}
    assert put(client, b"").json()["code"] == "empty_file"


def test_from_upload_to_rows_profile_and_files(client, contributor, project):
    client.force_login(contributor)
    upload = put(client).json()
    made = post(client, "datasets/", {"project": "churn", "name": "Cars", "upload": upload["id"], "licence": "CC0"})
    assert made.status_code == 201
    row = made.json()
    assert (row["project"], row["latest"]["state"], row["latest"]["number"]) == ("churn", "importing", 1)
    import_version(row["latest"]["id"])
    base = f"{API}datasets/{row['id']}/versions/1/"
    assert client.get(base).json()["row_count"] == 3
    assert client.get(base + "rows/?offset=1&limit=1").json()["rows"] == [["bmw", 16500, 4]]
    assert [c["name"] for c in client.get(base + "profile/").json()["columns"]] == ["make", "price", "doors"]
    assert b"".join(client.get(base + "download/")) == CARS
    csv = client.get(base + "download/?format=csv")
    assert b"".join(csv) == b"make,price,doors\naudi,13495,2\nbmw,16500,4\nvolvo,,4\n"
    assert "Cars-1.csv" in csv.headers["Content-Disposition"]
    assert b"".join(client.get(base + "download/?format=parquet"))[:4] == b"PAR1"
    assert client.get(base + "download/?format=xlsx").json()["code"] == "format_unknown"


def test_rows_before_the_import_say_wait(client, contributor, project):
    client.force_login(contributor)
    upload = put(client).json()
    row = post(client, "datasets/", {"project": "churn", "name": "Cars", "upload": upload["id"]}).json()
    answer = client.get(f"{API}datasets/{row['id']}/versions/1/rows/")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_imported_yet")


def test_other_settings_can_be_tried_on_an_upload(client, contributor, project):
    client.force_login(contributor)
    upload = put(client, b"a;b\n1;2\n").json()
    tried = post(client, f"uploads/{upload['id']}/preview/", {"reading": {"format": "csv", "delimiter": "|"}})
    assert [column["name"] for column in tried.json()["preview"]["columns"]] == ["a;b"]
    wrong = post(client, f"uploads/{upload['id']}/preview/", {"reading": {"format": "csv", "columns": 3}})
    assert wrong.json()["code"] == "reading_invalid"


def test_the_list_filters_by_text_and_project(client, contributor, project):
    client.force_login(contributor)
    imported(contributor, project, name="Cars")
    imported(contributor, project, CARS + b"x,1,1\n", name="Boats")
    names = [row["name"] for row in client.get(f"{API}datasets/?project=churn&q=boa").json()["results"]]
    assert names == ["Boats"]
    assert client.get(f"{API}datasets/?project=chur").json()["hint"] == "Did you mean 'churn'?"


def test_a_new_version_by_its_own_address(client, contributor, project):
    version = imported(contributor, project)
    client.force_login(contributor)
    upload = put(client, CARS + b"saab,1,2\n").json()
    answer = post(client, f"datasets/{version.dataset_id}/versions/", {"upload": upload["id"]})
    assert (answer.status_code, answer.json()["number"]) == (201, 2)
    listed = client.get(f"{API}datasets/{version.dataset_id}/versions/").json()["results"]
    assert [one["number"] for one in listed] == [2, 1]


def test_texts_are_changed_and_versions_deleted(client, contributor, project):
    version = imported(contributor, project)
    client.force_login(contributor)
    address = f"{API}datasets/{version.dataset_id}/"
    changed = client.patch(address, json.dumps({"description": "Old cars"}), content_type="application/json")
    assert changed.json()["description"] == "Old cars"
    assert client.delete(f"{address}versions/1/").status_code == 204
    assert client.get(address).status_code == 404


def test_who_may_not_see_it_finds_nothing_and_readers_change_nothing(client, contributor, reader, stranger, project):
    version = imported(contributor, project)
    address = f"{API}datasets/{version.dataset_id}/"
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    assert client.get(f"{address}versions/1/download/").status_code == 404
    assert put(client).status_code == 404
    client.force_login(reader)
    assert client.get(f"{address}versions/1/rows/").status_code == 200
    assert client.delete(f"{address}versions/1/").status_code == 403
    assert put(client).status_code == 403


def test_a_body_that_is_no_upload_id_is_refused(client, contributor, project):
    client.force_login(contributor)
    assert post(client, "datasets/", {"project": "churn", "name": "X", "upload": "no"}).status_code == 400
    assert post(client, "datasets/", {"project": "churn", "name": "X"}).json()["code"] == "invalid"
