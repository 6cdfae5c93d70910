"""Models as ONNX graphs agree with the originals, whatever was done to their columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from mlops.formats.model import ParityCertificate
from mlops.formats.refusal import Refusal
from mlops.formats.serving import GoldenRequest
from mlops.packaging.convert import convert
from tests.packaging.trained import cars, train, without

NUMBERS = {"mode": "names", "names": ["power", "weight"]}
POWER = {"mode": "names", "names": ["power"]}
MAKE = {"mode": "names", "names": ["make"]}


def cleaned(columns: dict[str, Any], mode: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "clean_missing_data", {"columns_to_be_cleaned": columns, "cleaning_mode": mode, **more}


def normalized(method: str) -> tuple[str, dict[str, Any]]:
    return "normalize_data", {"transformation_method": method, "columns_to_transform": NUMBERS}


def edited(columns: dict[str, Any], **changes: Any) -> tuple[str, dict[str, Any]]:
    return "edit_metadata", {"column": columns, **changes}


FILLED = [
    cleaned(NUMBERS, "replace_with_mean", generate_missing_value_indicator_column=True),
    cleaned(MAKE, "custom_value", replacement_value="none"),
]


def certified(tmp_path: Path, learner: str, label: str, *, steps: Any = (), **options: Any) -> ParityCertificate:
    others = [name for name in ("price", "expensive", "band") if name != label]
    frame = options.pop("frame", None)
    kept = cars() if frame is None else frame
    chosen = [without(*others)] if frame is None else []
    folder = train(tmp_path / "model", learner, label, frame=kept, steps=[*chosen, *steps], **options)
    convert(folder, tmp_path, tolerance=1e-4)
    return msgspec.json.decode((tmp_path / "certificate.json").read_bytes(), type=ParityCertificate)


@pytest.mark.parametrize(
    ("learner", "label"),
    [
        ("boosted_decision_tree_regression", "price"),
        ("two_class_boosted_decision_tree", "expensive"),
        ("linear_regression", "price"),
        ("two_class_logistic_regression", "expensive"),
        ("multiclass_logistic_regression", "band"),
    ],
)
def test_every_learner_converts_within_the_tolerance(tmp_path, learner, label):
    steps = () if "boosted" in learner else FILLED
    certificate = certified(tmp_path, learner, label, steps=steps)
    assert certificate.accepted, certificate.reason
    assert certificate.label_flips == 0
    assert certificate.rows > 400
    assert certificate.speed_up_single > 1


@pytest.mark.parametrize("method", ["zscore", "minmax", "logistic", "lognormal", "tanh"])
def test_every_way_to_normalize_is_part_of_the_graph(tmp_path, method):
    certificate = certified(tmp_path, "linear_regression", "price", steps=[*FILLED, normalized(method)])
    assert certificate.max_difference < 1e-5


@pytest.mark.parametrize(
    "steps",
    [
        [cleaned(NUMBERS, "remove_entire_row"), cleaned(MAKE, "replace_with_mode")],
        [*FILLED, edited(POWER, categorical="categorical"), edited(MAKE, new_column_names="brand")],
        [*FILLED, edited(POWER, data_type="string")],
        [*FILLED, edited(POWER, data_type="string"), edited(POWER, data_type="decimal")],
    ],
    ids=["rows removed", "numbers as categories", "numbers as text", "there and back"],
)
def test_recipes_are_part_of_the_graph(tmp_path, steps):
    assert certified(tmp_path, "linear_regression", "price", steps=steps).max_difference < 1e-5


def test_text_that_became_numbers_or_booleans_converts(tmp_path):
    frame = (
        cars(gaps=False)
        .select("weight", "price")
        .with_columns(
            doors=(pl.int_range(pl.len()) % 3 + 2).cast(pl.String),
            used=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("Yes")).otherwise(pl.lit("no")),
        )
    )
    steps = [
        edited({"mode": "names", "names": ["doors"]}, data_type="integer"),
        edited({"mode": "names", "names": ["used"]}, data_type="boolean"),
    ]
    certificate = certified(tmp_path, "boosted_decision_tree_regression", "price", frame=frame, steps=steps)
    assert certificate.max_difference < 1e-5


def test_thresholds_between_float32_neighbours_are_kept(tmp_path):
    """Rounded to nearest, as the converter does it, 4 of 100 rows would go the wrong way."""
    values = [np.float32(2013.1)]
    for _ in range(40):
        values.append(np.nextafter(values[-1], np.float32(1e9)))
    random = np.random.default_rng(0)
    first, second = random.choice(np.array(values, dtype=np.float64), size=(2, 5000))
    frame = pl.DataFrame({"a": first, "b": second, "y": (first > values[20]) * 3.0 + (second > values[7])})
    certificate = certified(tmp_path, "boosted_decision_tree_regression", "y", frame=frame)
    assert certificate.accepted, certificate.reason


def test_a_script_on_the_way_is_refused_with_what_serves_instead(tmp_path):
    script = (
        "def azureml_main(dataframe1=None, dataframe2=None):\n    return dataframe1.assign(twice=dataframe1.weight)"
    )
    frame = cars(gaps=False).select("weight", "power", "price")
    steps = [("execute_python_script", {"python_script": script})]
    with pytest.raises(Refusal) as refused:
        certified(tmp_path, "linear_regression", "price", frame=frame, steps=steps)
    assert refused.value.code == "not_convertible"
    assert "Execute Python Script" in refused.value.message
    assert "native" in refused.value.hint


def test_the_recorded_requests_are_the_originals_answers(tmp_path):
    certified(tmp_path, "two_class_logistic_regression", "expensive", steps=FILLED)
    golden = msgspec.json.decode((tmp_path / "golden.json").read_bytes(), type=tuple[GoldenRequest, ...])
    assert len(golden[0].rows) == len(golden[0].predictions) == 3
    assert set(golden[0].rows[0]) == {"power", "weight", "make", "turbo", "built"}
    assert golden[0].predictions[0]["Scored Labels"] in ("yes", "no")


def test_a_tolerance_that_is_too_small_is_not_met(tmp_path):
    folder = train(tmp_path / "model", "linear_regression", "price", frame=cars(gaps=False).select("weight", "price"))
    convert(folder, tmp_path, tolerance=1e-12)
    certificate = msgspec.json.decode((tmp_path / "certificate.json").read_bytes(), type=ParityCertificate)
    assert not certificate.accepted
    assert certificate.worst_row is not None
    assert "differ by more than" in certificate.reason


BINS = {"columns_to_bin": ["weight"], "number_of_bins": 5}
SUM = {"category": "operations", "operations_function": "divide", "column_set": ["weight"]}
ENDS = {"set_of_thresholds": "clip_peaks_and_subpeaks", "threshold": "percentile", "list_of_columns": NUMBERS}


@pytest.mark.parametrize(
    ("component", "parameters"),
    [
        ("clip_values", ENDS | {"upper_substitute_value": "mean", "add_indicator_columns": True}),
        ("group_data_into_bins", BINS),
        ("group_data_into_bins", BINS | {"quantile_normalization": "percent", "tag_columns_as_categorical": False}),
        ("convert_to_indicator_values", {"categorical_columns_to_convert": ["make", "turbo"]}),
        ("convert_to_dataset", {"action": "replace_values", "replace": "custom", "custom_value": "audi",
                                "new_value": "bmw", "columns": MAKE}),
        ("apply_math_operation", SUM | {"second_argument_type": "column_set", "second_argument_columns": ["power"]}),
        ("apply_math_operation", SUM | {"operations_function": "subtract", "second_argument": 7.1}),
        ("apply_math_operation", {"basic_function": "log10", "column_set": NUMBERS}),
        ("apply_math_operation", {"category": "compare", "compare_function": "greater_than_or_equal_to",
                                  "second_argument": 120, "column_set": NUMBERS}),
        ("apply_math_operation", {"category": "rounding", "rounding_function": "floor", "column_set": ["weight"]}),
        ("group_categorical_values", {"minimum_rows": 130, "columns": ["make"]}),
        ("principal_component_analysis", {"selected_columns": NUMBERS, "number_of_dimensions": 1}),
        ("target_encoding", {"label_column": "price", "columns_to_encode": ["make"]}),
    ],
)  # fmt: skip
def test_what_components_bring_along_is_part_of_the_graph(tmp_path, component, parameters):
    certificate = certified(tmp_path, "boosted_decision_tree_regression", "price", steps=[(component, parameters)])
    assert certificate.accepted, certificate.reason
    assert certificate.max_difference < 1e-5


def test_a_function_without_an_onnx_form_is_named(tmp_path):
    steps = [("apply_math_operation", {"category": "special", "special_function": "erf", "column_set": ["weight"]})]
    with pytest.raises(Refusal, match=r"makes Erf\(weight\), which has no ONNX form"):
        certified(tmp_path, "boosted_decision_tree_regression", "price", steps=steps)
