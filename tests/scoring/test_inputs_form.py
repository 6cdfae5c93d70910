"""Rows under Inputs, answers under Results: what Azure's designer endpoints take, and Power BI expects."""

from __future__ import annotations

import pytest

from tests.scoring.folders import PREDICTED, ROW, price_folder
from tests.scoring.running import scoring


@pytest.fixture(scope="module")
def price(tmp_path_factory):
    with scoring(price_folder(tmp_path_factory.mktemp("price"))) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "results"), [("data", [PREDICTED]), ("WebServiceInput0", {"WebServiceOutput0": [PREDICTED]})]
)
def test_rows_under_inputs_are_answered_under_results(price, name, results):
    answer = price.post("/score", json={"GlobalParameters": {}, "Inputs": {name: [ROW]}})
    assert (answer.status_code, answer.json()["Results"]) == (200, results)
    assert "predictions" not in answer.json()
    assert price.post("/score/", json={"Inputs": {name: [ROW]}}).json()["Results"] == results


@pytest.mark.parametrize(
    "body",
    [
        {"Inputs": [ROW]},
        {"Inputs": {"a": [ROW], "b": [ROW]}},
        {"Inputs": {"data": [ROW]}, "GlobalParameters": {"method": "predict"}},
        {"Inputs": {"data": [ROW]}, "more": 1},
    ],
)
def test_what_the_form_has_no_place_for_is_refused_with_its_remedy(price, body):
    answer = price.post("/score", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_shape")
    assert "Inputs" in answer.json()["hint"] or "GlobalParameters" in answer.json()["hint"]


def test_the_swagger_document_has_the_names_that_power_bi_looks_for(price):
    score = price.get("/swagger.json").json()["paths"]["/score"]["post"]
    asked = score["requestBody"]["content"]["application/json"]["schema"]["properties"]
    told = score["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    assert {"Inputs", "GlobalParameters"} < set(asked)
    assert "Results" in told
