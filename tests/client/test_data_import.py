"""`mlops data create` and `import` of what lies outside, while a worker reads it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from mlops.datasets.importing import import_version, waiting
from mlops.datasets.models import Dataset
from tests.client.conftest import Mlops

pytestmark = pytest.mark.django_db(transaction=True)
STORE = "name: shop\ntype: sql\nurl: sqlite:///{path}\n"
IMPORT = """$schema: http://azureml/sdk-2-0/DataImport.json
type: mltable
name: orders
source: {type: database, query: select id from orders, connection: azureml:shop}
path: azureml://datastores/workspaceblobstore/paths/orders/${{name}}
"""


@pytest.fixture
def worker() -> Iterator[None]:
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            for version in waiting().values_list("pk", flat=True):
                import_version(version)
            time.sleep(0.05)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ended.set()
    thread.join()


def test_of_an_address_that_cannot_be_read_nothing_stays(signed_in: Mlops, worker: None, tmp_path: Path) -> None:
    said = signed_in("data", "create", "-n", "far", "--path", "http://127.0.0.1:9/rows.csv", "-o", "json")
    assert said.status == 1
    assert "Nothing was created." in said.errors
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("azureml:shop", "azureml:shp", "Did you mean 'shop'"),
        ("type: database", "type: databse", "Did you mean 'database'"),
        ("query: select id from orders, ", "", "The source needs “query”"),
    ],
)
def test_an_import_that_names_nothing_is_refused(
    signed_in: Mlops, tmp_path: Path, before: str, after: str, told: str
) -> None:
    (tmp_path / "store.yml").write_text("name: shop\ntype: http\nurl: https://example.org\n")
    signed_in("datastore", "create", "-f", str(tmp_path / "store.yml"))
    (tmp_path / "import.yml").write_text(IMPORT.replace(before, after))
    said = signed_in("data", "import", "-f", str(tmp_path / "import.yml"))
    assert said.status == 3
    assert told in said.errors
    assert not Dataset.objects.exists()


def test_a_query_of_a_database_is_imported_as_a_table(
    signed_in: Mlops, worker: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_DATASTORE_ROOTS", str(tmp_path))
    with sqlite3.connect(tmp_path / "shop.db") as opened:
        opened.execute("create table orders (id integer)")
        opened.executemany("insert into orders values (?)", [(1,), (2,)])
    (tmp_path / "store.yml").write_text(STORE.format(path=tmp_path / "shop.db"))
    (tmp_path / "import.yml").write_text(IMPORT)
    assert signed_in("datastore", "create", "-f", str(tmp_path / "store.yml")).status == 0
    made = signed_in("data", "import", "-f", str(tmp_path / "import.yml"), "-o", "json")
    assert made.status == 0, made.errors
    assert (made.value["type"], made.value["row_count"]) == ("uri_file", 2)
    assert "one Parquet file" in made.errors
