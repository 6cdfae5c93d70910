"""The same by REST: numbers, labels in every form, datasets, removal and the archive."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from mlops.collected import tasks
from tests.collected.spooled import recorded, spooled

pytestmark = pytest.mark.django_db


@pytest.fixture
def base(client, contributor, blue, endpoint) -> str:
    spooled(blue, recorded(blue, request_id="a", at=timezone.now()))
    tasks.look()
    client.force_login(contributor)
    return f"/api/v1/online-endpoints/{endpoint.pk}/"


def test_numbers_rows_and_state_are_told(client, base):
    told = client.get(f"{base}collected/").json()
    assert (told["rows"], told["days"][0]["rows"], told["columns"]["inputs.power"]) == (1, 1, "decimal")
    assert told["deployments"][0]["state"] == "collecting"
    assert client.get(f"{base}collected/rows/").json()["results"][0]["request_id"] == "a"


def test_labels_come_as_rows_as_a_form_and_as_a_body(client, base):
    row = {"request_id": "a", "price": 1}
    assert client.post(f"{base}labels/", row, content_type="application/json").status_code == 201
    assert client.post(f"{base}labels/", [row, row], content_type="application/json").json()["rows"] == 2
    csv = b"request_id,price\na,2\n"
    form = {"file": SimpleUploadedFile("labels.csv", csv)}
    assert client.post(f"{base}labels/", form).json()["source"] == "labels.csv"
    assert client.post(f"{base}labels/", csv, content_type="text/csv").json()["columns"] == ["price"]
    bad = client.post(f"{base}labels/", {"price": 1}, content_type="application/json")
    assert (bad.status_code, bad.json()["code"]) == (400, "label_invalid")
    assert len(client.get(f"{base}labels/").json()["results"]) == 4


def test_a_window_is_exported_saved_refreshed_and_removed(client, base):
    answer = client.get(f"{base}collected/export/?designations=inputs")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert len(archive.namelist()) == 1
    assert client.get(f"{base}collected/export/?start=yesterday").json()["code"] == "moment_invalid"
    made = client.post(f"{base}collected/datasets/", {"dataset": "fresh"}, content_type="application/json").json()
    assert client.get(f"{base}collected/datasets/{made['id']}/").json()["state"] == "queued"
    again = client.post(f"{base}collected/refreshes/", {"dataset": "fresh"}, content_type="application/json").json()
    assert client.delete(f"{base}collected/refreshes/{again['id']}/").status_code == 204
    body = {"column": "request_id", "values": ["a"], "why": "asked"}
    gone = client.post(f"{base}collected/removals/", body, content_type="application/json").json()
    assert client.get(f"{base}collected/removals/{gone['id']}/").json()["value_count"] == 1
