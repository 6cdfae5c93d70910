"""`mlops import mlflow` on the machine where the store lies: read there, packed, sent, and taken here."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import pytest

from mlops.blobs.trees import keep_file
from mlops.imports.queries import marks
from mlops.mlflow_stores.bundle import Bundle
from mlops.mlflow_stores.opening import Address, opened
from mlops.mlflow_stores.values import files_mark
from mlops.runs.models import Artifact, LoggedModelFile, Metric, Run
from tests.imports.conftest import lay_out

pytestmark = pytest.mark.django_db
KINDS = ("run", "logged_model", "version")


@pytest.fixture
def here(tmp_path) -> Path:
    """A store on somebody's own machine."""
    return lay_out(tmp_path / "laptop", "3.17")


@pytest.fixture
def pack(tmp_path):
    def packed(database: Path, have: dict | None = None) -> Path:
        target = tmp_path / "store.zip"
        with opened(Address(address=f"sqlite:///{database}", roots=("/",))) as store:
            bundle = Bundle(
                store, target, have=have or {}, wants_experiment=lambda *_: True, wants_model=lambda _: True
            )
            bundle.write()
        assert not bundle.left
        return target

    return packed


def test_what_is_sent_becomes_what_it_was(bring, here, pack, settings):
    done = bring(archive=keep_file(pack(here)), source="laptop")
    assert done.state == "completed", done.reason
    assert Run.objects.get(display_name="inner").parent == Run.objects.get(display_name="outer")
    assert Artifact.objects.get(run__display_name="outer").path == "notes/hello.txt"
    assert LoggedModelFile.objects.get().path == "MLmodel"
    assert Metric.objects.count() == 35
    assert done.archive is None


def test_what_is_here_already_is_not_sent_again(bring, here, pack, project):
    bring(archive=keep_file(pack(here)), source="laptop")
    have = {kind: marks(project, "laptop", kind) for kind in KINDS}
    second = pack(here, have)
    with zipfile.ZipFile(second) as archive:
        assert archive.namelist() == ["mlflow.db"]
    done = bring(archive=keep_file(second), source="laptop")
    assert (done.state, done.counts.get("run")) == ("completed", {"left_out": 1})


def test_a_packed_store_reads_as_the_store_itself(here, pack, tmp_path):
    with zipfile.ZipFile(pack(here)) as archive:
        archive.extractall(tmp_path / "unpacked")
    read = {}
    for place in (here, tmp_path / "unpacked" / "mlflow.db"):
        with opened(Address(address=f"sqlite:///{place}", roots=("/",))) as store:
            runs = [run for one in store.experiments() for run in store.runs(one.id)]
            models = [model for one in store.experiments() for model in store.logged_models(one.id)]
            facts = [(run.mark(), files_mark(store.files(run.place))) for run in runs]
            read[place] = facts, [model.mark() for model in models], [one.name for one in store.registered()]
    assert read[here] == read[tmp_path / "unpacked" / "mlflow.db"]


def test_only_a_run_that_changed_is_sent(bring, here, pack, project):
    bring(archive=keep_file(pack(here)), source="laptop")
    with sqlite3.connect(here) as store:
        store.execute("UPDATE runs SET status = 'FAILED' WHERE name = 'inner'")
    second = pack(here, {kind: marks(project, "laptop", kind) for kind in KINDS})
    done = bring(archive=keep_file(second), source="laptop")
    assert done.counts["run"] == {"changed": 1, "left_out": 1}
    assert Run.objects.get(display_name="inner").parent == Run.objects.get(display_name="outer")
