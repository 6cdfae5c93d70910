"""Mini-batches in this process: models with ONNX and as they are, scripts, error rows, and the output of all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from mlops.formats.batch import AssemblyOrder, AssemblyPart, ErrorRow, ScoringOrder
from mlops.formats.model import Field, ModelManifest, Signature
from mlops.formats.refusal import Refusal
from mlops.packaging.convert import convert
from mlops.scoring.children.faults import Fault
from mlops.scoring.minibatches.__main__ import load
from mlops.scoring.minibatches.assembling import assemble
from tests.packaging.trained import cars, train
from tests.scoring.folders import CHURN, churn_folder

CODE = "import os\ndef init():\n    global word\n    word = os.environ.get('WORD', 'length')\n"


def ask(folder: Path, order: ScoringOrder, frame: pl.DataFrame, *, start: int = 0, rows: int = 0):
    data = folder / "data.parquet"
    frame.write_parquet(data)
    message = {"kind": "table", "path": str(data), "name": "data.parquet", "start": start, "rows": rows or frame.height}
    return answered(folder, order, {**message, "out": str(folder / "out"), "errors": str(folder / "errors")})


def answered(folder: Path, order: ScoringOrder, message: dict[str, Any]) -> Any:
    answer, _about = load(order, folder)
    return answer(message, b"")[0]


def script(folder: Path, run: str, kind: str) -> ScoringOrder:
    (folder / "code").mkdir()
    (folder / "code" / "score.py").write_text(f"{CODE}def run(mini_batch):\n    {run}\n")
    return ScoringOrder(entry="script", input_kind=kind, script="score.py")  # type: ignore[arg-type]


def errors_in(folder: Path) -> list[ErrorRow]:
    return [msgspec.json.decode(line, type=ErrorRow) for line in (folder / "errors").read_bytes().splitlines()]


def trained_order(folder: Path, entry: str, *, label: str = "price") -> ScoringOrder:
    learner = "boosted_decision_tree_regression" if label == "price" else "two_class_boosted_decision_tree"
    train(folder / "model", learner, label, frame=cars().drop({"expensive", "price", "band"} - {label}))
    manifest = msgspec.json.decode((folder / "model" / "mlops_model.json").read_bytes(), type=ModelManifest)
    if entry == "onnx":
        (folder / "onnx").mkdir()
        convert(folder / "model", folder / "onnx", tolerance=1e-3)
    return ScoringOrder(
        entry=entry,  # type: ignore[arg-type]
        input_kind="table",
        signature=manifest.signature,
        task=manifest.task,
        classes=manifest.classes,
    )


@pytest.mark.parametrize("label", ["price", "expensive"])
def test_onnx_and_the_original_predict_alike(tmp_path, label):
    frame = cars(100)
    scored = []
    for entry in ("native", "onnx"):
        folder = tmp_path / entry
        told = ask(folder, trained_order(folder, entry, label=label), frame, start=10, rows=50)
        assert (told["items"], told["succeeded"], told["failed"]) == (50, 50, 0)
        scored.append(pl.read_parquet(folder / "out"))
    assert scored[0].columns == scored[1].columns == [*frame.columns, *scored[0].columns[len(frame.columns) :]]
    last = scored[0].columns[-1]
    assert scored[0]["Scored Labels"].dtype == scored[1]["Scored Labels"].dtype
    assert (scored[0][last] - scored[1][last]).abs().max() < (2.0 if label == "price" else 1e-4)
    assert scored[0]["power"].equals(frame["power"][10:60])


def test_a_row_that_cannot_be_scored_is_kept_with_its_reason(tmp_path):
    folder = churn_folder(tmp_path / "model")
    order = ScoringOrder(entry="onnx", input_kind="table", signature=CHURN, task="two_class", classes=("no", "yes"))
    frame = pl.DataFrame({"calls": ["3", None, "many", "0", ""], "who": ["a", "b", "c", "d", "e"]})
    told = ask(folder, order, frame)
    assert (told["items"], told["succeeded"], told["failed"]) == (5, 2, 3)
    assert pl.read_parquet(folder / "out")["who"].to_list() == ["a", "d"]
    found = errors_in(folder)
    assert [(one.row, one.code) for one in found] == [(2, "missing_value"), (3, "wrong_type"), (5, "missing_value")]
    assert "“many”" in found[1].reason
    assert found[1].values == '{"calls":"many","who":"c"}'


def test_rows_that_the_model_itself_refuses_are_found_one_by_one(tmp_path):
    from mlops.scoring.minibatches.tables import _scored

    def touchy(request: pl.DataFrame) -> pl.DataFrame:
        if (request["a"] == 13).any():
            raise Refusal("unlucky", "13 brings bad luck.")
        return request.select((pl.col("a") * 2).alias("twice"))

    signature = Signature(inputs=(Field(name="a", type="integer"),), outputs=())
    kept, faults = _scored(pl.DataFrame({"a": range(20)}), signature, touchy, narrow=False)
    assert kept["twice"].to_list() == [2 * n for n in range(20) if n != 13]
    assert faults == {13: ("unlucky", "13 brings bad luck.")}


def test_a_missing_column_refuses_the_whole(tmp_path):
    folder = churn_folder(tmp_path)
    order = ScoringOrder(entry="onnx", input_kind="table", signature=CHURN, task="two_class", classes=("no", "yes"))
    with pytest.raises(Refusal, match=r"none of the model's columns; it has: call\.") as caught:
        ask(folder, order, pl.DataFrame({"call": [1]}))
    assert caught.value.hint == "The model takes: calls."


def test_a_script_gets_a_pandas_table_of_the_rows(tmp_path):
    order = script(tmp_path, "return [word + str(len(row)) for row in mini_batch['text']]", "table")
    told = ask(tmp_path, order, pl.DataFrame({"text": ["a", "bb", "ccc"]}), start=1, rows=2)
    assert (told["form"], told["succeeded"], told["failed"]) == ("lines", 2, 0)
    assert (tmp_path / "out").read_text() == '"length2"\n"length3"\n'


def test_a_script_gets_paths_and_each_result_is_one_success(tmp_path):
    order = script(
        tmp_path, "return [{'n': len(open(path).read())} for path in mini_batch if 'b' not in path[-1]]", "files"
    )
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name * 3)
    message = {"kind": "files", "paths": [str(tmp_path / n) for n in "abc"], "names": list("abc")}
    told = answered(tmp_path, order, {**message, "out": str(tmp_path / "out"), "errors": str(tmp_path / "errors")})
    assert (told["form"], told["succeeded"], told["failed"]) == ("objects", 2, 1)
    assert errors_in(tmp_path)[0].reason == "run() returned 2 results for 3 files (a, b, c)."


def test_what_run_raises_names_file_line_and_exception(tmp_path):
    order = script(tmp_path, "return 1 / 0", "table")
    with pytest.raises(Fault, match=r"score\.py, line 6, in run\(\): ZeroDivisionError"):
        ask(tmp_path, order, pl.DataFrame({"a": [1]}))


def parts_of(folder: Path, *frames: pl.DataFrame) -> tuple[AssemblyPart, ...]:
    made = []
    for place, frame in enumerate(frames):
        frame.write_parquet(folder / f"{place}.parquet")
        made.append(
            AssemblyPart(files=(0,), start=2 * place, rows=2, out=str(folder / f"{place}.parquet"), form="table")
        )
    return tuple(made)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.jsonl"])
def test_the_output_holds_all_rows_in_the_order_of_the_input(tmp_path, name):
    parts = parts_of(tmp_path, pl.DataFrame({"a": [1, 2]}), pl.DataFrame({"a": [3, 4]}), pl.DataFrame({"a": [5]}))
    order = AssemblyOrder(
        parts=parts, files=("in.csv",), output_action="append_row", output_file_name=name, target=str(tmp_path / "t")
    )
    told = assemble(order, work=tmp_path)
    assert (told.rows, told.error_rows, told.files) == (5, 0, (name,))
    assert pl.read_parquet(tmp_path / "t" / "scored" / "data.parquet")["a"].to_list() == [1, 2, 3, 4, 5]
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "jsonl": pl.read_ndjson}[name[4:]]
    assert read(tmp_path / "t" / "files" / name)["a"].to_list() == [1, 2, 3, 4, 5]


def test_a_mini_batch_that_failed_leaves_its_rows_among_the_errors(tmp_path):
    failed = AssemblyPart(files=(0,), start=2, rows=2, failed_code="timeout", failed_reason="It took too long.")
    order = AssemblyOrder(
        parts=(*parts_of(tmp_path, pl.DataFrame({"a": [1, 2]})), failed),
        files=("in.csv",),
        output_action="append_row",
        output_file_name="out.csv",
        target=str(tmp_path / "t"),
    )
    assert assemble(order, work=tmp_path).error_rows == 2
    assert pl.read_csv(tmp_path / "t" / "files" / "errors.csv")["row"].to_list() == [3, 4]


def test_one_file_for_each_file_of_the_input(tmp_path):
    first, second = parts_of(tmp_path, pl.DataFrame({"a": [1, 2]}), pl.DataFrame({"a": [3]}))
    order = AssemblyOrder(
        parts=(first, msgspec.structs.replace(second, files=(1,))),
        files=("may.csv", "june.csv"),
        output_action="file_per_input",
        output_file_name="scored.csv",
        target=str(tmp_path / "t"),
    )
    assert assemble(order, work=tmp_path).files == ("june.csv.scored.csv", "may.csv.scored.csv")


def test_lines_of_a_script_are_text_or_a_table(tmp_path):
    (tmp_path / "0").write_text('["a.png", 7]\n"b"\n')
    part = AssemblyPart(files=(0, 1), out=str(tmp_path / "0"), form="lines")
    for name, text in (("out.txt", "a.png 7\nb\n"), ("out.csv", "1,2,prediction\na.png,7,\n,,b\n")):
        order = AssemblyOrder(
            parts=(part,),
            files=("a", "b"),
            output_action="append_row",
            output_file_name=name,
            target=str(tmp_path / name),
        )
        assert assemble(order, work=tmp_path).rows == 2
        assert (tmp_path / name / "files" / name).read_text() == text
