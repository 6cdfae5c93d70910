"""`mlops online-endpoint collected` and `label`."""

from __future__ import annotations

import json
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from mlops.collected import label_taking, tasks
from mlops.deployments.models import Endpoint
from tests.collected.conftest import make
from tests.collected.spooled import recorded, spooled
from tests.registry.shelf import registered

__all__ = ["make"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def version(contributor, project):
    return registered(contributor, project)


@pytest.fixture
def endpoint(signed_in: Any) -> Endpoint:
    assert signed_in("online-endpoint", "create", "-n", "prices").status == 0
    return Endpoint.objects.get()


@pytest.fixture
def collected(signed_in: Any, endpoint: Endpoint, make: Any) -> Any:
    """Says a command about collected data."""
    blue = make("blue")
    spooled(blue, recorded(blue, request_id="a", at=timezone.now()))
    tasks.look()
    return lambda verb, *words: signed_in("online-endpoint", "collected", verb, "-n", "prices", *words)


def test_state_rows_and_an_archive(collected: Any, tmp_path: Path) -> None:
    assert collected("show", "-o", "json").value["deployments"][0]["state"] == "collecting"
    assert collected("rows", "-o", "json").value[0]["request_id"] == "a"
    told = collected("export", "-p", str(tmp_path), "--designation", "inputs", "-o", "json").value
    assert [name[-8:] for name in zipfile.ZipFile(told["path"]).namelist()] == ["data.csv"]


def test_labels_from_a_file(collected: Any, signed_in: Any, tmp_path: Path) -> None:
    csv, rows = tmp_path / "labels.csv", tmp_path / "labels.json"
    csv.write_text("request_id,price\na,1\n")
    rows.write_text(json.dumps([{"request_id": "a", "price": 2}]))
    for file in (csv, rows):
        told = signed_in("online-endpoint", "label", "-n", "prices", "-f", str(file), "--no-wait", "-o", "json")
        assert (told.status, told.value["rows"]) == (0, 1), told.errors
    assert len(collected("labels", "-o", "json").value) == 2


def test_labels_wait_until_it_is_known_which_ids_are_unknown(collected: Any, signed_in: Any, tmp_path: Path) -> None:
    csv = tmp_path / "labels.csv"
    csv.write_text("request_id,price\na,1\nnoid,2\n")
    worker = Thread(target=_matched)
    worker.start()
    told = signed_in("online-endpoint", "label", "-n", "prices", "-f", str(csv), "-o", "json")
    worker.join()
    assert (told.status, told.value["unmatched"], told.value["examples"]) == (0, 1, ["noid"])
    assert "1 of 2 ids are unknown, such as noid." in told.errors


def _matched() -> None:
    """As a worker does it, without its patience."""
    for _try in range(100):
        if label_taking.match_due(patience=timedelta(0)):
            break
        time.sleep(0.1)
    connection.close()


def test_datasets_once_and_again(collected: Any) -> None:
    made = collected("save", "--dataset", "fresh", "--no-wait", "-o", "json").value
    assert (made["dataset"], made["state"]) == ("fresh", "queued")
    told = collected("refresh", "--dataset", "fresh", "--every", "6h", "--window", "30d", "-o", "json").value
    assert (told["every_hours"], told["window_hours"]) == (6, 720)
    assert collected("refresh", "--dataset", "fresh", "--stop").status == 0
    assert collected("save", "--dataset", "fresh", "--columns", "al").errors.count("Did you mean 'all'?") == 1
