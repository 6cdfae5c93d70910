from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from mlops.blocks.catalogue import GROUPS, component, components, derive
from mlops.formats.component import Shape
from mlops.formats.refusal import Refusal
from mlops.formats.table import Column, TableSchema

CARS = TableSchema(
    columns=(
        Column(name="make", type="string"),
        Column(name="power", type="integer"),
        Column(name="price", type="decimal"),
    ),
    row_count=205,
)
REGULAR, RELATIVE = {"splitting_mode": "regular_expression"}, {"splitting_mode": "relative_expression"}
TABLE = Shape(type="table", table=CARS)


def names_after(component: str, parameters: dict[str, Any], port: str) -> list[tuple[str, str]]:
    table = derive(component, None, parameters, {"dataset": TABLE}).outputs[port].table
    assert table is not None
    return [(column.name, column.type) for column in table.columns]


def codes(component: str, parameters: dict[str, Any], **inputs: Shape) -> list[str]:
    return [problem.code for problem in derive(component, None, parameters, inputs).problems]


def test_components_stand_in_the_order_of_their_groups() -> None:
    places = [GROUPS.index(definition.group) for definition in components()]
    assert places == sorted(places)
    assert len({definition.title for definition in components()}) == len(places)


def test_the_catalogue_loads_no_heavy_library() -> None:
    program = (
        "import sys, mlops.blocks.catalogue as c; c.components();"
        "print([m for m in ('numpy', 'polars', 'pandas', 'sklearn', 'lightgbm', 'django') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_component_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(Refusal, match="no component 'split_dat'") as caught:
        component("split_dat")
    assert caught.value.hint == "Did you mean 'split_data'?"


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(Refusal, match="no version '9'"):
        component("split_data", "9")


def test_schemas_flow_before_anything_runs() -> None:
    assert names_after("select_columns_in_dataset", {"select_columns": ["price"]}, "results_dataset") == [
        ("price", "decimal")
    ]
    edited = {"column": ["power"], "data_type": "string", "new_column_names": "hp"}
    assert names_after("edit_metadata", edited, "results_dataset")[1] == ("hp", "string")
    marked = {"generate_missing_value_indicator_column": True, "columns_to_be_cleaned": ["power"]}
    assert names_after("clean_missing_data", marked, "cleaned_dataset")[-1] == ("power_IsMissing", "boolean")
    assert names_after("normalize_data", {}, "transformed_dataset")[1] == ("power", "decimal")


def test_a_label_that_does_not_exist_is_named_with_the_nearest_column() -> None:
    learner = Shape(type="untrained_model", task="regression", algorithm="linear_regression")
    derived = derive("train_model", None, {"label_column": "prise"}, {"untrained_model": learner, "dataset": TABLE})
    assert derived.problems[0].code == "column_not_found"
    assert derived.problems[0].hint == "Did you mean 'price'?"
    assert derived.problems[0].where.parameter == "label_column"


def test_a_text_label_does_not_fit_a_regression() -> None:
    learner = Shape(type="untrained_model", task="regression", algorithm="linear_regression")
    assert codes("train_model", {"label_column": "make"}, untrained_model=learner, dataset=TABLE) == [
        "label_not_numeric"
    ]


def test_scoring_needs_the_features_of_the_model() -> None:
    model = Shape(type="model", task="regression", label="price", features=("make", "weight"))
    assert codes("score_model", {}, trained_model=model, dataset=TABLE) == ["missing_column"]


def test_evaluating_needs_scores_and_a_label() -> None:
    assert codes("evaluate_model", {}, scored_dataset=TABLE) == ["no_score_column"]
    model = Shape(type="model", task="regression", label="price", features=("make",))
    scored = derive("score_model", None, {}, {"trained_model": model, "dataset": TABLE}).outputs["scored_dataset"]
    assert codes("evaluate_model", {}, scored_dataset=scored) == []
    bare = derive("score_model", None, {"append_score_columns": False}, {"trained_model": model, "dataset": TABLE})
    assert codes("evaluate_model", {}, scored_dataset=bare.outputs["scored_dataset"]) == ["no_label_column"]


@pytest.mark.parametrize(
    ("component", "parameters", "code"),
    [
        ("split_data", {"fraction_of_rows_in_the_first_output_dataset": 1.5}, "parameter_range"),
        ("split_data", {"splitting_mode": "split_row"}, "parameter_choice"),
        ("split_data", {"random_seed": "x"}, "parameter_type"),
        ("split_data", {"fraction": 0.5}, "unknown_parameter"),
        ("split_data", {"stratified_split": True}, "parameter_missing"),
        ("split_data", REGULAR | {"regular_expression": '"make" ('}, "expression_invalid"),
        ("split_data", RELATIVE | {"relative_expression": '"power" > x'}, "expression_invalid"),
        ("split_data", RELATIVE | {"relative_expression": '"pover" > 1'}, "column_not_found"),
        ("edit_metadata", {"column": ["make", "power"], "new_column_names": "a"}, "wrong_number_of_names"),
        ("edit_metadata", {"column": ["make"], "new_column_names": "power"}, "duplicate_column"),
        ("edit_metadata", {"column": ["power"], "data_type": "date"}, "cast_impossible"),
        ("normalize_data", {"columns_to_transform": ["make"]}, "column_not_numeric"),
        ("clean_missing_data", {"minimum_missing_value_ratio": 0.9, "maximum_missing_value_ratio": 0.1},
         "parameter_range"),
    ],
)  # fmt: skip
def test_a_faulty_parameter_is_one_problem(component: str, parameters: dict[str, Any], code: str) -> None:
    problems = derive(component, None, parameters, {"dataset": TABLE}).problems
    errors = [problem for problem in problems if problem.severity == "error"]
    assert [problem.code for problem in errors] == [code]
    assert errors[0].where.parameter


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("def azureml_main(dataframe1=None, dataframe2=None)\n  return", "script_syntax"),
        ("def main(a, b): pass", "script_entry_missing"),
        ("def azureml_main(a): pass", "script_arguments"),
    ],
)
def test_a_script_is_read_but_never_run_while_drawing(script: str, code: str) -> None:
    assert codes("execute_python_script", {"python_script": "raise SystemExit\n" + script}) == [code]


def test_a_value_of_another_type_does_not_fit_a_port() -> None:
    assert "input_type" in codes("split_data", {}, dataset=Shape(type="model"))
