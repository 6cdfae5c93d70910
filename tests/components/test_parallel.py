"""A parallel component, registered from its file and written back."""

from __future__ import annotations

import pytest

from mlops.components.files import files_of
from mlops.components.queries import definition_of
from mlops.components.registering import register_folder
from mlops.formats.definition import Parallel

pytestmark = pytest.mark.django_db
YAML = """
$schema: https://azuremlschemas.azureedge.net/latest/parallelComponent.schema.json
type: parallel
name: score_all
version: 3
display_name: Score all
tags: {Area: Churn}
inputs:
  data: {type: uri_folder}
  factor: {type: number, default: 2}
outputs:
  scores: {type: uri_file}
input_data: ${{inputs.data}}
mini_batch_size: "5"
max_concurrency_per_instance: 2
retry_settings: {max_retries: 1, timeout: 30}
task:
  type: run_function
  code: ./code
  entry_script: score.py
  environment: {image: mcr.microsoft.com/azureml/x, conda_file: {dependencies: [pip, {pip: [tqdm==4.66.1]}]}}
  program_arguments: --factor ${{inputs.factor}}
  append_row_to: ${{outputs.scores}}
"""


def test_a_parallel_component_is_registered_and_its_files_give_the_same_again(contributor, project, tmp_path):
    (tmp_path / "a" / "code").mkdir(parents=True)
    (tmp_path / "a" / "component.yaml").write_text(YAML)
    (tmp_path / "a" / "code" / "score.py").write_text("def run(batch): return batch")
    version = register_folder(contributor, project, tmp_path / "a", main="component.yaml")
    how = definition_of(version).how
    assert (str(version), version.kind, version.tags) == ("score_all:3", "parallel", {"Area": "Churn"})
    assert isinstance(how, Parallel)
    assert how.requirements.packages == ("tqdm==4.66.1",)
    (tmp_path / "b" / "src").mkdir(parents=True)
    (tmp_path / "b" / "component.yaml").write_text(str(files_of(version)["component.yaml"]))
    (tmp_path / "b" / "src" / "score.py").write_text("def run(batch): return batch")
    assert register_folder(contributor, project, tmp_path / "b", main="component.yaml") == version
