"""Azure ML's batch deployments of pipeline components: made from their files, called with files and values."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mlops.batch.models import BatchJob
from mlops.batch.tasks import sweep
from mlops.components.models import Component
from tests.client.conftest import Mlops
from tests.execution.conftest import carry_out

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = """$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: count
version: 1
inputs:
  rows: {type: uri_file}
  word: {type: string, default: rows}
outputs:
  told: {type: uri_folder}
command: echo "$(wc -l < ${{inputs.rows}}) ${{inputs.word}}" > ${{outputs.told}}/told.txt
environment: azureml:mlops-studio@latest
"""
PIPELINE = """$schema: https://azuremlschemas.azureedge.net/latest/pipelineComponent.schema.json
type: pipeline
name: count_rows
version: 2
inputs:
  rows: {type: uri_file}
  word: {type: string, default: rows}
outputs:
  told: {type: uri_folder}
jobs:
  count:
    type: command
    component: ./count.yml
    inputs: {rows: "${{parent.inputs.rows}}", word: "${{parent.inputs.word}}"}
    outputs: {told: "${{parent.outputs.told}}"}
"""
DEPLOYMENT = """$schema: https://azuremlschemas.azureedge.net/latest/pipelineComponentBatchDeployment.schema.json
name: counting
endpoint_name: nightly
type: pipeline
component: ./pipeline.yml
settings: {default_compute: cpu-cluster, continue_on_step_failure: false}
"""
CALL = """inputs:
  rows: {type: uri_file, path: ./rows.csv}
  word: {type: string, default: lines}
"""


@pytest.fixture
def deployed(signed_in: Mlops, tmp_path: Path) -> Mlops:
    texts = {"count": COUNT, "pipeline": PIPELINE, "deployment": DEPLOYMENT, "call": CALL}
    for name, text in texts.items():
        (tmp_path / f"{name}.yml").write_text(text)
    (tmp_path / "rows.csv").write_text("a\n1\n2\n")
    assert signed_in("batch-endpoint", "create", "-n", "nightly").status == 0
    said = signed_in("batch-deployment", "create", "-f", str(tmp_path / "deployment.yml"), "--set-default")
    assert said.status == 0, said.errors
    assert (said.value["type"], said.value["component"]) == ("pipeline", "azureml:count_rows:2")
    return signed_in


def test_a_pipeline_component_is_called_with_files_and_values(deployed: Mlops, tmp_path: Path) -> None:
    words = ("-f", str(tmp_path / "call.yml"), "--set", "inputs.word=ends")
    said = deployed("batch-endpoint", "invoke", "-n", "nightly", *words, "-o", "json")
    assert said.status == 0, said.errors
    job = BatchJob.objects.get(pk=said.value["id"])
    assert carry_out(job.run).state == "completed"
    sweep()
    got = deployed("job", "download", "-n", said.value["name"], "--output-name", "told", "-p", str(tmp_path / "out"))
    assert got.status == 0, got.errors
    assert [one.read_text() for one in (tmp_path / "out").rglob("told.txt")] == ["3 ends\n"]


def test_an_input_without_a_name_is_the_one_that_takes_data(deployed: Mlops, tmp_path: Path) -> None:
    said = deployed("batch-endpoint", "invoke", "-n", "nightly", "--input", str(tmp_path / "rows.csv"))
    assert said.status == 0, said.errors
    assert said.value["deployment"] == "counting"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--set", "inputs.rws.path=azureml:a:1"), "Did you mean 'rows'?"),
        (("--set", "inputs.rows.path=azureml:nowhere:1"), "nowhere"),
        ((), "gives no value to the input “rows”"),
    ],
)
def test_a_call_that_fits_not_is_refused(deployed: Mlops, words: tuple[str, ...], told: str) -> None:
    said = deployed("batch-endpoint", "invoke", "-n", "nightly", *words)
    assert said.status == 3
    assert told in said.errors
    assert not BatchJob.objects.exists()


def test_its_yaml_is_shown_and_downloads_as_it_was_registered(deployed: Mlops, tmp_path: Path) -> None:
    shown = yaml.safe_load(deployed("component", "show", "-n", "count_rows", "-o", "yaml").out)
    assert (shown["type"], shown["inputs"]["rows"]["type"]) == ("pipeline", "uri_file")
    assert shown["jobs"]["count"]["component"].startswith("azureml:count_rows-count:")
    assert deployed("component", "download", "-n", "count_rows", "-p", str(tmp_path / "got.zip")).status == 0
    import zipfile

    with zipfile.ZipFile(tmp_path / "got.zip") as archive:
        archive.extractall(tmp_path / "got")
    again = deployed("component", "create", "-f", str(tmp_path / "got" / "component.yaml"), "-v", "3")
    assert again.status == 0, again.errors
    assert sorted(Component.objects.values_list("name", flat=True)) == ["count_rows", "count_rows-count"]


def test_settings_of_its_jobs_change(deployed: Mlops) -> None:
    words = ("-n", "counting", "-e", "nightly", "--set")
    said = deployed("batch-deployment", "update", *words, "settings.force_rerun=true")
    assert said.value["settings"] == {"continue_on_step_failure": False, "force_rerun": True}
    assert "force_rerun" in deployed("batch-deployment", "update", *words, "settings.force_rerunn=true").errors


def test_a_component_tells_that_a_deployment_uses_it(deployed: Mlops) -> None:
    from mlops.components.usage import uses_of

    assert [(use.name, use.version) for use in uses_of(Component.objects.get(name="count_rows"))] == [
        ("nightly/counting", "2")
    ]
