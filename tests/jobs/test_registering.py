"""What outputs of jobs become when they have ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops.blobs.trees import manifest_of
from mlops.datasets.models import DatasetVersion
from mlops.jobs.keeping import keep_outputs
from mlops.jobs.shaping import job_whole
from mlops.registry.models import ModelVersion
from tests.execution.conftest import carry_out
from tests.jobs.conftest import Create, written
from tests.jobs.test_commands import log_of

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = """
command: |
  mkdir -p ${{outputs.model}} && echo m > ${{outputs.model}}/m.pkl
  printf 'a,b\\n1,2\\n' > ${{outputs.rows}}
  echo x > ${{outputs.kept}}/x.txt
outputs:
  model: {type: custom_model, name: churn, version: 4}
  rows: {type: uri_file, name: made-rows, version: "7"}
  kept: {type: uri_folder, path: azureml://datastores/workspaceblobstore/paths/kept/here}
"""


def test_named_outputs_become_a_model_a_data_asset_and_files_of_the_store(create: Create, tmp_path: Path) -> None:
    run = carry_out(create(written(tmp_path / "a", TEXT)))
    keep_outputs(run.pk)
    keep_outputs(run.pk)
    model, rows = ModelVersion.objects.get(), DatasetVersion.objects.get()
    assert (str(model), model.run) == ("churn:4", run)
    assert [file.path for file in manifest_of(model.tree_id).files] == ["m.pkl"]
    assert rows.dataset.name == "made-rows"
    run.refresh_from_db()
    shown = job_whole(run)["outputs"]
    assert shown["rows"]["registered"].startswith("azureml:made-rows:")
    text = "command: ls ${{inputs.d}}\ninputs: {d: {path: azureml://datastores/workspaceblobstore/paths/kept}}\n"
    assert "here" in log_of(carry_out(create(written(tmp_path / "b", text))))


def test_an_output_to_a_store_outside_says_why_it_stays(create: Create, tmp_path: Path) -> None:
    text = "command: echo x > ${{outputs.o}}/x\noutputs: {o: {path: azureml://datastores/lake/paths/x}}\n"
    run = carry_out(create(written(tmp_path / "a", text)))
    keep_outputs(run.pk)
    run.refresh_from_db()
    assert "not written to" in job_whole(run)["outputs"]["o"]["problem"]
