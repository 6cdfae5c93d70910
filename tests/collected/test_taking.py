"""Segments of the spool become parts, each row exactly once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mlops.collected import taking, tasks
from mlops.collected.models import Intake, KeyBatch, Part, Segment
from mlops.collected.reading import fetch_window
from mlops.deployments.spools import sources
from mlops.events.models import Event
from tests.collected.spooled import NOON, recorded, spooled

pytestmark = pytest.mark.django_db


def rows(endpoint, folder, **more):
    import polars as pl

    window = fetch_window(endpoint, folder=folder, **{"start": None, "end": None, **more})
    return pl.read_parquet(window.files[0]) if window.files else pl.DataFrame()


def test_what_was_collected_is_a_window_of_rows_by_designation(blue, endpoint, tmp_path):
    two = {"inputs": {"power": [90, 100], "make": ["audi", None]}, "predictions": {"price": [1.5, 2.5]}}
    spooled(blue, recorded(blue, request_id="a", parts=two), recorded(blue, request_id="b", at=NOON + timedelta(1)))
    tasks.look()
    found = rows(endpoint, tmp_path)
    assert found["request_id"].to_list() == ["a", "a", "b"]
    assert found["row"].to_list() == [0, 1, 0]
    assert found["inputs.power"].to_list() == [90, 100, 90]
    assert found["inputs.make"].to_list() == ["audi", None, None]
    assert found["predictions.price"].to_list() == [1.5, 2.5, 1234.5]
    assert set(found["deployment"]) == {"blue"}
    assert {str(part.day): part.row_count for part in Part.objects.all()} == {"2026-11-20": 2, "2026-11-21": 1}
    assert sources(blue)[0].held() == []


def test_a_worker_that_dies_before_it_discards_repeats_nothing(blue, endpoint, tmp_path):
    spooled(blue, recorded(blue, request_id="a"))
    source = sources(blue)[0]
    held = source.held()
    kept = source.read(held[0].name)
    tasks.look()
    (tmp_path / "again").mkdir()
    from mlops.deployments.spools import spool_folder

    (spool_folder(blue.pk) / f"{held[0].name}.seg").write_bytes(kept)
    tasks.look()
    assert source.held() == []
    assert len(rows(endpoint, tmp_path)) == Segment.objects.count() == 1


def test_a_request_that_two_servers_wrote_is_taken_once(blue, endpoint, tmp_path):
    spooled(blue, recorded(blue, request_id="a", key="k"))
    tasks.look()
    spooled(blue, recorded(blue, request_id="a", key="k", at=NOON + timedelta(seconds=5)), recorded(blue))
    tasks.look()
    assert len(rows(endpoint, tmp_path)) == 2


def test_who_lost_the_lease_keeps_nothing(blue, endpoint):
    from mlops.collected.intake import wanted

    spooled(blue, recorded(blue))
    row = wanted()[0]
    taking.take(row, sources(blue)[0])
    assert not Part.objects.exists()
    assert len(sources(blue)[0].held()) == 1


def test_columns_may_change_their_type_and_come_and_go(blue, endpoint, tmp_path):
    from datetime import UTC, datetime

    for values in ([1], [2.5], ["high"], [None], [[1, 2]], [True], [datetime(2026, 1, 1, tzinfo=UTC)]):
        spooled(blue, recorded(blue, parts={"inputs": {"power": values}, "predictions": {"price": [1]}}))
        tasks.look()
    spooled(blue, recorded(blue, parts={"inputs": {"weight": [3]}, "predictions": {"price": [1.5]}}))
    tasks.look()
    found = rows(endpoint, tmp_path)
    assert sorted(found["inputs.power"].drop_nulls())[:2] == ["1", "2.5"]
    assert "[1,2]" in found["inputs.power"].to_list()
    assert found["inputs.weight"].drop_nulls().to_list() == [3]
    assert found["predictions.price"].sum() == 8.5


def test_rows_of_one_request_that_a_script_collects_one_by_one_are_joined(blue, endpoint, tmp_path):
    inputs = recorded(blue, request_id="a", key="1", parts={"inputs": {"power": [1, 2]}})
    predictions = recorded(blue, request_id="a", key="2", parts={"predictions": {"price": [10, 20]}})
    twice = [recorded(blue, request_id="same", key=str(key)) for key in (3, 4)]
    spooled(blue, inputs, predictions, *twice)
    tasks.look()
    found = rows(endpoint, tmp_path)
    assert found.filter(found["request_id"] == "a")["predictions.price"].to_list() == [10, 20]
    assert found.filter(found["request_id"] == "same").height == 2


def test_mirrored_copies_are_read_of_the_deployment_that_is_named_alone(blue, endpoint, tmp_path):
    spooled(blue, recorded(blue, is_mirrored=True), recorded(blue))
    tasks.look()
    assert len(rows(endpoint, tmp_path)) == 1
    assert len(rows(endpoint, tmp_path, deployments=("blue",))) == 2


def test_the_state_says_when_it_began_what_was_dropped_and_what_is_wrong(blue, endpoint):
    tasks.look()
    assert Intake.objects.get().state == "waiting"
    spooled(blue, recorded(blue), recorded(blue, dropped=3, reason="The disk is full."))
    tasks.look()
    row = Intake.objects.get()
    assert (row.state, row.dropped, row.recent[0]["inputs.power"]) == ("collecting", 3, 90.0)
    types = set(Event.objects.filter(type__startswith="mlops.collection").values_list("type", flat=True))
    assert types == {"mlops.collection.dropped", "mlops.collection.started"}


def test_a_damaged_segment_gives_what_can_be_read_and_stays_where_it_is(blue, endpoint):
    from mlops.deployments.spools import spool_folder

    spooled(blue, recorded(blue), recorded(blue))
    file = next(spool_folder(blue.pk).glob("*.seg"))
    file.write_bytes(file.read_bytes()[:-3])
    tasks.look()
    tasks.look()
    row = Intake.objects.get()
    assert (row.state, file.exists()) == ("failing", True)
    assert "damaged" in row.reason
    assert sum(Part.objects.values_list("row_count", flat=True)) == 1


def test_what_a_deleted_deployment_left_is_taken_in(blue, endpoint, tmp_path):
    tasks.look()
    spooled(blue, recorded(blue))
    blue.delete()
    tasks.look_left()
    assert len(rows(endpoint, tmp_path)) == 1


def test_what_a_deleted_endpoint_left_goes_after_a_while(blue, endpoint, monkeypatch):
    tasks.look()
    spooled(blue, recorded(blue))
    source = sources(blue)[0]
    blue.delete()
    endpoint.delete()
    tasks.tidy()
    assert len(source.held()) == 1
    monkeypatch.setattr(tasks, "HOMELESS_SECONDS", -1.0)
    tasks.tidy()
    assert source.held() == []


def test_a_server_elsewhere_is_asked_by_a_job_of_its_own(blue, endpoint, tmp_path):
    type(blue).objects.filter(pk=blue.pk).update(target="iot_edge")
    spooled(blue, recorded(blue))
    tasks.look()
    assert not Part.objects.exists()
    tasks.take_one(str(Intake.objects.get().pk))
    assert len(rows(endpoint, tmp_path)) == 1


def test_a_segment_that_is_sent_again_long_after_adds_nothing(blue, endpoint, tmp_path):
    old = recorded(blue)
    for _number in range(2):
        spooled(blue, old)
        tasks.look()
        Segment.objects.all().delete()
        KeyBatch.objects.all().delete()
    assert len(rows(endpoint, tmp_path)) == 1
