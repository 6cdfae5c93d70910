"""Outputs that a job's file gives a name or a path become data assets when it has completed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops.blobs.trees import manifest_of
from mlops.datasets import versions
from mlops.datasets.importing import import_version
from mlops.datasets.models import DatasetVersion
from mlops.datasets.references import resolve_data
from mlops.events.models import Event
from mlops.jobs.keeping import keep_outputs
from tests.execution.conftest import carry_out
from tests.jobs.conftest import Create, written

pytestmark = pytest.mark.django_db(transaction=True)
JOB = """type: command
command: echo hello > ${{outputs.note}}/hello.txt
outputs:
  note:
    type: uri_folder
    name: notes
    version: "2024-01"
    path: azureml://datastores/workspaceblobstore/paths/notes/${{name}}
"""


def test_an_output_with_a_name_and_a_path_is_registered_once(create: Create, tmp_path: Path, project) -> None:
    run = carry_out(create(written(tmp_path / "a", JOB)))
    keep_outputs(run.pk)
    keep_outputs(run.pk)
    version = DatasetVersion.objects.get()
    assert str(version) == "notes:2024-01"
    assert version.origin["job"]["id"] == str(run.pk)
    assert version.created_by == run.created_by
    import_version(version.pk)
    assert versions.named(project, "notes").files.file_count == 1
    own = f"azureml://datastores/workspaceblobstore/paths/notes/{run.name}"
    found = resolve_data(run.created_by, project, own, form="uri_folder")
    assert [file.path for file in manifest_of(found.tree).files] == ["hello.txt"]


def test_an_output_that_cannot_be_registered_is_told_with_the_job(create: Create, tmp_path: Path, project) -> None:
    for number, word in enumerate(("one", "two")):
        run = carry_out(create(written(tmp_path / str(number), JOB.replace("hello >", f"{word} >"))))
        keep_outputs(run.pk)
    run.refresh_from_db()
    assert "other content" in run.snapshot["job"]["kept"][0]["problem"]
    assert Event.objects.get(type="mlops.run.output_refused").subject == f"runs/{run.pk}"
    assert DatasetVersion.objects.count() == 1
