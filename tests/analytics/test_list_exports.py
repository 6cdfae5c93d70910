"""Lists in pages as files: as they are filtered, for those who see them."""

from __future__ import annotations

import io

import polars as pl
import pytest
from django.test import Client

from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(contributor):
    client = Client()
    client.force_login(contributor)
    return lambda path, **query: client.get(path, query)


def content(answer) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def test_runs_are_exported_as_they_are_filtered(page, project, runs):
    rows = content(page("/runs/", export="csv", filter="state = completed")).decode().splitlines()
    assert len(rows) == 3
    frame = pl.read_parquet(io.BytesIO(content(page("/runs/", export="parquet"))))
    assert sorted(frame["number"]) == [101, 102, 103]
    shown = page("/runs/", filter="state = failed").content
    assert b"?filter=state+%3D+failed&amp;export=csv" in shown


def test_a_filter_that_cannot_be_understood_exports_nothing(page, runs):
    answer = page("/runs/", export="csv", filter="state = = completed")
    assert (answer.status_code, answer.streaming) == (400, False)


def test_models_and_monitors_are_exported_and_opened_in_power_bi(page, contributor, project):
    registered(contributor, project)
    assert b"prices" in content(page("/models/", export="csv"))
    assert content(page("/monitoring/", export="csv")).startswith(b"id,project,name")
    assert content(page("/monitoring/", export="csv", results="1")).startswith(b"id,project,monitor_id")
    file = page("/models/", export="pbids")
    assert (file.json()["connections"][0]["details"]["address"]["url"]).endswith("/odata/v1/Models")
    assert page("/models/", export="xlsx").status_code == 400


def test_collected_rows_are_exported_for_those_who_may_read_them(page, endpoint, rows, reader):
    address = f"/endpoints/{endpoint.pk}/analysis/"
    assert content(page(address, export="csv")).count(b"\n") == 4
    assert f"{address}?export=arrow".encode() in page(f"/endpoints/{endpoint.pk}/collected/").content
    client = Client()
    client.force_login(reader)
    assert client.get(address, {"export": "csv"}).status_code == 404
