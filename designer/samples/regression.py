"""Samples that predict a number."""

from __future__ import annotations

from designer.drawing import Pen, train_score_evaluate
from designer.samples.parts import AUTOMOBILE, FLIGHTS, all_but, evaluate, named, train_and_score
from mlops.formats.document import Document


def automobile_basic() -> Document:
    """The tutorial: clean, split, linear regression on the price."""
    pen = Pen()
    split = _prepared_automobiles(pen)
    score = train_score_evaluate(pen, learner="linear_regression", title="linear", label="price", split=split)
    evaluate(pen, score)
    return pen.document()


def automobile_compared() -> Document:
    """The same preparation, two learners, one Evaluate Model."""
    pen = Pen()
    split = _prepared_automobiles(pen)
    trees = train_score_evaluate(
        pen, learner="boosted_decision_tree_regression", title="trees", label="price", split=split
    )
    forest = train_score_evaluate(pen, learner="decision_forest_regression", title="forest", label="price", split=split)
    evaluate(pen, trees, forest)
    return pen.document()


def flights() -> Document:
    """336,776 rows: how late will it arrive, from what is known before the departure?"""
    pen = Pen()
    known = ("month", "day", "sched_dep_time", "sched_arr_time", "carrier", "origin", "distance", "arr_delay")
    pen.node("data", "dataset", dataset=FLIGHTS)
    pen.node(
        "select", "select_columns_in_dataset", select_columns=named(*known),
        comment="Only what is known before the departure",
    )  # fmt: skip
    pen.node("clean", "clean_missing_data", cleaning_mode="remove_entire_row")
    pen.node(
        "split", "split_data", splitting_mode="relative_expression", relative_expression='\\"month" <= 9',
        comment="Learn on January to September, test on the rest",
    )  # fmt: skip
    pen.edge("data", "dataset", "select", "dataset")
    pen.edge("select", "results_dataset", "clean", "dataset")
    pen.edge("clean", "cleaned_dataset", "split", "dataset")
    score = train_score_evaluate(
        pen, learner="boosted_decision_tree_regression", title="trees", label="arr_delay", split="split"
    )
    evaluate(pen, score)
    return pen.document()


def importance() -> Document:
    """Which columns make the price? Shuffle each and see how much worse the model gets."""
    pen = Pen()
    split = _prepared_automobiles(pen)
    pen.node("learner", "boosted_decision_tree_regression")
    score = train_and_score(
        pen,
        "learner",
        (split, "results_dataset1"),
        (split, "results_dataset2"),
        label="price",
        title="trees",
    )
    pen.node("importance", "permutation_feature_importance")
    pen.edge("trees-train", "trained_model", "importance", "trained_model")
    pen.edge(split, "results_dataset2", "importance", "test_data")
    evaluate(pen, score)
    return pen.document()


def _prepared_automobiles(pen: Pen) -> str:
    pen.node("data", "dataset", dataset=AUTOMOBILE)
    pen.node(
        "select", "select_columns_in_dataset", select_columns=all_but("normalized-losses"),
        comment="Leave out the column with most gaps",
    )  # fmt: skip
    pen.node("clean", "clean_missing_data", cleaning_mode="remove_entire_row", comment="Remove missing value rows")
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=0.7)
    pen.edge("data", "dataset", "select", "dataset")
    pen.edge("select", "results_dataset", "clean", "dataset")
    pen.edge("clean", "cleaned_dataset", "split", "dataset")
    return "split"
