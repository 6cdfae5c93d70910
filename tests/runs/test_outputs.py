"""What lies at a port, looked at without opening anything that could run."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from mlops.blobs.trees import keep_folder
from mlops.datasets.reading import convert, sniff
from mlops.formats.evaluation import Evaluated, Evaluation
from mlops.formats.finding import Importance
from mlops.formats.model import MANIFEST_FILE, Feature, Field, ModelManifest, Signature
from mlops.formats.refusal import Refusal
from mlops.formats.table import Column, TableSchema
from mlops.formats.transform import FillMissing, FittedTransform, KeepColumns, Rescale
from mlops.runs.outputs import look, views

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(tmp_path: Path):
    """Keeps a folder of the given files as an output of the type."""

    def keep(type_: str, **files: bytes) -> dict[str, str]:
        folder = tmp_path / "output"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name.replace("__", ".")).write_bytes(content)
        return {"type": type_, "tree": keep_folder(folder).digest}

    return keep


@pytest.fixture
def table(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "cars.csv"
    path.write_text("make,price\n" + "".join(f"car{n},{n}.5\n" for n in range(10)) + "saab,\n")
    convert(path, sniff(path, path.name), tmp_path / "table", source="Cars:1")
    return {"type": "table", "tree": keep_folder(tmp_path / "table").digest}


def test_a_table_is_shown_page_by_page(table):
    seen = look(table, offset=9, limit=5)
    assert seen["rows"] == [["car9", 9.5], ["saab", None]]
    assert (seen["row_count"], seen["sources"], seen["profile"]) == (11, ["Cars:1"], None)
    assert [column["name"] for column in seen["schema"]["columns"]] == ["make", "price"]


@pytest.mark.parametrize(("offset", "limit", "rows"), [(-5, 0, 1), (0, 10**9, 11), (10**12, 5, 0)])
def test_pages_that_make_no_sense_are_put_right(table, offset, limit, rows):
    assert len(look(table, offset=offset, limit=limit)["rows"]) == rows


def test_a_model_tells_its_facts_and_its_pickle_stays_closed(kept):
    schema = TableSchema(columns=(Column(name="power", type="integer"),))
    manifest = ModelManifest(
        task="regression",
        algorithm="linear_regression",
        label="price",
        source=schema,
        recipe=(),
        features=(Feature(column="power", kind="numeric"),),
        signature=Signature(inputs=(Field(name="power", type="integer"),), outputs=()),
        framework="scikit-learn",
        framework_version="1",
    )
    harm = b"cos\nabort\n(tR."
    files = {MANIFEST_FILE.replace(".", "__"): msgspec.json.encode(manifest), "estimator__joblib": harm}
    seen = look(kept("model", **files))
    assert (seen["type"], seen["algorithm"], seen["label"]) == ("model", "linear_regression", "price")
    assert seen["signature"]["inputs"][0]["name"] == "power"


def test_a_transformation_is_told_step_by_step(kept):
    fitted = FittedTransform(
        transforms=(
            KeepColumns(columns=("power",)),
            FillMissing(column="power", value=70),
            Rescale(column="power", method="zscore", offset=1.5, scale=2.0),
        )
    )
    summary = look(kept("transformation", transform__json=msgspec.json.encode(fitted)))["summary"]
    assert [row["label"] for row in summary] == ["1. keep columns", "2. fill missing", "3. rescale"]
    assert summary[1]["value"] == "column: power, value: 70"
    assert "method: zscore" in summary[2]["value"]


def test_an_untrained_model_tells_its_learner_and_parameters(kept):
    learner = {"component": "linear_regression", "parameters": {"l2_regularization_weight": 0.01}}
    summary = look(kept("untrained_model", learner__json=json.dumps(learner).encode()))["summary"]
    assert [row["value"] for row in summary] == ["linear_regression", 0.01]


def test_anything_else_lists_its_files(kept):
    seen = look(kept("any", note__txt=b"hello"))
    assert seen == {"type": "any", "summary": [{"label": "note.txt", "value": 5}]}


def test_what_a_step_found_beside_its_tables_is_for_the_eye(kept, table):
    evaluation = Evaluation(task="regression", evaluated=(Evaluated(name="a", rows=5, metrics={"r2": 0.5}),))
    importance = Importance(metric="r2", base=0.5, repeats=1, columns=())
    written = {"evaluation__json": evaluation, "finding__json": importance}
    output = kept("table", **{name: msgspec.json.encode(one) for name, one in written.items()})
    (found,) = [json.loads(view) for view in views({"one": output, "other": table})]
    assert msgspec.convert(found["evaluation"], type=Evaluation) == evaluation
    assert found["finding"]["kind"] == "importance"


def test_a_file_that_is_missing_says_what_to_do(kept):
    with pytest.raises(Refusal) as caught:
        look(kept("model", other__txt=b"x"))
    assert (caught.value.status, caught.value.hint) == (410, "Run the step again.")
    assert MANIFEST_FILE in caught.value.message
