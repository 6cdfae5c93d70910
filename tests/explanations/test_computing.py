"""Explaining in the child's own code: kinds by model, additivity, columns behind transforms, sampling."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from mlops.explanations.computing.explaining import explain
from mlops.formats.explanation import (
    CONTRIBUTIONS_FILE,
    DEPENDENCE_FILE,
    FAIRNESS_FILE,
    SUMMARY_FILE,
    Dependence,
    ExplainOrder,
    ExplanationSummary,
    FairnessSlice,
)
from mlops.formats.refusal import Refusal
from tests.packaging.external.fitted import NAMES, numbers, price
from tests.packaging.trained import cars, train

USED = ("power", "weight", "make", "turbo", "built")


CLEAN = {"columns": {"mode": "names", "names": ["power", "weight", "make"]}, "cleaning_mode": "replace_with_mode"}


@cache
def model(learner: str, label: str, *, gaps: bool = False) -> Path:
    folder = Path(mkdtemp(prefix="mlops-explained-"))
    frame = cars(gaps=gaps).select(*USED, label)
    frame.write_parquet(folder / "rows.parquet")
    steps = [("clean_missing_data", CLEAN)] if gaps else []
    more: dict[str, Any] = {} if learner in LINEAR else {"number_of_trees": 10}
    return train(folder / "model", learner, label, frame=frame, steps=steps, **more)


LINEAR = ("linear_regression", "two_class_logistic_regression", "multiclass_neural_network")


def explained(folder: Path, **order: Any) -> tuple[ExplanationSummary, Path]:
    out = Path(mkdtemp(prefix="mlops-explanation-"))
    settings = ExplainOrder(**{"rows": 60, "background": 8, "dependence": 1, **order})
    data = folder.parent / "rows.parquet"
    explain(
        folder,
        out,
        order=settings,
        data=data if data.is_file() else None,
        source="rows",
        tell=lambda share, doing: None,
    )
    return msgspec.json.decode((out / SUMMARY_FILE).read_bytes(), type=ExplanationSummary), out


@pytest.mark.parametrize(
    ("learner", "label", "kind", "unit", "outputs"),
    [
        ("boosted_decision_tree_regression", "price", "tree", "prediction", ("price",)),
        ("two_class_boosted_decision_tree", "expensive", "tree", "log-odds", ("yes",)),
        ("multiclass_boosted_decision_tree", "band", "tree", "score", ("high", "low", "middle")),
        ("two_class_xgboost", "expensive", "tree", "log-odds", ("yes",)),
        ("linear_regression", "price", "linear", "prediction", ("price",)),
        ("two_class_logistic_regression", "expensive", "linear", "log-odds", ("yes",)),
        ("multiclass_neural_network", "band", "permutation", "probability", ("high", "low", "middle")),
    ],
)
def test_the_explainer_fits_the_model_and_adds_up(learner, label, kind, unit, outputs):
    summary, _out = explained(model(learner, label))
    assert (summary.kind, summary.unit, summary.outputs) == (kind, unit, outputs)
    assert summary.additivity.holds, summary.additivity.told
    assert next(iter(summary.shares())) == "power"
    assert {one.column for one in summary.weights} == set(USED)


def test_a_text_column_is_one_column_although_the_model_sees_a_number_for_each_category():
    _summary, out = explained(model("boosted_decision_tree_regression", "price"))
    table = pl.read_parquet(out / CONTRIBUTIONS_FILE)
    assert [name for name in table.columns if name.startswith("=")] == [f"={name}" for name in USED]
    sums = table["base"] + sum(table[f"={name}"] for name in USED)
    assert (sums - table["sum"]).abs().max() < 1e-6


def test_gaps_that_transforms_fill_belong_to_their_columns():
    folder = model("boosted_decision_tree_regression", "price", gaps=True)
    summary, _out = explained(folder)
    assert summary.kind == "tree"
    assert set(USED) >= {one.column for one in summary.weights if one.importance > 0}


def test_cells_of_several_columns_are_explained_from_outside():
    summary, _out = explained(external_pipeline())
    assert summary.kind == "permutation"
    assert "several columns" in summary.notes[0]
    assert summary.additivity.holds


@cache
def external_pipeline() -> Path:
    import joblib
    from sklearn.decomposition import PCA
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline

    folder = Path(mkdtemp(prefix="mlops-explained-")) / "model"
    folder.mkdir()
    fitted = make_pipeline(PCA(2), Ridge()).fit(numbers(), price())
    joblib.dump(fitted, folder / "model.joblib")
    pl.from_pandas(numbers()).write_parquet(folder.parent / "rows.parquet")
    return folder


def test_walks_agree_with_the_exact_values_of_a_linear_model():
    exact, _ = explained(model("linear_regression", "price"), rows=30, background=200)
    walked, _ = explained(model("linear_regression", "price"), kind="permutation", rows=30, background=200)
    assert walked.shares() == pytest.approx(exact.shares(), abs=0.01)


@pytest.mark.parametrize("surrogate", ["lightgbm", "linear", "sgd"])
def test_a_surrogate_says_how_faithful_it_is(surrogate):
    summary, _out = explained(
        model("boosted_decision_tree_regression", "price"), kind="mimic", surrogate=surrogate, rows=300
    )
    assert summary.surrogate == surrogate
    assert summary.fidelity.r2 > 0.9
    assert summary.fidelity.rows == 100


def test_shuffling_measures_by_the_truth_and_is_global():
    summary, out = explained(model("two_class_boosted_decision_tree", "expensive"), kind="shuffling", rows=300)
    assert summary.global_only
    assert summary.metric == "log loss"
    assert summary.weights[0].column == "power"
    assert summary.weights[0].deviation is not None
    assert not (out / CONTRIBUTIONS_FILE).exists()


def test_shuffling_without_the_truth_is_refused_by_name():
    with pytest.raises(Refusal, match="with the truth"):
        explained(external_pipeline(), kind="shuffling")


def test_a_kind_that_does_not_fit_is_refused_with_what_does():
    with pytest.raises(Refusal) as refused:
        explained(model("linear_regression", "price"), kind="tree")
    assert refused.value.code == "kind_does_not_fit"
    assert "linear" in refused.value.hint


def test_dependence_follows_what_the_model_learned():
    _summary, out = explained(model("linear_regression", "price"))
    (found,) = msgspec.json.decode((out / DEPENDENCE_FILE).read_bytes(), type=tuple[Dependence, ...])
    assert found.column == "power"
    assert np.all(np.diff(found.average[0]) > 0)
    assert len(found.lines[0]) == len(found.rows) == 30


def test_groups_are_compared_and_small_ones_are_flagged():
    folder = model("two_class_boosted_decision_tree", "expensive")
    _summary, out = explained(folder, fairness=("make", "power"), rows=100)
    found = msgspec.json.decode((out / FAIRNESS_FILE).read_bytes(), type=tuple[FairnessSlice, ...])
    make, power = found
    assert {group.name for group in make.groups} == {"audi", "bmw", "volvo"}
    assert make.overall["accuracy"] > 0.7
    assert [group.is_small for group in power.groups] == [group.rows < 30 for group in power.groups]
    assert any("fewer than 30" in note for note in power.notes)


def test_equal_seeds_give_equal_explanations():
    first, second = (explained(model("multiclass_neural_network", "band"), rows=20, seed=5)[0] for _ in range(2))
    assert first.weights == second.weights
    assert "20 of 400 rows, drawn with the seed 5" in first.sampling


def test_an_onnx_graph_alone_is_explained_from_outside(tmp_path):
    from skl2onnx import to_onnx
    from sklearn.linear_model import LinearRegression

    cells = numbers().to_numpy().astype(np.float32)
    fitted = LinearRegression().fit(cells, price())
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.onnx").write_bytes(to_onnx(fitted, cells[:1]).SerializeToString())
    (tmp_path / "model" / "columns.json").write_bytes(msgspec.json.encode(NAMES))
    pl.from_pandas(numbers()).write_parquet(tmp_path / "rows.parquet")
    summary, _out = explained(tmp_path / "model")
    assert summary.kind == "permutation"
    assert summary.outputs == ("prediction",)
    assert summary.weights[0].column == "power"
