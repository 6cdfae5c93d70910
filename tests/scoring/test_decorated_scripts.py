"""A real server process whose script tells its schema by the decorators of inference_schema."""

from __future__ import annotations

import pytest

from tests.scoring.folders import script_folder
from tests.scoring.running import scoring

SCRIPT = """
import numpy as np
import pandas as pd
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType

table = pd.DataFrame({"make": ["secret-make"], "power": [4711], "price": [0.5]})
table["built"] = pd.to_datetime(["2001-02-03"])
matrix = np.array([[47.11, 2.0, 3.0]])
options = StandardPythonParameterType({"method": "secret-method", "top": 3})

def init(): ...

@input_schema("Inputs", StandardPythonParameterType({"data": PandasParameterType(table)}))
@input_schema("matrix", NumpyParameterType(matrix), optional=True)
@input_schema("options", options, convert_to_provided_type=False)
@output_schema(StandardPythonParameterType({"Results": [1.5]}))
def run(Inputs, matrix=None, options=None):
    frame = Inputs["data"]
    return {
        "Results": (frame["power"] * 2.0).tolist(),
        "types": [str(one) for one in frame.dtypes],
        "shape": None if matrix is None else matrix.shape,
        "options": options,
    }
"""
ROW = {"make": "bmw", "power": 100, "price": None, "built": "2024-05-31"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with scoring(script_folder(tmp_path_factory.mktemp("decorated"), SCRIPT)) as client:
        yield client


def ask(client, rows, **more):
    return client.post("/score", json={"Inputs": {"data": rows}, **more})


def test_values_come_in_the_types_of_the_samples(served):
    answer = ask(served, [ROW], matrix=[[1, 2, 3], [4, 5, 6]], options={"method": "x"}).json()
    assert answer["Results"] == [200.0]
    assert answer["types"][1:3] == ["int64", "float64"]
    assert answer["types"][3].startswith("datetime64")
    assert (answer["shape"], answer["options"]) == ([2, 3], {"method": "x"})


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("power", "fast", "row 2, column 'power': expected a whole number, got 'fast'."),
        ("power", None, "row 2, column 'power': expected a whole number, got null."),
        ("price", True, "row 2, column 'price': expected a number, got True."),
        ("make", 7, "row 2, column 'make': expected a text, got 7."),
        ("built", "soon", "row 2, column 'built': expected a date in ISO 8601"),
    ],
)
def test_a_wrong_value_names_row_and_column(served, column, value, expected):
    answer = ask(served, [ROW, {**ROW, column: value}])
    assert (answer.status_code, answer.json()["where"]["row"], answer.json()["where"]["column"]) == (422, 1, column)
    assert answer.json()["detail"].startswith(expected)


def test_wrong_names_and_widths_are_refused_with_their_place(served):
    unknown = ask(served, [{**ROW, "powr": 1}]).json()
    assert (unknown["code"], unknown["hint"]) == ("unknown_column", "Did you mean 'power'?")
    assert ask(served, [ROW, {"make": "bmw"}]).json()["where"] == {"row": 1, "column": "power"}
    assert ask(served, [ROW], matrix=[[1, 2]]).json()["detail"] == "row 1 has 2 values where 3 are expected."
    cell = ask(served, [ROW], matrix=[[1, "x", 3]]).json()
    assert cell["detail"] == "row 1, column '2': expected a number, got 'x'."
    assert served.post("/score", json={"data": []}).json()["detail"] == "The body has no 'Inputs'."


def test_swagger_has_the_types_and_no_value_of_the_samples(served):
    text = served.get("/swagger.json").text
    assert not any(secret in text for secret in ("secret", "4711", "47.11", "2001"))
    content = served.get("/swagger.json").json()["paths"]["/score"]["post"]["requestBody"]["content"]
    example = content["application/json"]["example"]
    assert example["Inputs"]["data"][0]["power"] == 0
    assert ask(served, example["Inputs"]["data"], matrix=example["matrix"]).status_code == 200
