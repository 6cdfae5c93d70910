"""`mlops batch-endpoint` and `mlops batch-deployment`, against a real server; the jobs are carried out in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops.batch.models import BatchDeployment, BatchJob
from tests.batch.conftest import carry_out, rows, trained, version
from tests.client.conftest import Mlops

__all__ = ["rows", "trained", "version"]
pytestmark = pytest.mark.django_db(transaction=True)

DEPLOYMENT = """
$schema: https://azuremlschemas.azureedge.net/latest/modelBatchDeployment.schema.json
name: counted
endpoint_name: nightly
type: model
model: azureml:price:1
code_configuration: {code: src, scoring_script: score.py}
environment: azureml:any@latest
compute: azureml:cluster
resources: {instance_count: 2}
settings:
  mini_batch_size: 2
  output_action: append_row
  output_file_name: counted.csv
  retry_settings: {max_retries: 1, timeout: 30}
  error_threshold: 3
"""
SCRIPT = "import os\ndef init(): pass\ndef run(mini_batch): return [os.path.basename(p) for p in mini_batch]\n"


@pytest.fixture
def deployed(signed_in: Mlops, version, tmp_path: Path) -> Mlops:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "score.py").write_text(SCRIPT)
    (tmp_path / "deployment.yml").write_text(DEPLOYMENT)
    (tmp_path / "endpoint.yml").write_text("name: nightly\nauth_mode: aad_token\n")
    assert signed_in("batch-endpoint", "create", "-f", str(tmp_path / "endpoint.yml")).status == 0
    said = signed_in("batch-deployment", "create", "-f", str(tmp_path / "deployment.yml"), "--set-default")
    assert said.status == 0, said.errors
    assert "“compute” has no meaning here" in said.errors
    return signed_in


def test_azures_yaml_of_a_deployment_means_what_it_says(deployed: Mlops) -> None:
    shown = deployed("batch-deployment", "show", "-n", "counted", "-e", "nightly", "-o", "json").value
    wanted = {"mini_batch_size": 2, "instance_count": 2, "error_threshold": 3, "output_file_name": "counted.csv"}
    assert shown["settings"].items() >= wanted.items()
    assert shown["settings"]["retry"] == {"max_retries": 1, "timeout_seconds": 30.0}
    assert (shown["entry"], shown["script"]) == ("script", "score.py")


def test_a_folder_is_uploaded_scored_and_its_output_downloaded(deployed: Mlops, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "deep/c.txt"):
        (tmp_path / "in" / name).write_text("x")
    said = deployed("batch-endpoint", "invoke", "-n", "nightly", "--input", str(tmp_path / "in"), "-o", "json")
    assert said.status == 0, said.errors
    job = carry_out(BatchJob.objects.get(pk=said.value["id"]))
    listed = deployed("batch-endpoint", "list-jobs", "-n", "nightly", "--query", "[].progress.done", "-o", "tsv")
    assert listed.out == "3\n"
    place = tmp_path / "out"
    name = ("-n", str(job.run.number), "--output-name", "score/files")
    assert deployed("job", "download", *name, "-p", str(place)).status == 0
    assert (place / "score" / "files" / "counted.csv").read_text() == "prediction\na.txt\nb.txt\nc.txt\n"


def test_many_files_come_as_one_archive(deployed: Mlops, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(101):
        (tmp_path / "in" / f"{number:03}.txt").write_text("x")
    said = deployed("batch-endpoint", "invoke", "-n", "nightly", "--input", str(tmp_path / "in"), "-m", "50")
    job = carry_out(BatchJob.objects.get(pk=said.value["id"]))
    assert (job.run.state, job.total_items, job.total_batches) == ("completed", 101, 3)


def test_a_dataset_is_scored_with_settings_of_this_job(deployed: Mlops, rows) -> None:
    deployed(
        "batch-deployment", "create", "-n", "plain", "-e", "nightly", "--model", "price@latest", "--entry", "native"
    )
    words = ("--input", "azureml:Cars:1", "-d", "plain", "--set", "output_file_name=p.parquet", "--job-name", "May")
    said = deployed("batch-endpoint", "invoke", "-n", "nightly", *words, "--set", "mini_batch_size=40")
    job = carry_out(BatchJob.objects.get(pk=said.value["id"]))
    assert (job.run.display_name, job.total_batches, job.settings["output_file_name"]) == ("May", 3, "p.parquet")


def test_settings_change_for_later_jobs(deployed: Mlops) -> None:
    words = ("--set", "mini_batch_size=7", "--set", "settings.retry_settings.timeout=5")
    changed = deployed("batch-deployment", "update", "-n", "counted", "-e", "nightly", *words, "-o", "json").value
    assert changed["settings"]["mini_batch_size"] == 7
    assert changed["settings"]["retry"] == {"max_retries": 1, "timeout_seconds": 5.0}
    said = deployed("batch-deployment", "update", "-n", "counted", "-e", "nightly", "--set", "mini_batchsize=7")
    assert "Did you mean 'mini_batch_size'?" in said.errors


def test_the_default_changes_and_a_deployment_goes(deployed: Mlops) -> None:
    deployed("batch-deployment", "create", "-n", "plain", "-e", "nightly", "--model", "price:1", "--entry", "native")
    assert deployed("batch-endpoint", "update", "-n", "nightly", "--default", "plain").value["default"] == "plain"
    assert deployed("batch-deployment", "delete", "-n", "counted", "-e", "nightly", "-y").status == 0
    assert [one.name for one in BatchDeployment.objects.all()] == ["plain"]
    assert deployed("batch-endpoint", "delete", "-n", "nightly", "-y").status == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("batch-endpoint", "invoke", "-n", "nightly", "--input", "./nowhere/x.csv"), "There is no file"),
        (("batch-endpoint", "invoke", "-n", "nightli", "--input", "Cars"), "Did you mean 'nightly'?"),
        (("batch-endpoint", "invoke", "-n", "nightly", "--input", "Cars"), "Cars"),
        (("batch-endpoint", "update", "-n", "nightly", "--default", "conted"), "Did you mean 'counted'?"),
        (("batch-deployment", "create", "-n", "x", "-e", "nightly"), "“model” names nothing"),
    ],
)
def test_wrong_words_are_refused_with_a_remedy(deployed: Mlops, words: tuple[str, ...], told: str) -> None:
    said = deployed(*words)
    assert said.status in (2, 3)
    assert told in said.errors
