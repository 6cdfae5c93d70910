from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from mlops.server import schema

ROOT = Path(__file__).resolve().parents[2]
CREATE = "import django; django.setup(); from mlops.server import schema; schema.migrate(); assert not schema.pending()"
Shape = dict[str, tuple[object, ...]]


def _made(folder: Path, *command: str) -> Shape:
    environment = {**os.environ, "MLOPS_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "mlops.settings"}
    subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)
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


def test_a_fresh_database_has_the_very_tables_that_the_migrations_make(tmp_path: Path) -> None:
    """The other one exists already, so it is migrated step by step."""
    (tmp_path / "at-once").mkdir()
    (tmp_path / "step-by-step").mkdir()
    at_once = _made(tmp_path / "at-once", "-c", CREATE)
    old = _made(tmp_path / "step-by-step", "manage.py", "migrate", "auth", "--verbosity", "0")
    assert "designer_draft" not in old
    assert at_once == _made(tmp_path / "step-by-step", "-c", CREATE)


def test_no_migration_keeps_a_fresh_database_from_being_made_at_once() -> None:
    assert not schema._move_data(), "Say elidable=True where a migration only carries over rows that are there."
