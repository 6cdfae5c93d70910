"""Stores as releases of MLflow left them (`stores/*.sql` are their databases), and imports carried out in place."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mlops.imports.actions import start_import
from mlops.imports.carrying import carry_out
from mlops.imports.models import Import
from mlops.imports.options import Options

HERE = Path(__file__).parent / "stores"
RELEASES = ("2.16", "3.17")
OUTER = {"2.16": "9a7517bd51374a6eb86c643b9dc7a3d6", "3.17": "6d92b292750f4b0fa59c50ebdcffecb6"}
LOGGED = "m-5bb5e0ec96b64afe855a152bf4611860"


def lay_out(folder: Path, release: str) -> Path:
    """The database as it was, with files where it was moved to; the value is its path."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "mlflow.db"
    connection = sqlite3.connect(file)
    connection.executescript((HERE / f"mlflow-{release}.sql").read_text(encoding="utf-8"))
    connection.close()
    artifacts = folder / "mlruns" / "1" / OUTER[release] / "artifacts"
    model = folder / "mlruns" / "1" / "models" / LOGGED / "artifacts" if release == "3.17" else artifacts / "model"
    for place, text in ((artifacts / "notes" / "hello.txt", "hello"), (model / "MLmodel", "flavors: {}\n")):
        place.parent.mkdir(parents=True)
        place.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def opened_folder(tmp_path, monkeypatch) -> Path:
    """A folder of the server that may be read."""
    folder = tmp_path / "srv"
    folder.mkdir()
    monkeypatch.setenv("MLOPS_DATASTORE_ROOTS", str(folder))
    return folder


@pytest.fixture(params=RELEASES)
def release(request) -> str:
    return str(request.param)


@pytest.fixture
def database(opened_folder, release) -> Path:
    return lay_out(opened_folder / "store", release)


@pytest.fixture
def bring(contributor, project):
    """Starts an import and carries it out."""

    def brought(address: object = "", *, archive=None, source: str = "", secret: str = "", **options: object) -> Import:
        started = start_import(
            contributor,
            project,
            address=str(address),
            archive=archive,
            source=source,
            secret=secret,
            options=Options(**options),
        )
        carry_out(str(started.pk))
        started.refresh_from_db()
        return started

    return brought
