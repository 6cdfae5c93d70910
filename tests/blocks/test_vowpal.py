"""Vowpal Wabbit learns from tables and from its own lines, and its models score alone as in the pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mlops.blocks.scoring import load_model
from mlops.blocks.vw_lines import from_rows, from_svmlight, label_of
from mlops.formats.refusal import Refusal
from tests.blocks.cars import cars
from tests.blocks.pictures import archive, zipped
from tests.blocks.reviews import reviews
from tests.blocks.workshop import Workshop

LOGISTIC = "--loss_function logistic --passes 5"


def trained(workshop: Workshop, data: Path, **parameters: Any) -> Path:
    return workshop.run("train_vowpal_wabbit_model", parameters, training_data=data)["trained_model"]


def test_a_row_becomes_namespaces() -> None:
    frame = pl.DataFrame({"my power": [130, None], "make": ["alfa romeo|x:1", None], "turbo": [True, False]})
    assert from_rows(frame, frame.columns) == [
        "|my_power my_power:130.0 |make alfa romeo x 1 |turbo true",
        "|turbo false",
    ]


def test_svmlight_becomes_vw() -> None:
    assert from_svmlight(["1 qid:3 2:0.5 7:1 # said"]) == ["1 | 2:0.5 7:1"]
    assert label_of("-1 2.0 'tag |a x") == "-1"
    assert label_of("|a x") == ""


def test_two_classes_of_texts_are_told_apart_and_requests_score_alike(workshop: Workshop) -> None:
    data = workshop.put(reviews().drop("stars"))
    model = trained(workshop, data, vw_arguments=LOGISTIC, label_column="liked")
    scored = workshop.run("score_vowpal_wabbit_model", {}, trained_model=model, test_data=data)["scored_dataset"]
    frame = workshop.table(scored).frame
    assert (frame["liked"] == frame["Scored Labels"]).mean() > 0.9
    alone = load_model(model).score(reviews())
    assert alone["Scored Probabilities"].to_list() == pytest.approx(frame["Scored Probabilities"].to_list())
    results = workshop.run("evaluate_model", {}, scored_dataset=scored)["evaluation_results"]
    assert workshop.table(results).frame["accuracy"].item() > 0.9


def test_several_classes_get_a_probability_each(workshop: Workshop) -> None:
    frame = pl.DataFrame({"says": ["red rose", "green grass", "blue sky"] * 40, "colour": ["r", "g", "b"] * 40})
    model = trained(workshop, workshop.put(frame), vw_arguments="--oaa 3 --passes 5", label_column="colour")
    scores = load_model(model).score(frame)
    names = [f'Scored Probabilities for Class "{name}"' for name in "bgr"]
    assert scores.select(pl.sum_horizontal(names)).to_series().to_list() == pytest.approx([1.0] * 120, abs=1e-5)
    assert scores["Scored Labels"].to_list() == frame["colour"].to_list()


def test_lines_of_a_zip_archive_are_learned_and_scored(workshop: Workshop) -> None:
    lines = b"1 |a good\n-1 |a bad\n" * 20
    data = zipped(workshop, archive(0, extra={"train.vw": lines, "readme.txt": b"hello"}))
    model = trained(workshop, data, vw_arguments=LOGISTIC, name_of_the_training_data_file="train.vw")
    chosen = {"name_of_the_test_data_file": "train.vw", "include_an_extra_column_containing_raw_scores": True}
    scored = workshop.run("score_vowpal_wabbit_model", chosen, trained_model=model, test_data=data)["scored_dataset"]
    frame = workshop.table(scored).frame
    assert frame["Scored Labels"].head(2).to_list() == ["1", "-1"]
    assert frame["Label"].to_list() == frame["Scored Labels"].to_list()
    assert frame.columns[-1] == "Raw Scores"
    assert load_model(model).score(pl.DataFrame({"line": ["|a good"]}))["Scored Labels"].to_list() == ["1"]
    with pytest.raises(Refusal, match="holds 2 files"):
        trained(workshop, data, vw_arguments=LOGISTIC)


def test_a_model_learns_on_from_another(workshop: Workshop) -> None:
    data = workshop.put(cars().select("power", "price"))
    first = trained(workshop, data, vw_arguments="--passes 2", label_column="price")
    ports = {"training_data": data, "pretrained_model": first}
    chosen = {"label_column": "price"}
    second = workshop.run("train_vowpal_wabbit_model", chosen, **ports)["trained_model"]
    scores = [load_model(model).score(cars().head(1))["Scored Labels"].item() for model in (first, second)]
    assert scores[0] != scores[1]
