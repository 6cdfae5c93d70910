from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mlops.server import schema
from tests.scaled import is_scaled
from tests.services import QUICKLY, open_folder, postgres

ROOT = Path(__file__).resolve().parents[2]
CREATE = "import django; django.setup(); from mlops.server import schema; schema.migrate(); assert not schema.pending()"
COLUMNS = """
    SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, is_identity
    FROM information_schema.columns WHERE table_schema = 'public' AND NOT (column_name = 'id' AND is_identity = 'YES')
"""
"""Without numbers of rows: Django's migrations make those of its own linking tables wider than its models do."""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, contype, convalidated, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""
INDEXES = """
    SELECT tablename, regexp_replace(indexdef, 'INDEX \\S+ ON', 'INDEX ON') FROM pg_indexes WHERE schemaname = 'public'
"""
Shape = dict[str, tuple[object, ...]]


def _run(folder: Path, *command: str, **variables: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MLOPS_")}
    known = {"MLOPS_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "mlops.settings"}
    subprocess.run([sys.executable, *command], cwd=ROOT, env=kept | known | variables, check=True)


def _made(folder: Path, *command: str) -> Shape:
    _run(folder, *command)
    with sqlite3.connect(folder / "db.sqlite3") as link:
        names = [row[0] for row in link.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: _shape(link, name) for name in names if not name.startswith("sqlite_")}


def _shape(link: sqlite3.Connection, table: str) -> tuple[object, ...]:
    columns = sorted((row[1], row[2], row[3], row[5]) for row in link.execute(f"PRAGMA table_info('{table}')"))
    keys = sorted(row[2:5] for row in link.execute(f"PRAGMA foreign_key_list('{table}')"))
    indexes = sorted(
        (row[2], tuple(part[2] for part in link.execute(f"PRAGMA index_info('{row[1]}')")))
        for row in link.execute(f"PRAGMA index_list('{table}')")
    )
    rows = link.execute(f"SELECT count(*) FROM '{table}'").fetchone()[0]
    return columns, keys, indexes, rows


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """PostgreSQL with nothing in it."""
    with open_folder() as folder, postgres(folder, settings=QUICKLY) as url:
        yield url


def _database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
    return f"{server.rpartition('/')[0]}/{name}"


def _shape_on_postgres(url: str) -> dict[str, list[object]]:
    with psycopg.connect(url) as link:
        found = {query: sorted(link.execute(query).fetchall(), key=repr) for query in (COLUMNS, CONSTRAINTS, INDEXES)}
        names = sorted(row[0] for row in link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        counts = [(name, link.execute(f'SELECT count(*) FROM "{name}"').fetchone()) for name in names]
        return {**found, "rows": counts}


@pytest.mark.on_sqlite
def test_a_fresh_database_has_the_very_tables_that_the_migrations_make(tmp_path: Path) -> None:
    """The other one exists already, so it is migrated step by step."""
    (tmp_path / "at-once").mkdir()
    (tmp_path / "step-by-step").mkdir()
    at_once = _made(tmp_path / "at-once", "-c", CREATE)
    old = _made(tmp_path / "step-by-step", "manage.py", "migrate", "auth", "--verbosity", "0")
    assert "designer_draft" not in old
    assert at_once == _made(tmp_path / "step-by-step", "-c", CREATE)


@pytest.mark.skipif(not is_scaled(), reason="All migrations one by one take a minute: `.ci/scaled` looks at them.")
def test_so_it_has_on_postgresql(tmp_path: Path, server: str) -> None:
    at_once, by_steps = _database(server, "at_once"), _database(server, "by_steps")
    _run(tmp_path, "-c", CREATE, MLOPS_DATABASE_URL=at_once)
    _run(tmp_path, "manage.py", "migrate", "--verbosity", "0", MLOPS_DATABASE_URL=by_steps)
    made, migrated = _shape_on_postgres(at_once), _shape_on_postgres(by_steps)
    for part, rows in migrated.items():
        assert made[part] == rows


def test_of_two_web_processes_that_start_at_once_one_makes_the_tables(tmp_path: Path, server: str) -> None:
    url = _database(server, "raced")
    variables = {**os.environ, "MLOPS_DATA_DIR": str(tmp_path), "MLOPS_DATABASE_URL": url}
    variables["DJANGO_SETTINGS_MODULE"] = "mlops.settings"
    both = [subprocess.Popen([sys.executable, "-c", CREATE], cwd=ROOT, env=variables) for _ in range(2)]
    assert [one.wait(120) for one in both] == [0, 0]


def test_no_migration_keeps_a_fresh_database_from_being_made_at_once() -> None:
    assert not schema._move_data(), "Say elidable=True where a migration only carries over rows that are there."
