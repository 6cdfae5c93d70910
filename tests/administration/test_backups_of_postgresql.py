"""A backup of a server on PostgreSQL that was taken while somebody wrote, put back into another database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.administration.conftest import MAKE, mlops, run
from tests.services import QUICKLY, open_folder, postgres


def test_it_is_put_back_into_an_empty_database_alone(tmp_path: Path) -> None:
    file, new = str(tmp_path / "kept.tar"), tmp_path / "new"
    with open_folder() as place, postgres(place, settings=QUICKLY) as url:
        made = run(tmp_path / "data", "-c", MAKE, MLOPS_DATABASE_URL=url)
        assert made.returncode == 0, made.stderr
        with _writing(url):
            said = mlops(tmp_path / "data", "backup", file, MLOPS_DATABASE_URL=url)
        assert said.returncode == 0, said.stderr
        refused = mlops(new, "restore", file, MLOPS_DATABASE_URL=url)
        assert (refused.returncode, "database_not_empty" in refused.stderr) == (3, True), refused.stderr
        _asked(url, "CREATE DATABASE other")
        other = urlsplit(url)._replace(path="/other").geturl()
        said = mlops(new, "restore", file, MLOPS_DATABASE_URL=other)
        assert said.returncode == 0, said.stderr
        here, there = _asked(other, "TABLE here"), _asked(other, "TABLE there")
        assert here == there == [(number,) for number in range(1, len(here) + 1)]
        assert _asked(other, "SELECT slug FROM access_project") == [("churn",)]
        blobs = {one[0] for one in _asked(other, "SELECT digest FROM blobs_blob")}
    assert blobs <= {path.parent.name + path.name for path in (new / "blobs").rglob("*")}


@contextmanager
def _writing(url: str) -> Iterator[None]:
    """A row to each of two tables in one transaction, again and again."""
    _asked(url, "CREATE TABLE here (number INTEGER); CREATE TABLE there (number INTEGER)")
    ended = Event()
    writer = Thread(target=_write, args=(url, ended))
    writer.start()
    try:
        yield
    finally:
        ended.set()
        writer.join()


def _write(url: str, ended: Event) -> None:
    number = 0
    with psycopg.connect(url) as link:
        while not ended.wait(0.002):
            number += 1
            with link.transaction():
                link.execute("INSERT INTO here VALUES (%s)", [number])
                link.execute("INSERT INTO there VALUES (%s)", [number])


def _asked(url: str, query: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as link:
        found = link.execute(query)
        return found.fetchall() if found.description else []
