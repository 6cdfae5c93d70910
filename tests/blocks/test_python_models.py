from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mlops.blocks.scoring import load_model
from mlops.formats.refusal import Refusal
from tests.blocks.workshop import Workshop, cars

CLASSES = """
class AzureMLModel:
    def train(self, df_train, df_label):
        self.limit = df_train["power"].mean()

    def predict(self, df):
        import pandas as pd
        above = df["power"] > self.limit
        said = above.map({True: "yes", False: "no"})
        return pd.DataFrame({"Scored Labels": said, "probabilities": above * 0.8 + 0.1})
"""


def trained(workshop: Workshop, label: str, frame: pl.DataFrame | None = None, **parameters: Any) -> Path:
    data = workshop.put(cars() if frame is None else frame)
    return workshop.trained("create_python_model", data, label=label, **parameters)


def test_the_script_that_is_there_at_first_learns_a_number(workshop: Workshop) -> None:
    model = load_model(trained(workshop, "price"))
    error = model.score(cars())["Scored Labels"] - cars()["price"]
    assert error.abs().mean() < 0.1 * cars()["price"].std()
    assert model.score(cars(gaps=True)).height == 120


def test_a_class_predicts_labels_and_probabilities(workshop: Workshop) -> None:
    model = load_model(trained(workshop, "sold", what_it_predicts="two_class", python_script=CLASSES))
    scored = model.score(cars())
    assert set(scored["Scored Labels"]) == {"yes", "no"}
    assert set(scored["Scored Probabilities"].round(3)) == {0.1, 0.9}


def test_its_scores_can_be_evaluated(workshop: Workshop) -> None:
    model = trained(workshop, "sold", what_it_predicts="two_class", python_script=CLASSES)
    scored = workshop.run("score_model", {}, trained_model=model, dataset=workshop.put(cars()))
    workshop.run("evaluate_model", {}, **scored)
    assert workshop.report.metrics["accuracy"] > 0.7


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        ("class Model: pass", "script_entry_missing", "no class 'AzureMLModel'"),
        ("class AzureMLModel(", "script_failed", "SyntaxError"),
        (CLASSES.replace("power", "speed"), "script_failed", "in line 4: KeyError"),
        (CLASSES.replace('"no"', '"maybe"'), "script_result", "'maybe', which is no class of 'sold'"),
        (CLASSES.replace("return pd.DataFrame(", "return 1 or ("), "script_result", "1 rows for"),
        (CLASSES.replace('df_train["power"].mean()', "lambda: 1"), "script_failed", "TypeError"),
        (CLASSES.replace("> self.limit", '> df["power"].mean()'), "inference_mismatch", "rows differ"),
    ],
)
def test_a_script_that_does_not_work_is_refused_with_its_line(
    workshop: Workshop, script: str, code: str, words: str
) -> None:
    with pytest.raises(Refusal) as caught:
        trained(workshop, "sold", what_it_predicts="two_class", python_script=script)
    assert caught.value.code == code
    assert words in caught.value.message


def test_what_cannot_be_saved_is_refused(workshop: Workshop) -> None:
    script = CLASSES.replace("self.limit = df", "self.key = lambda: 1; self.limit = df")
    with pytest.raises(Refusal) as caught:
        trained(workshop, "sold", what_it_predicts="two_class", python_script=script)
    assert caught.value.code == "model_not_saved"
