"""What goes along with a YAML file."""

from __future__ import annotations

import zipfile

import pytest

from mlops.client.bundle import bundled
from mlops.components.bundles import inside, unpacked
from mlops.formats.refusal import Refusal


@pytest.mark.parametrize("name", ["pipeline.yml", "pipeline.yaml"])
def test_an_exported_pipeline_takes_its_layout_along(tmp_path, name):
    (tmp_path / name).write_text("type: pipeline\njobs: {}\n")
    (tmp_path / "pipeline.layout.yaml").write_text("nodes: {}\n")
    (tmp_path / "notes.txt").write_text("not asked for")
    with bundled(str(tmp_path / name)) as (place, main), zipfile.ZipFile(place) as archive:
        assert main == name
        assert set(archive.namelist()) == {name, "pipeline.layout.yaml"}


def test_an_absolute_path_is_understood_where_the_bundle_is_unpacked(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("")
    (tmp_path / "job.yml").write_text(f"command: ls\ncode: {tmp_path}/src\n")
    with bundled(str(tmp_path / "job.yml")) as (place, _main), unpacked([("a.zip", place.open("rb"))]) as folder:
        assert inside(folder, f"{tmp_path}/src") == (folder / "src").resolve()
        with pytest.raises(Refusal, match="outside"):
            inside(folder, "/etc")


def test_data_at_inputs_comes_along_and_what_is_set_anew_counts(tmp_path):
    for name in ("a.csv", "b.csv", "out.csv"):
        (tmp_path / name).write_text("x\n")
    text = "command: ls\ninputs: {rows: {path: a.csv}}\noutputs: {made: {path: out.csv}}\n"
    (tmp_path / "job.yml").write_text(text)
    with bundled(str(tmp_path / "job.yml"), settings=["inputs.rows.path=b.csv"]) as (place, _main):
        assert set(zipfile.ZipFile(place).namelist()) == {"job.yml", "b.csv"}


def test_paths_as_windows_writes_them_are_the_same_paths(tmp_path):
    for name in ("inner/src/a.py", "inner/rows.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n")
    text = "command: ls\ncode: .\\inner\\src\ninputs: {rows: {path: inner\\rows.csv}}\n"
    (tmp_path / "job.yml").write_text(text)
    with bundled(str(tmp_path / "job.yml")) as (place, _main), unpacked([("a.zip", place.open("rb"))]) as folder:
        assert inside(folder, ".\\inner\\src", beside="job.yml") == (folder / "inner" / "src").resolve()
        assert inside(folder, "inner\\rows.csv", beside="job.yml").is_file()
