from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
import yaml

from mlops.blocks.pyfunc import _load_pyfunc
from mlops.blocks.scoring import load_model
from mlops.formats.refusal import Refusal
from mlops.formats.transform import Cast
from tests.blocks.workshop import Workshop, cars


def refused(workshop: Workshop, learner: str, frame: pl.DataFrame, label: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        workshop.trained(learner, workshop.put(frame), label=label)
    return caught.value


def test_the_signature_asks_only_for_what_reaches_a_feature(workshop: Workshop) -> None:
    data = workshop.put(cars())
    kept = workshop.run("select_columns_in_dataset", {"select_columns": ["make", "power", "price"]}, dataset=data)
    manifest = load_model(workshop.trained("linear_regression", kept["results_dataset"])).manifest
    assert [field.name for field in manifest.signature.inputs] == ["make", "power"]
    assert all(field.required for field in manifest.signature.inputs)
    assert manifest.signature.inputs[0].categories == ("audi", "bmw", "fiat")
    power = manifest.signature.inputs[1]
    assert (power.minimum, power.maximum) == (cars()["power"].min(), cars()["power"].max())
    assert manifest.sources == ("cars:1",)


def test_boosted_trees_allow_gaps_in_requests(workshop: Workshop) -> None:
    model = load_model(workshop.trained("boosted_decision_tree_regression", workshop.put(cars(gaps=True))))
    assert not any(field.required for field in model.manifest.signature.inputs)
    assert model.score(pl.DataFrame({"power": [120]})).height == 1


def test_linear_learners_name_the_column_with_gaps(workshop: Workshop) -> None:
    refusal = refused(workshop, "linear_regression", cars(gaps=True), "price")
    assert refusal.code == "missing_values"
    assert "'make' has 13 missing values" in refusal.message
    assert "Clean Missing Data" in refusal.hint


@pytest.mark.parametrize(
    ("learner", "change", "label", "code"),
    [
        ("linear_regression", pl.lit(1.0).alias("price"), "price", "label_constant"),
        ("linear_regression", pl.when(pl.col("power") > 90).then("price").alias("price"), "price", "label_missing"),
        ("two_class_logistic_regression", pl.col("power"), "make", "label_not_two_class"),
        ("multiclass_logistic_regression", pl.lit("bmw").alias("make"), "make", "label_constant"),
        ("linear_regression", pl.int_range(pl.len()).cast(pl.String).alias("make"), "price", None),
    ],
)
def test_a_label_that_does_not_fit_is_refused(
    workshop: Workshop, learner: str, change: pl.Expr, label: str, code: str | None
) -> None:
    frame = cars().with_columns(change)
    if code is None:
        workshop.trained(learner, workshop.put(frame), label=label)
    else:
        assert refused(workshop, learner, frame, label).code == code


def test_a_column_of_identifiers_is_refused_with_a_remedy(workshop: Workshop) -> None:
    frame = cars(1200).with_columns(make=pl.int_range(pl.len()).cast(pl.String))
    refusal = refused(workshop, "linear_regression", frame, "price")
    assert (refusal.code, refusal.where.column) == ("too_many_categories", "make")
    assert "Select Columns" in refusal.hint


def test_a_categorical_number_becomes_text_in_the_recipe(workshop: Workshop) -> None:
    marked = {"column": ["power"], "categorical": "categorical"}
    data = workshop.run("edit_metadata", marked, dataset=workshop.put(cars()))["results_dataset"]
    model = load_model(workshop.trained("linear_regression", data))
    assert model.manifest.recipe == (Cast(column="power", type="string"),)
    assert model.score(cars()).height == 120


def test_class_labels_keep_their_type(workshop: Workshop) -> None:
    frame = cars().with_columns(sold=(pl.col("sold") == "yes").cast(pl.Int64))
    model = load_model(workshop.trained("two_class_boosted_decision_tree", workshop.put(frame)))
    assert model.manifest.classes == ("0", "1")
    assert model.score(frame)["Scored Labels"].dtype == pl.Int64


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("dataframe1['power'] = dataframe1['power'] - dataframe1['power'].mean()", "inference_mismatch"),
        ("dataframe1 = dataframe1.sample(frac=1, random_state=1)", None),
        ("dataframe1['ratio'] = dataframe1['weight'] / dataframe1['power']", None),
    ],
)
def test_a_script_that_mixes_rows_is_refused(workshop: Workshop, body: str, code: str | None) -> None:
    script = f"def azureml_main(dataframe1=None, dataframe2=None):\n    {body}\n    return dataframe1,"
    data = workshop.run("execute_python_script", {"python_script": script}, dataset1=workshop.put(cars()))
    halves = workshop.run("split_data", {}, dataset=data["result_dataset"])
    if code is None:
        assert not load_model(workshop.trained("linear_regression", halves["results_dataset1"])).manifest.broken
        return
    with pytest.raises(Refusal) as caught:
        workshop.trained("linear_regression", halves["results_dataset1"])
    assert caught.value.code == code


def test_a_script_that_mixes_rows_is_refused_without_a_split_too(workshop: Workshop) -> None:
    body = "dataframe1['power'] = dataframe1['power'] / dataframe1['power'].max()"
    script = f"def azureml_main(dataframe1=None, dataframe2=None):\n    {body}\n    return dataframe1,"
    data = workshop.run("execute_python_script", {"python_script": script}, dataset1=workshop.put(cars()))
    with pytest.raises(Refusal, match="20 rows differ"):
        workshop.trained("linear_regression", data["result_dataset"])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("dataframe1['price'] = dataframe1['price'] ** 0.5", "without the label"),
        ("dataframe1 = dataframe1[dataframe1['power'] > 90].reset_index(drop=True)", "rows cannot be followed"),
    ],
)
def test_a_model_that_cannot_be_replayed_says_why(workshop: Workshop, body: str, words: str) -> None:
    script = f"def azureml_main(dataframe1=None, dataframe2=None):\n    {body}\n    return dataframe1,"
    data = workshop.run("execute_python_script", {"python_script": script}, dataset1=workshop.put(cars()))
    model = load_model(workshop.trained("linear_regression", data["result_dataset"]))
    assert words in model.manifest.broken
    with pytest.raises(Refusal) as caught:
        model.score(cars())
    assert caught.value.code == "model_broken"


def test_a_script_with_two_tables_cannot_be_replayed(workshop: Workshop) -> None:
    script = "def azureml_main(dataframe1=None, dataframe2=None):\n    return dataframe1,"
    data = workshop.put(cars())
    joined = workshop.run("execute_python_script", {"python_script": script}, dataset1=data, dataset2=data)
    model = load_model(workshop.trained("linear_regression", joined["result_dataset"]))
    assert "joins two tables" in model.manifest.broken


def test_the_folder_is_an_mlflow_model(workshop: Workshop) -> None:
    folder = workshop.trained("boosted_decision_tree_regression", workshop.put(cars()))
    described = yaml.safe_load((folder / "MLmodel").read_text())
    assert described["flavors"]["python_function"]["loader_module"] == "mlops.blocks.pyfunc"
    example = json.loads((folder / "input_example.json").read_text())
    names = [column["name"] for column in json.loads(described["signature"]["inputs"])]
    assert example["columns"] == names
    assert "lightgbm==" in (folder / "requirements.txt").read_text()


def test_mlflow_can_predict_on_pandas(workshop: Workshop) -> None:
    import pandas as pd

    from mlops.blocks.frames import to_pandas

    folder = workshop.trained("linear_regression", workshop.put(cars()))
    rows = to_pandas(cars()).set_index(pd.Index(range(500, 620)))
    predicted = _load_pyfunc(str(folder)).predict(rows)
    assert list(predicted.index) == list(range(500, 620))
    assert predicted["Scored Labels"].tolist() == load_model(folder).score(cars())["Scored Labels"].to_list()


def test_the_example_can_be_scored(workshop: Workshop) -> None:
    folder = workshop.trained("two_class_logistic_regression", workshop.put(cars()))
    example: dict[str, Any] = json.loads((folder / "input_example.json").read_text())
    row = pl.DataFrame([dict(zip(example["columns"], example["data"][0], strict=True))])
    assert load_model(folder).score(row).height == 1


def test_the_reference_holds_source_rows_without_the_label(workshop: Workshop) -> None:
    folder = workshop.trained("linear_regression", workshop.put(cars(2500)))
    reference = pl.read_parquet(folder / "reference.parquet")
    assert reference.height == 1000
    assert "price" not in reference.columns
    assert load_model(folder).score(reference).height == 1000


def test_explanations_say_how_much_each_column_counts(workshop: Workshop) -> None:
    data = workshop.put(cars())
    untrained = workshop.run("boosted_decision_tree_regression")["untrained_model"]
    parameters = {"label_column": "price", "model_explanations": True}
    model = workshop.run("train_model", parameters, untrained_model=untrained, dataset=data)["trained_model"]
    shares = json.loads((model / "feature_importance.json").read_text())
    assert next(iter(shares)) == "power"
    assert sum(shares.values()) == pytest.approx(1)


def test_a_weight_column_weighs_and_is_no_feature(workshop: Workshop) -> None:
    frame = cars().with_columns(w=(pl.col("make") == "bmw").cast(pl.Int64))
    data = workshop.run("edit_metadata", {"column": ["w"], "fields": "weights"}, dataset=workshop.put(frame))
    model = load_model(workshop.trained("linear_regression", data["results_dataset"]))
    assert "w" not in [feature.column for feature in model.manifest.features]
    assert not model.score(frame).equals(
        load_model(workshop.trained("linear_regression", workshop.put(cars()))).score(frame)
    )


def test_a_model_that_allows_no_unknown_level_refuses_it_with_the_nearest(workshop: Workshop) -> None:
    closed = {"allow_unknown_categorical_levels": False}
    model = load_model(workshop.trained("linear_regression", workshop.put(cars()), **closed))
    assert model.score(cars()).height == 120
    with pytest.raises(Refusal) as caught:
        model.score(cars().with_columns(make=pl.lit("audy")))
    assert (caught.value.code, caught.value.where.column) == ("unknown_category", "make")
    assert "audi" in caught.value.hint


def test_classes_of_equal_weight_make_the_rare_one_likelier(workshop: Workshop) -> None:
    frame = cars(400).filter((pl.col("sold") == "no") | (pl.int_range(pl.len()) % 10 == 0))
    data = workshop.put(frame)
    said = []
    for balance in (False, True):
        model = workshop.trained("two_class_logistic_regression", data, balance_classes=balance)
        said.append(load_model(model).score(frame)["Scored Probabilities"].mean())
    assert said[1] > said[0] + 0.05
