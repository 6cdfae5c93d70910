"""A server's data directory with people, stored files and secrets, and a backup that was taken while rows came."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKE = """
import io, os, django; os.environ["DJANGO_SETTINGS_MODULE"] = "mlops.settings"; django.setup()
from mlops.server import schema; schema.migrate()
from django.contrib.auth.models import User
from mlops.accounts.membership import create_project
from mlops.blobs.models import Blob
from mlops.blobs.stores import store
create_project(User.objects.create_user("olga"), name="Churn", slug="churn")
for number in range(40):
    digest, size = store().put(io.BytesIO(b"bytes %d " % number * 2000))
    Blob.objects.create(digest=digest, size_bytes=size)
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What stands on that directory stands on its SQLite; `test_backups_of_postgresql.py` tells the other half."""
    for item in items:
        if "server_folder" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.on_sqlite)


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """As a person would, who has no settings of Django around."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MLOPS_", "DJANGO_"))}
    environment = clean | {"MLOPS_DATA_DIR": str(folder)} | settings
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def mlops(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "-m", "mlops.client.main", *words, **settings)


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("server") / "data"
    made = run(folder, "-c", MAKE)
    assert made.returncode == 0, made.stderr
    (folder / "engines" / "far").mkdir(parents=True)
    (folder / "engines" / "far" / "ca.pem").write_text("a certificate")
    (folder / "logs").mkdir()
    (folder / "logs" / "web.log").write_text("a line")
    (folder / "engines" / "elsewhere").symlink_to("/etc/passwd")
    return folder


@pytest.fixture(scope="session")
def backup(server_folder: Path) -> Path:
    """Taken while a writer adds a row to each of two tables in one transaction, again and again."""
    ended, file = Event(), server_folder.parent / "kept.tar.gz"
    writer = Thread(target=_write, args=(server_folder / "db.sqlite3", ended))
    writer.start()
    try:
        said = mlops(server_folder, "backup", str(file))
    finally:
        ended.set()
        writer.join()
    assert said.returncode == 0, said.stderr
    return file


def _write(database: Path, ended: Event) -> None:
    with closing(sqlite3.connect(database, timeout=20)) as link:
        link.executescript("CREATE TABLE here (number INTEGER); CREATE TABLE there (number INTEGER);")
        number = 0
        while not ended.wait(0.002):
            number += 1
            with link:
                link.execute("INSERT INTO here VALUES (?)", [number])
                link.execute("INSERT INTO there VALUES (?)", [number])


@pytest.fixture
def experiment(project):
    from mlops.runs.models import Experiment

    return Experiment.objects.create(project=project, name="first")
