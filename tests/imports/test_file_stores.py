"""File stores, written by the client itself, and what a hostile one may hold."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from mlops.blobs.trees import keep_file
from mlops.imports.models import Finding
from mlops.registry.models import ModelVersion
from mlops.runs.models import Artifact, LatestMetric, Metric, Run, RunParameter

pytestmark = pytest.mark.django_db


@pytest.fixture
def mlruns(opened_folder, monkeypatch) -> Iterator[Path]:
    """With one run, of the installed client."""
    import mlflow

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    folder = opened_folder / "mlruns"
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(folder.as_uri())  # else a version's source is looked up in a database of this folder
    client = mlflow.MlflowClient(tracking_uri=folder.as_uri(), registry_uri=folder.as_uri())
    run = client.create_run(client.create_experiment("plain"), run_name="first", tags={"a/b": "c"}).info.run_id
    client.log_param(run, "dir/lr", "0.1")
    for step in range(3):
        client.log_metric(run, "val/loss", 1.0 / (step + 1), step=step, timestamp=1_700_000_000_000 + step)
    client.log_text(run, "hello", "notes/hello.txt")
    client.create_registered_model("net")
    client.create_model_version("net", f"runs:/{run}/notes", run)
    client.set_terminated(run)
    yield folder
    mlflow.set_tracking_uri(before)


def the_run(mlruns: Path) -> Path:
    return next(path.parent for path in mlruns.glob("*/*/params"))


def test_a_store_of_the_client_comes_whole(bring, mlruns):
    done = bring(mlruns)
    assert done.state == "completed", done.reason
    run = Run.objects.get(pk=UUID(hex=the_run(mlruns).name))
    assert (run.display_name, run.state) == ("first", "completed")
    assert RunParameter.objects.get(run=run).key == "dir/lr"
    assert [one.value for one in Metric.objects.filter(key="val/loss").order_by("position")] == [1.0, 0.5, 1 / 3]
    assert LatestMetric.objects.get(run=run).position == 2
    assert ModelVersion.objects.get(model__name="net", number=1).tree.file_count == 1


def test_a_zip_of_it_comes_as_well(bring, mlruns, tmp_path):
    import shutil

    archive = Path(shutil.make_archive(str(tmp_path / "store"), "zip", mlruns.parent, "mlruns"))
    done = bring(archive=keep_file(archive), source="store.zip")
    assert done.state == "completed", done.reason
    assert Artifact.objects.get().path == "notes/hello.txt"


def test_links_among_the_files_are_not_followed(bring, mlruns, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    artifacts = the_run(mlruns) / "artifacts"
    os.symlink(tmp_path / "secret.txt", artifacts / "leak.txt")
    os.symlink(tmp_path, artifacts / "folder")
    os.symlink(tmp_path / "secret.txt", the_run(mlruns) / "params" / "stolen")
    bring(mlruns)
    assert [one.path for one in Artifact.objects.all()] == ["notes/hello.txt"]
    assert not RunParameter.objects.filter(key="stolen").exists()


@pytest.mark.parametrize("place", ["/etc", "file:///proc/self/root/etc", "../../../../etc", "file:///%2e%2e/etc"])
def test_a_run_that_says_its_files_lie_elsewhere_gets_none(bring, mlruns, place):
    run = the_run(mlruns)
    (run / "artifacts").rename(mlruns.parent / "elsewhere")
    meta = run / "meta.yaml"
    lines = [line for line in meta.read_text().splitlines() if not line.startswith("artifact_uri")]
    meta.write_text("\n".join([*lines, f"artifact_uri: {place}"]))
    assert bring(mlruns).state == "completed"
    assert not Artifact.objects.exists()


def test_yaml_that_makes_objects_or_swells_is_left_out(bring, mlruns, tmp_path):
    owned = tmp_path / "owned"
    for name, text in (("1", f"!!python/object/apply:os.system ['touch {owned}']"), ("2", "a: &a [x]\nb: [*a, *a]")):
        (mlruns / name).mkdir()
        (mlruns / name / "meta.yaml").write_text(text)
    assert bring(mlruns).counts["experiment"]["new"] == 2
    assert not owned.exists()


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "mlruns/..\\..\\out.txt", "C:/out.txt"])
def test_a_zip_that_leads_out_of_its_folder_is_refused(bring, tmp_path, name):
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(name, "x")
    done = bring(archive=keep_file(archive), source="bad.zip")
    assert (done.state, Run.objects.exists()) == ("failed", False)
    assert "leads out" in done.reason


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/etc", "not in a folder that may be read"),
        ("sqlite:////etc/passwd", "not in a folder that may be read"),
        ("http://127.0.0.1:9/", "not a public address"),
        ("http://[::1]:9/", "not a public address"),
        ("http://169.254.169.254/latest", "not a public address"),
        ("postgresql://ada:pw@127.0.0.1/mlflow", "not a public address"),
    ],
)
def test_what_may_not_be_read_is_refused_and_told(bring, opened_folder, address, told):
    done = bring(address)
    assert (done.state, told in done.reason) == ("failed", True), done.reason
    assert "pw" not in done.address + done.reason + done.source


def test_a_folder_without_a_store_says_what_to_name(bring, opened_folder):
    done = bring(opened_folder)
    assert done.state == "failed"
    assert "mlruns" in done.hint


def test_a_run_that_contains_itself_is_taken_without_its_outer_run(bring, mlruns):
    run = the_run(mlruns)
    (run / "tags" / "mlflow.parentRunId").write_text(run.name)
    done = bring(mlruns)
    assert Run.objects.get().parent is None
    assert Finding.objects.filter(of=done, code="outer_run_missing").exists()
