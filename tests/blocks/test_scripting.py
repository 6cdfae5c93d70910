from __future__ import annotations

import sys
import zipfile
from datetime import datetime
from typing import Any

import pandas as pd
import polars as pl
import pytest

from mlops.blocks.frames import from_pandas, to_pandas
from mlops.blocks.scoring import load_model
from mlops.blocks.values import Bundle
from mlops.formats.refusal import Refusal
from tests.blocks.workshop import Workshop, cars

EVERY_TYPE = pl.DataFrame(
    {
        "text": ["a", None, ""],
        "whole": [1, None, 3],
        "full": [1, 2, 3],
        "decimal": [1.5, None, 3.0],
        "flag": [True, None, False],
        "sure": [True, False, True],
        "day": [datetime(2024, 5, 31, 12, 30), None, datetime(1960, 1, 1)],
        "empty": pl.Series([None, None, None], dtype=pl.String),
    }
)


def scripted(workshop: Workshop, body: str, **inputs: Any) -> dict[str, Any]:
    lines = "\n".join("    " + line for line in body.splitlines())
    script = f"def azureml_main(dataframe1=None, dataframe2=None):\n{lines}\n"
    return workshop.run("execute_python_script", {"python_script": script}, **inputs)


def test_a_table_goes_to_pandas_and_back_unchanged() -> None:
    assert from_pandas(to_pandas(EVERY_TYPE)).equals(EVERY_TYPE.with_columns(pl.col("day").cast(pl.Datetime("us"))))


def test_pandas_sees_the_documented_types() -> None:
    kinds = {name: str(dtype) for name, dtype in to_pandas(EVERY_TYPE).dtypes.items()}
    assert kinds == {
        "text": "object",
        "whole": "Int64",
        "full": "int64",
        "decimal": "float64",
        "flag": "boolean",
        "sure": "bool",
        "day": "datetime64[us]",
        "empty": "object",
    }


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (pd.Series(["a", None], dtype="str"), pl.String),
        (pd.Series(["a", "b"], dtype="category"), pl.String),
        (pd.Series([1, 2.5], dtype=object), pl.Float64),
        (pd.Series([1, None], dtype=object), pl.Int64),
        (pd.Series([True, None], dtype=object), pl.Boolean),
        (pd.to_datetime(pd.Series(["2024-05-31T12:00:00+02:00"])), pl.Datetime("us")),
        (pd.Series([datetime(2024, 5, 31).date()], dtype=object), pl.Datetime("us")),
        (pd.Series([1], dtype="int8"), pl.Int64),
    ],
)
def test_what_scripts_return_finds_its_type(values: pd.Series, dtype: Any) -> None:
    assert from_pandas(pd.DataFrame({"v": values}))["v"].dtype == dtype


@pytest.mark.parametrize(
    ("values", "code"),
    [(["a", 1], "mixed_types"), ([{"a": 1}, {}], "type_unsupported"), ([pd.Timedelta("1D")] * 2, "type_unsupported")],
)
def test_a_column_that_cannot_be_kept_is_named(values: list[Any], code: str) -> None:
    with pytest.raises(Refusal, match="Column 'v'") as caught:
        from_pandas(pd.DataFrame({"v": values}))
    assert (caught.value.code, caught.value.where.column) == (code, "v")


def test_what_a_script_prints_is_in_the_log(workshop: Workshop) -> None:
    scripted(workshop, "print('rows:', len(dataframe1))\nreturn dataframe1", dataset1=workshop.put(cars(5)))
    assert "rows: 5" in workshop.report.lines


def test_a_failing_script_names_error_and_line(workshop: Workshop) -> None:
    with pytest.raises(Refusal, match="failed in line 3: KeyError: 'nothing'") as caught:
        scripted(workshop, "x = 1\nreturn dataframe1['nothing']", dataset1=workshop.put(cars(5)))
    assert caught.value.where.row == 3
    assert any("Traceback" in line for line in workshop.report.lines)


@pytest.mark.parametrize("returned", ["1", "None", "(dataframe1,) * 3", "()"])
def test_a_script_must_return_data_frames(workshop: Workshop, returned: str) -> None:
    with pytest.raises(Refusal) as caught:
        scripted(workshop, f"return {returned}", dataset1=workshop.put(cars(5)))
    assert caught.value.code == "script_result"


def test_a_script_may_make_a_table_of_its_own(workshop: Workshop) -> None:
    made = scripted(workshop, "import pandas as pd\nreturn pd.DataFrame({'a': [1, 2, 3], 'price': [2., 4., 7.]})")
    table = workshop.table(made["result_dataset"])
    assert table.meta.broken == ""
    assert table.meta.source == table.schema


def test_scores_of_ones_own_are_known_by_their_names(workshop: Workshop) -> None:
    body = "dataframe1['Scored Labels'] = dataframe1['price'] + 1\nreturn dataframe1"
    scored = scripted(workshop, body, dataset1=workshop.put(cars()))["result_dataset"]
    marked = workshop.run("edit_metadata", {"column": ["price"], "fields": "labels"}, dataset=scored)
    workshop.run("evaluate_model", {}, scored_dataset=marked["results_dataset"])
    assert workshop.report.metrics["mean_absolute_error"] == pytest.approx(1)


def test_a_script_bundle_can_be_imported(workshop: Workshop) -> None:
    folder = workshop.root / "bundle"
    folder.mkdir()
    with zipfile.ZipFile(folder / "tools.zip", "w") as archive:
        archive.writestr("tools_of_mine.py", "def double(frame):\n    return frame.assign(power=frame.power * 2)")
    assert Bundle(folder=folder)
    body = "import tools_of_mine\nreturn tools_of_mine.double(dataframe1)"
    doubled = scripted(workshop, body, dataset1=workshop.put(cars(5)), script_bundle=folder)["result_dataset"]
    assert workshop.table(doubled).frame["power"].to_list() == (cars(5)["power"] * 2).to_list()
    assert "bundle" in workshop.table(doubled).meta.broken


def test_a_script_that_exits_does_not_end_the_step_silently(workshop: Workshop) -> None:
    with pytest.raises(Refusal, match=r"called exit\(3\)"):
        scripted(workshop, "import sys\nsys.exit(3)", dataset1=workshop.put(cars(5)))


def test_a_script_logs_metrics_as_in_azure(workshop: Workshop) -> None:
    body = (
        "from azureml.core import Run\nrun = Run.get_context()\nrun.log('rows', len(dataframe1))\n"
        "run.parent.log('note', 'fine')\nrun.log_row('fit', r2=0.5)\nreturn dataframe1,"
    )
    scripted(workshop, body, dataset1=workshop.put(cars(5)))
    assert workshop.report.metrics == {"rows": 5.0, "fit.r2": 0.5}
    assert "note: fine" in workshop.report.lines
    assert "azureml" not in sys.modules


def test_a_script_that_logs_metrics_still_works_on_requests(workshop: Workshop) -> None:
    body = "from azureml.core import Run\nRun.get_context().log('rows', len(dataframe1))\nreturn dataframe1,"
    data = scripted(workshop, body, dataset1=workshop.put(cars()))["result_dataset"]
    model = load_model(workshop.trained("linear_regression", data))
    assert not model.manifest.broken
    assert model.score(cars(3)).height == 3
