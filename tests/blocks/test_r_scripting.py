"""R scripts: tables go there and back unchanged, plots come back, faults name their line."""

from __future__ import annotations

import base64
import shutil
import zipfile
from pathlib import Path

import polars as pl
import pytest

from mlops.formats.refusal import Refusal
from tests.blocks.cars import cars
from tests.blocks.workshop import Workshop

pytestmark = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")


def scripted(workshop: Workshop, body: str, **ports: Path) -> dict[str, Path]:
    script = "azureml_main <- function(dataframe1, dataframe2){\n" + body + "\n}"
    return workshop.run("execute_r_script", {"r_script": script}, **ports)


def test_a_table_comes_back_as_it_went(workshop: Workshop) -> None:
    frame = cars(gaps=True).with_columns(
        note=pl.Series(['a "quote", and\na line', "", None, "Übung"] * 30), big=pl.lit(2**40)
    )
    result = scripted(workshop, "list(dataframe1)", dataset1=workshop.put(frame))["result_dataset"]
    found = workshop.table(result).frame
    assert found.drop("big").equals(frame.drop("big"))
    assert found["big"].to_list() == [float(2**40)] * frame.height


def test_a_second_table_and_a_computed_column_come_out(workshop: Workshop) -> None:
    body = "dataframe1$twice <- dataframe1$power * 2L\nlist(first = dataframe1, second = dataframe2[1:3, ])"
    ports = {"dataset1": workshop.put(cars(5)), "dataset2": workshop.put(cars(9))}
    outputs = scripted(workshop, body, **ports)
    assert workshop.table(outputs["result_dataset"]).frame["twice"].to_list() == (cars(5)["power"] * 2).to_list()
    assert workshop.table(outputs["result_dataset2"]).frame.height == 3
    assert "R Script" in workshop.table(outputs["result_dataset"]).meta.broken


def test_what_is_drawn_comes_out_as_pictures(workshop: Workshop) -> None:
    body = "hist(dataframe1$power)\nplot(1:3)\nlist(dataframe1)"
    plots = workshop.table(scripted(workshop, body, dataset1=workshop.put(cars(20)))["r_device"]).frame
    assert plots.select("Plot", "Width", "Height").rows() == [("plot-0001", 800, 600), ("plot-0002", 800, 600)]
    assert base64.b64decode(plots["Picture"][0].split(",")[1]).startswith(b"\x89PNG")


def test_a_fault_names_its_line_and_reason(workshop: Workshop) -> None:
    with pytest.raises(Refusal, match=r"failed in line 3: .*no_such_object") as refused:
        scripted(workshop, "x <- 1\ny <- no_such_object + x\nlist()", dataset1=workshop.put(cars(5)))
    assert refused.value.where.row == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("5", "returned numeric"),
        ("list(1, 2)", "at most two data frames"),
        ("list(data.frame(a = 1, a = 2, check.names = FALSE))", "two columns are named 'a'"),
        ("quit(status = 7)", "R ended with status 7"),
        ("x <- (1", "unexpected"),
    ],
)
def test_a_wrong_result_is_refused(workshop: Workshop, body: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        scripted(workshop, body)


def test_a_script_bundle_can_be_sourced_and_prints_are_told(workshop: Workshop) -> None:
    folder = workshop.root / "bundle"
    folder.mkdir()
    with zipfile.ZipFile(folder / "tools.zip", "w") as archive:
        archive.writestr("tools.R", "half <- function(x) x / 2")
    body = 'source("./Script Bundle/tools.R")\nprint("hello from R")\nlist(data.frame(x = half(3)))'
    found = scripted(workshop, body, script_bundle=folder)["result_dataset"]
    assert workshop.table(found).frame["x"].to_list() == [1.5]
    assert any("hello from R" in line for line in workshop.report.lines)


def test_equal_seeds_draw_equal_numbers(workshop: Workshop) -> None:
    first, second = (scripted(workshop, "list(data.frame(x = runif(3)))")["result_dataset"] for _ in range(2))
    assert workshop.table(first).frame.equals(workshop.table(second).frame)
