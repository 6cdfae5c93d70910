"""Data assets of files as the input of batch jobs."""

from __future__ import annotations

import pytest

from mlops.batch.inputs import read_input
from mlops.blobs.trees import keep_folder, manifest_of
from mlops.datasets import assets
from mlops.datasets.importing import import_version
from mlops.datastores.addresses import put_own

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "in" / name).write_text(name)
    return keep_folder(tmp_path / "in")


def test_the_files_of_a_folder_asset_are_scored_as_files(contributor, project, tree):
    version = assets.create_asset(contributor, project, assets.NewAsset(name="texts", type="uri_folder"), files=tree)
    import_version(str(version.pk))
    for written in ("azureml:texts@latest", "azureml:texts:1", "texts"):
        found = read_input(project, written)
        assert (found.kind, found.dataset, found.version) == ("tree", "texts", 1)
        assert [file.path for file in manifest_of(found.tree).files] == ["a.txt", "b.txt"]


def test_files_of_a_data_store_are_scored(project, tree):
    put_own(project, "in", tree)
    found = read_input(project, "azureml://datastores/workspaceblobstore/paths/in/b.txt")
    assert [file.path for file in manifest_of(found.tree).files] == ["b.txt"]
