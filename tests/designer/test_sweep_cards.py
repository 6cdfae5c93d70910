"""A draft with a sweep and a parallel job as cards: imported, exported, and imported again."""

from __future__ import annotations

import msgspec
import pytest

from designer.exporting import exported
from designer.importing import import_folder
from designer.queries import document_of
from mlops.blobs.stores import store

pytestmark = pytest.mark.django_db
TUNE = """
type: pipeline
display_name: Tuning
inputs:
  points: {type: uri_file, path: azureml:Cars:1}
jobs:
  tune:
    type: sweep
    trial:
      code: ./src
      command: python fit.py --data ${{inputs.data}} --slope ${{search_space.slope}} --out ${{outputs.model}}
      environment: azureml:AzureML-sklearn-1.5@latest
    inputs: {data: "${{parent.inputs.points}}"}
    outputs: {model: {type: uri_folder}}
    search_space: {slope: {type: choice, values: [1, 2]}}
    objective: {goal: minimize, primary_metric: loss}
    limits: {max_total_trials: 2}
"""


def test_a_sweep_is_a_card_that_is_exported_and_read_back(contributor, project, tmp_path):
    (tmp_path / "a" / "src").mkdir(parents=True)
    (tmp_path / "a" / "job.yml").write_text(TUNE)
    (tmp_path / "a" / "src" / "fit.py").write_text("print(1)")
    draft, _warnings = import_folder(contributor, project, tmp_path / "a", main="job.yml")
    for name, content in exported(draft).items():
        path = tmp_path / "b" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content) if isinstance(content, str) else store().fetch(content.decode(), str(path))
    again, _warnings = import_folder(contributor, project, tmp_path / "b", main="pipeline.yaml")
    assert msgspec.to_builtins(document_of(again)) == msgspec.to_builtins(document_of(draft))
