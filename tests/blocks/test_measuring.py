"""Statistics, scores of columns, splits by time and target encodings, beyond what all components have in common."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats
from sklearn.feature_selection import mutual_info_classif

from mlops.blocks.association import association
from mlops.blocks.scoring import load_model
from mlops.blocks.summarizing import measure, summary
from tests.blocks.workshop import Workshop, cars

DRAW = np.random.default_rng(1)
SAMPLE = np.sort(DRAW.normal(5, 2, 500))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mean Deviation", np.abs(SAMPLE - SAMPLE.mean()).mean()),
        ("Sample Variance", SAMPLE.var(ddof=1)),
        ("Sample Skewness", stats.skew(SAMPLE, bias=False)),
        ("Sample Kurtosis", stats.kurtosis(SAMPLE, bias=False)),
        ("P99.5", np.quantile(SAMPLE, 0.995)),
        ("Median Deviation", stats.median_abs_deviation(SAMPLE)),
        ("Geometric Mean", None if (SAMPLE <= 0).any() else stats.gmean(SAMPLE)),
    ],
)
def test_measures_are_those_of_the_textbook(name: str, expected: float | None) -> None:
    assert measure(SAMPLE, name) == pytest.approx(expected)


def test_a_summary_has_one_row_a_column_and_counts_alone_for_text() -> None:
    rows = summary(pl.DataFrame({"price": [10, 20, 20, None], "make": ["a", "b", None, None]})).rows(named=True)
    assert (rows[0]["Count"], rows[0]["Unique Value Count"], rows[0]["Missing Value Count"]) == (4, 2, 1)
    assert (rows[0]["Mode"], rows[0]["Median"], rows[0]["Range"]) == (20, 20, 10)
    assert rows[0]["Sample Kurtosis"] is None
    assert rows[1]["Missing Value Count"] == 2
    assert rows[1]["Mean"] is None


def test_correlation_agrees_with_numpy(workshop: Workshop) -> None:
    folder = workshop.run("compute_linear_correlation", {}, dataset=workshop.put(cars()))["results_dataset"]
    table = workshop.table(folder).frame
    assert table["Feature"].to_list() == ["power", "weight", "price"]
    expected = np.corrcoef(cars().select("power", "weight", "price").to_numpy().T)
    np.testing.assert_allclose(table.drop("Feature").to_numpy(), expected)


NUMBERS = pl.Series("x", DRAW.normal(size=400))
CLASSES = pl.Series("y", np.where(NUMBERS.to_numpy() + DRAW.normal(size=400) > 0, "b", "a"))


def test_scores_agree_with_scipy() -> None:
    codes = (CLASSES == "b").cast(pl.Int64)
    assert association(NUMBERS, CLASSES, "pearson") == pytest.approx(np.corrcoef(NUMBERS, codes)[0, 1])
    assert association(NUMBERS, codes, "spearman") == pytest.approx(stats.spearmanr(NUMBERS, codes).statistic)
    assert association(NUMBERS, codes, "kendall") == pytest.approx(stats.kendalltau(NUMBERS, codes).statistic)
    counts = pl.DataFrame({"x": NUMBERS > 0, "y": CLASSES}).pivot("y", index="x", values="y", aggregate_function="len")
    expected = stats.chi2_contingency(counts.drop("x").to_numpy(), correction=False).statistic
    assert association(NUMBERS > 0, CLASSES, "chi_squared") == pytest.approx(expected)
    told = mutual_info_classif((NUMBERS > 0).to_numpy()[:, None], CLASSES.to_numpy(), discrete_features=True)
    assert association(NUMBERS > 0, CLASSES, "mutual_information") == pytest.approx(told[0])
    assert association(pl.Series([0.0, 0, 4, 4, 1, 5]), pl.Series(list("aabbab")), "fisher_score") == pytest.approx(
        18.0
    )


def test_the_best_columns_and_the_target_stay(workshop: Workshop) -> None:
    chosen = {"target_column": "price", "number_of_desired_features": 1}
    outputs = workshop.run("filter_based_feature_selection", chosen, dataset=workshop.put(cars()))
    assert workshop.table(outputs["filtered_dataset"]).frame.columns == ["power", "price"]
    scores = workshop.table(outputs["features"]).frame
    assert scores["Feature"][0] == "power"
    assert scores["Score"].is_sorted(descending=True)


def days(workshop: Workshop, **parameters: Any) -> list[list[int]]:
    start = datetime(2024, 1, 1)
    order = DRAW.permutation(10)
    frame = pl.DataFrame({"day": [start + timedelta(days=int(n)) for n in order], "n": order})
    outputs = workshop.run("time_based_split", {"time_column": "day", **parameters}, dataset=workshop.put(frame))
    return [sorted(workshop.table(outputs[port]).frame["n"]) for port in ("earlier_rows", "later_rows")]


@pytest.mark.parametrize(
    ("parameters", "earlier", "later"),
    [
        ({"share_of_earlier_rows": 0.7}, range(7), range(7, 10)),
        ({"split_by": "point", "point_in_time": "2024-01-05"}, range(4), range(4, 10)),
        ({"share_of_earlier_rows": 0.7, "rows_to_leave_out": 2}, range(5), range(7, 10)),
        ({"share_of_earlier_rows": 1}, range(10), ()),
        ({"share_of_earlier_rows": 0.2, "rows_to_leave_out": 5}, (), range(2, 10)),
    ],
)
def test_the_past_goes_left_and_the_future_right(
    workshop: Workshop, parameters: dict[str, Any], earlier: Any, later: Any
) -> None:
    assert days(workshop, **parameters) == [list(earlier), list(later)]


def test_an_encoding_tells_nothing_of_a_rows_own_label(workshop: Workshop) -> None:
    """With one category a row, a code from all rows would be the label itself."""
    frame = pl.DataFrame({"id": [f"i{n}" for n in range(50)], "y": DRAW.normal(size=50)})
    outputs = workshop.run("target_encoding", {"label_column": "y", "smoothing": 1}, dataset=workshop.put(frame))
    folds = workshop.table(outputs["encoded_dataset"]).frame["id"]
    assert folds.n_unique() == 5
    others = {"transformation": outputs["encoding_transformation"], "dataset": workshop.put(frame)}
    full = workshop.table(workshop.run("apply_transformation", {}, **others)["transformed_dataset"]).frame
    assert full["id"].n_unique() == 50
    np.testing.assert_allclose(full["id"], (frame["y"] + frame["y"].mean()) / 2)


def test_a_model_behind_an_encoding_takes_raw_rows_and_new_categories(workshop: Workshop) -> None:
    outputs = workshop.run("target_encoding", {"label_column": "price"}, dataset=workshop.put(cars()))
    model = load_model(workshop.trained("linear_regression", outputs["encoded_dataset"]))
    assert not model.manifest.broken
    fresh = cars().with_columns(make=pl.lit("never seen")).drop("price")
    assert model.score(fresh).height == 120


def test_principal_components_agree_with_scikit_learn(workshop: Workshop) -> None:
    from sklearn.decomposition import PCA

    chosen = {"selected_columns": ["power", "weight", "price"]}
    outputs = workshop.run("principal_component_analysis", chosen, dataset=workshop.put(cars()))
    found = workshop.table(outputs["results_dataset"]).frame.select("PC1", "PC2").to_numpy()
    expected = PCA(2).fit_transform(cars().select("power", "weight", "price").to_numpy())
    np.testing.assert_allclose(np.abs(found), np.abs(expected), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("one_sample", lambda a, b: stats.ttest_1samp(a, 0)),
        ("paired", lambda a, b: stats.ttest_rel(a, b)),
        ("equal_variance", lambda a, b: stats.ttest_ind(a, b)),
        ("unequal_variance", lambda a, b: stats.ttest_ind(a, b, equal_var=False)),
    ],
)
def test_a_t_test_agrees_with_scipy(workshop: Workshop, test: str, expected: Any) -> None:
    frame = pl.DataFrame({"a": DRAW.normal(0.3, 1, 40), "b": DRAW.normal(0, 2, 40)})
    chosen = {"test": test, "column_1": "a", "column_2": "b"}
    row = workshop.table(
        workshop.run("test_hypothesis_using_t_test", chosen, dataset=workshop.put(frame))["results_dataset"]
    ).frame.row(0, named=True)
    wanted = expected(frame["a"].to_numpy(), frame["b"].to_numpy())
    assert (row["T"], row["P"]) == pytest.approx((wanted.statistic, wanted.pvalue))
    assert row["Null hypothesis rejected"] == (wanted.pvalue < 0.05)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"grouping": "list", "groups": "x: a, b"}, ["x", "x", "Other", None]),
        ({"grouping": "list", "groups": "x: a", "name_of_the_rest": ""}, ["x", "b", "c", None]),
        ({"minimum_rows": 2}, ["Other", "Other", "Other", None]),
        ({"minimum_rows": 1}, ["a", "b", "c", None]),
    ],
)
def test_categories_are_grouped(workshop: Workshop, parameters: dict[str, Any], expected: list[Any]) -> None:
    frame = pl.DataFrame({"t": ["a", "b", "c", None]})
    outputs = workshop.run("group_categorical_values", parameters, dataset=workshop.put(frame))
    assert workshop.table(outputs["results_dataset"]).frame["t"].to_list() == expected
