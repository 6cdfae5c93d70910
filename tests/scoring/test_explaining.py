"""Answers that carry contributions, on a real server process."""

from __future__ import annotations

import msgspec
import pytest

from mlops.formats.explanation import EXPLAINER_FILE, ScoringExplainer
from tests.scoring.folders import PREDICTED, ROW, price_folder
from tests.scoring.running import scoring

COLUMNS = ("horsepower", "weight", "turbo", "make", "built")
USUAL = {"turbo": False, "make": "volvo", "built": None}
BACKGROUND = ({"horsepower": 50, "weight": 1000.0, **USUAL}, {"horsepower": 150, "weight": 2000.0, **USUAL})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return price_folder(tmp_path_factory.mktemp("price"))


@pytest.fixture(scope="module")
def price(folder):
    with scoring(folder) as client:
        yield client


def test_without_an_explainer_it_says_what_to_do_and_plain_answers_stay_as_they_are(price):
    asked = price.post("/score?explain=true", json={"data": [ROW]})
    assert asked.status_code == 409
    assert "Explain the version" in asked.json()["hint"]
    assert "explanations" not in price.post("/score?explain=false", json={"data": [ROW]}).json()


def test_contributions_are_those_of_the_formula_and_add_up(price, folder):
    explainer = ScoringExplainer(explanation="explanation-1", columns=COLUMNS, background=BACKGROUND)
    (folder / EXPLAINER_FILE).write_bytes(msgspec.json.encode(explainer))
    told = price.post("/score?explain=true", json={"data": [ROW]}).json()
    assert told["predictions"] == [PREDICTED]
    assert told["explained_with"] == "explanation-1"
    (one,) = told["explanations"]
    assert one["base"] == {"Scored Labels": 13000.0}
    found = one["contributions"]["Scored Labels"]
    assert found == pytest.approx({"horsepower": 0.0, "weight": 1000.0, "turbo": 0.0, "make": 0.0, "built": 0.0})


def test_what_cannot_be_explained_is_refused_with_its_remedy(price):
    assert price.post("/score?explain=maybe", json={"data": [ROW]}).status_code == 400
    assert price.post("/score?explain=true", json={"data": [ROW] * 21}).status_code == 413
    assert price.post("/score?explain=true", json={"data": [[1, 2.0]]}).status_code == 422


def test_swagger_tells_of_it(price):
    (parameter,) = price.get("/swagger.json").json()["paths"]["/score"]["post"]["parameters"]
    assert (parameter["name"], parameter["in"]) == ("explain", "query")
