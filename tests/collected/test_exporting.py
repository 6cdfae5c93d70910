"""Exports have Azure's layout and columns; replays get their requests back."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta

import polars as pl
import pytest

from mlops.collected import labels, tasks
from mlops.collected.exporting import Archive
from mlops.collected.replaying import requests_of
from mlops.formats.refusal import Refusal
from tests.collected.spooled import NOON, recorded, spooled

pytestmark = pytest.mark.django_db
ADDED = [
    "$aml_dc_correlation_id",
    "$aml_dc_scoring_timestamp",
    "$aml_dc_boundary",
    "$aml_workspace",
    "$aml_service_name",
    "$aml_model_name",
    "$aml_model_version",
    "$aml_request_id",
]
NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def rows(blue, endpoint, contributor):
    two = {"inputs": {"power": [90, 100], "make": ["a,b", None]}, "predictions": {"price": [1.5, 2.5]}}
    spooled(blue, recorded(blue, request_id="r1", correlation_id="c1", parts=two))
    spooled(blue, recorded(blue, request_id="r2", at=NOON + timedelta(days=1)))
    tasks.look()
    labels.post_rows(contributor, endpoint, rows=[{"request_id": "r1", "row": 1, "price": 3}])
    tasks.look()


def archive(endpoint, actor, *, format="csv", start=None, end=None, designations=()) -> zipfile.ZipFile:
    made = Archive(endpoint, actor, format, (), start, end, designations)
    return zipfile.ZipFile(io.BytesIO(b"".join(made.pieces())))


def test_each_file_has_the_documented_path_header_and_columns(contributor, endpoint, rows, blue):
    found = archive(endpoint, contributor)
    name, number = str(blue.version).split(":")
    base = f"modeldata/{NOWHERE}/mlops/churn/prices/{name}/{number}"
    day = f"{base}/inputs/2026/11/20/data.csv"
    assert {day, f"{base}/predictions/2026/11/21/data.csv", f"{base}/labels/2026/11/20/data.csv"} <= set(
        found.namelist()
    )
    header, first, second = csv.reader(io.StringIO(found.read(day).decode()))
    assert header == ["power", "make", *ADDED]
    moment = "2026-11-20T12:00:00.000000"
    added = ["c1", moment, "1440", f"{NOWHERE}/mlops/churn", "prices", name, number, "r1"]
    assert first == ["90", "a,b", *added]
    assert second[:2] == ["100", ""]
    told = list(csv.reader(io.StringIO(found.read(f"{base}/labels/2026/11/20/data.csv").decode())))
    assert (told[0], told[1][0], told[1][-1]) == (["price", *ADDED], "3", "r1")


def test_an_export_may_be_of_some_designations_and_days_and_be_parquet(contributor, endpoint, rows):
    found = archive(
        endpoint, contributor, format="parquet", end=NOON + timedelta(hours=1), designations=("predictions",)
    )
    assert [name.split("/")[-5:] for name in found.namelist()] == [["predictions", "2026", "11", "20", "data.parquet"]]
    assert pl.read_parquet(found.read(found.namelist()[0]))["price"].to_list() == [1.5, 2.5]


def test_an_export_that_cannot_be_is_refused_before_it_begins(contributor, reader, endpoint, rows):
    for more, code in (({"format": "cvs"}, "format_unknown"), ({"designations": ("input",)}, "designation_unknown")):
        with pytest.raises(Refusal) as refused:
            archive(endpoint, contributor, **more)
        assert (refused.value.code, refused.value.hint[:12]) == (code, "Did you mean")
    with pytest.raises(Refusal) as refused:
        archive(endpoint, contributor, start=NOON + timedelta(days=5))
    assert refused.value.code == "nothing_collected"
    with pytest.raises(Refusal, match="role contributor"):
        archive(endpoint, reader)


def test_requests_are_built_anew_from_their_inputs(contributor, endpoint, rows):
    lines = [json.loads(line) for line in requests_of(contributor, endpoint).splitlines()]
    assert lines[0] == {"data": [{"power": 90.0, "make": "a,b"}, {"power": 100.0, "make": None}]}
    assert len(lines) == 2
    assert len(requests_of(contributor, endpoint, most=1).splitlines()) == 1
    with pytest.raises(Refusal, match="collected no rows"):
        requests_of(contributor, endpoint, start=NOON + timedelta(days=9))


def test_a_replay_asks_what_was_collected(client, contributor, endpoint, rows, blue):
    from mlops.replays.models import Replay

    client.force_login(contributor)
    type(blue).objects.filter(pk=blue.pk).update(ready_urls=["http://127.0.0.1:9"])
    body = {"before": "blue", "after": str(blue.version), "collected": True, "end": "2026-11-21"}
    made = client.post(f"/api/v1/online-endpoints/{endpoint.pk}/replays/", body, content_type="application/json")
    assert (made.status_code, made.json()["requests"]) == (201, "1 recorded requests")
    typed = {"before": "blue", "after": str(blue.version), "source": "collected", "start": "yesterday"}
    page = client.post(f"/endpoints/{endpoint.pk}/replays/", typed)
    assert (page.status_code, Replay.objects.count()) == (400, 1)
    assert "collected requests" in page.content.decode()
