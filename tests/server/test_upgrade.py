"""An upgrade of a server with an older schema: tried on a copy, carried out after a backup, and taken back."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from mlops.server import lock
from tests.administration.conftest import MAKE, mlops, run
from tests.services import QUICKLY, open_folder, postgres

UNMIGRATE = "from django.core.management import call_command\ncall_command('migrate', 'quotas', 'zero', verbosity=0)"
DUE = "SELECT count(*) FROM django_migrations WHERE app = 'quotas'"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As it was before there were quotas, with people, a project, events and stored files."""
    folder = tmp_path_factory.mktemp("older") / "data"
    done = run(folder, "-c", MAKE + UNMIGRATE)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def older(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "server"))


def ask(folder: Path, query: str) -> int:
    with closing(sqlite3.connect(folder / "db.sqlite3")) as link:
        return int(link.execute(query).fetchone()[0])


@pytest.mark.on_sqlite
def test_it_is_tried_on_a_copy_carried_out_and_taken_back(older: Path) -> None:
    tried = mlops(older, "upgrade", "--check")
    assert (tried.returncode, "(quotas.0001" in tried.stdout) == (0, True), tried.stderr
    assert (ask(older, DUE), list(older.glob(".upgrade-*"))) == (0, [])
    done = mlops(older, "upgrade")
    assert (done.returncode, ask(older, DUE) > 0) == (0, True), done.stderr
    assert ask(older, "SELECT count(*) FROM events_event WHERE type = 'mlops.server.upgraded'") == 1
    assert "nothing is to be done" in mlops(older, "upgrade").stdout
    back = mlops(older, "upgrade", "--back")
    assert (back.returncode, ask(older, DUE)) == (0, 0), back.stderr
    assert ask(older, "SELECT count(*) FROM access_project") == 1
    assert len(list((older / "before-upgrade").glob("*.tar"))) == 1


def test_on_postgresql_as_well(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    with open_folder() as place, postgres(place, settings=QUICKLY) as url:
        started = run(folder, "-c", MAKE + UNMIGRATE, MLOPS_DATABASE_URL=url)
        assert started.returncode == 0, started.stderr
        tried = mlops(folder, "upgrade", "--check", MLOPS_DATABASE_URL=url)
        assert (tried.returncode, "(quotas.0001" in tried.stdout) == (0, True), tried.stderr
        assert asked(url, "SELECT count(*) FROM pg_database WHERE datname LIKE 'mlops%'") == 0
        assert asked(url, DUE) == 0
        done = mlops(folder, "upgrade", MLOPS_DATABASE_URL=url)
        assert (done.returncode, asked(url, DUE) > 0) == (0, True), done.stderr
        back = mlops(folder, "upgrade", "--back", MLOPS_DATABASE_URL=url)
        assert (back.returncode, asked(url, DUE)) == (0, 0), back.stderr
        assert asked(url, "SELECT count(*) FROM access_project") == 1
        aside = "SELECT count(*) FROM information_schema.schemata WHERE schema_name LIKE 'before-restore-%'"
        assert asked(url, aside) == 1


def asked(url: str, query: str) -> int:
    with psycopg.connect(url) as link:
        row = link.execute(query).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.on_sqlite
def test_a_failed_upgrade_names_the_fault_and_the_way_back(older: Path) -> None:
    with closing(sqlite3.connect(older / "db.sqlite3")) as link:
        link.execute("CREATE TABLE quotas_quota (in_the_way INTEGER)")
    failed = mlops(older, "upgrade")
    assert (failed.returncode, "mlops upgrade --back" in failed.stderr, "quotas_quota" in failed.stderr) == (
        1,
        True,
        True,
    )
    assert mlops(older, "upgrade", "--back").returncode == 0


@pytest.mark.on_sqlite
def test_a_running_server_is_not_upgraded_and_without_an_upgrade_there_is_no_way_back(older: Path) -> None:
    with lock.hold(older, url="http://127.0.0.1:1"):
        assert "data_dir_in_use" in mlops(older, "upgrade").stderr
    assert "upgrade_unknown" in mlops(older, "upgrade", "--back").stderr
