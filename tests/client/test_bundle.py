"""What goes along with a YAML file."""

from __future__ import annotations

import zipfile

import pytest

from mlops.client.bundle import bundled


@pytest.mark.parametrize("name", ["pipeline.yml", "pipeline.yaml"])
def test_an_exported_pipeline_takes_its_layout_along(tmp_path, name):
    (tmp_path / name).write_text("type: pipeline\njobs: {}\n")
    (tmp_path / "pipeline.layout.yaml").write_text("nodes: {}\n")
    (tmp_path / "notes.txt").write_text("not asked for")
    with bundled(str(tmp_path / name)) as (place, main), zipfile.ZipFile(place) as archive:
        assert main == name
        assert set(archive.namelist()) == {name, "pipeline.layout.yaml"}
