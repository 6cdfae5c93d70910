"""The sample pipelines: each runs to the end on the sample datasets of a fresh start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from designer import actions
from designer.drawing import Pen, train_score_evaluate
from designer.models import Draft
from mlops.access.models import Project
from mlops.formats.document import Document

AUTOMOBILE = "Automobile price data"
INCOME = "Adult Census Income"
PENGUINS = "Palmer penguins"
FLIGHTS = "Flights NYC 2013"


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    name: Any
    description: Any
    draw: Callable[[], Document]


def load_sample_drafts(actor: Any, project: Project) -> list[Draft]:
    """Adds the samples that the project does not have yet."""
    there = set(Draft.objects.filter(project=project, is_sample=True).values_list("name", flat=True))
    return [
        actions.create_draft(
            actor,
            project,
            name=str(sample.name),
            description=str(sample.description),
            document=sample.draw(),
            is_sample=True,
        )
        for sample in SAMPLES
        if str(sample.name) not in there
    ]


def automobile_basic() -> Document:
    """The tutorial: clean, split, linear regression on the price."""
    pen = Pen()
    split = _prepared_automobiles(pen)
    score = train_score_evaluate(
        pen, learner="linear_regression", title="linear", label="price", split=split, at=(0, 4)
    )
    _evaluate(pen, score, at=(0, 7))
    return pen.document()


def automobile_compared() -> Document:
    """The same preparation, two learners, one Evaluate Model."""
    pen = Pen()
    split = _prepared_automobiles(pen)
    linear = train_score_evaluate(
        pen, learner="linear_regression", title="linear", label="price", split=split, at=(0, 4)
    )
    trees = train_score_evaluate(
        pen, learner="boosted_decision_tree_regression", title="trees", label="price", split=split, at=(1, 4)
    )
    _evaluate(pen, linear, trees, at=(0.5, 7))
    return pen.document()


def income() -> Document:
    """Two classes: boosted trees against logistic regression."""
    pen = Pen()
    data = pen.node("data", "dataset", at=(0.5, 0), dataset=INCOME)
    clean = pen.node(
        "clean", "clean_missing_data", at=(0.5, 1), cleaning_mode="custom_value", replacement_value="unknown",
        columns_to_be_cleaned=_typed("string"),
    )  # fmt: skip
    scale = pen.node("scale", "normalize_data", at=(0.5, 2), comment="Puts ages and hours on one scale")
    split = pen.node(
        "split", "split_data", at=(0.5, 3), fraction_of_rows_in_the_first_output_dataset=0.7,
        stratified_split=True, stratification_key_column="income",
    )  # fmt: skip
    pen.edge(data, "dataset", clean, "dataset")
    pen.edge(clean, "cleaned_dataset", scale, "dataset")
    pen.edge(scale, "transformed_dataset", split, "dataset")
    trees = train_score_evaluate(
        pen, learner="two_class_boosted_decision_tree", title="trees", label="income", split=split, at=(0, 4)
    )
    logistic = train_score_evaluate(
        pen, learner="two_class_logistic_regression", title="logistic", label="income", split=split, at=(1, 4)
    )
    _evaluate(pen, trees, logistic, at=(0.5, 7))
    return pen.document()


def penguins() -> Document:
    """Three classes: which species is it?"""
    pen = Pen()
    data = pen.node("data", "dataset", at=(0, 0), dataset=PENGUINS)
    clean = pen.node("clean", "clean_missing_data", at=(0, 1), cleaning_mode="remove_entire_row")
    scale = pen.node("scale", "normalize_data", at=(0, 2))
    split = pen.node("split", "split_data", at=(0, 3), fraction_of_rows_in_the_first_output_dataset=0.7)
    pen.edge(data, "dataset", clean, "dataset")
    pen.edge(clean, "cleaned_dataset", scale, "dataset")
    pen.edge(scale, "transformed_dataset", split, "dataset")
    score = train_score_evaluate(
        pen, learner="multiclass_logistic_regression", title="logistic", label="species", split=split, at=(0, 4)
    )
    _evaluate(pen, score, at=(0, 7))
    return pen.document()


def flights() -> Document:
    """336,776 rows: how late will it arrive, from what is known before the departure?"""
    pen = Pen()
    known = ("month", "day", "sched_dep_time", "sched_arr_time", "carrier", "origin", "distance", "arr_delay")
    data = pen.node("data", "dataset", at=(0, 0), dataset=FLIGHTS)
    select = pen.node(
        "select", "select_columns_in_dataset", at=(0, 1), select_columns={"mode": "names", "names": list(known)},
        comment="Only what is known before the departure",
    )  # fmt: skip
    clean = pen.node("clean", "clean_missing_data", at=(0, 2), cleaning_mode="remove_entire_row")
    split = pen.node(
        "split", "split_data", at=(0, 3), splitting_mode="relative_expression", relative_expression='\\"month" <= 9',
        comment="Learn on January to September, test on the rest",
    )  # fmt: skip
    pen.edge(data, "dataset", select, "dataset")
    pen.edge(select, "results_dataset", clean, "dataset")
    pen.edge(clean, "cleaned_dataset", split, "dataset")
    score = train_score_evaluate(
        pen, learner="boosted_decision_tree_regression", title="trees", label="arr_delay", split=split, at=(0, 4)
    )
    _evaluate(pen, score, at=(0, 7))
    return pen.document()


SAMPLES = (
    Sample(
        name=_("Regression: Automobile Price"),
        description=_("Clean the data, split it, and learn the price of a car with a linear regression."),
        draw=automobile_basic,
    ),
    Sample(
        name=_("Regression: Automobile Price, compare algorithms"),
        description=_("The same preparation for two learners, compared side by side in one evaluation."),
        draw=automobile_compared,
    ),
    Sample(
        name=_("Classification: Income"),
        description=_("Who earns more than 50,000 a year? Boosted trees against logistic regression."),
        draw=income,
    ),
    Sample(
        name=_("Multiclass: Penguin species"),
        description=_("Tell three species apart by a few measurements."),
        draw=penguins,
    ),
    Sample(
        name=_("Regression: Flight delay"),
        description=_("336,776 flights: learn from nine months, test on three."),
        draw=flights,
    ),
)


def _prepared_automobiles(pen: Pen) -> str:
    data = pen.node("data", "dataset", at=(0, 0), dataset=AUTOMOBILE)
    select = pen.node(
        "select", "select_columns_in_dataset", at=(0, 1), select_columns=_all_but("normalized-losses"),
        comment="Leave out the column with most gaps",
    )  # fmt: skip
    clean = pen.node(
        "clean", "clean_missing_data", at=(0, 2), cleaning_mode="remove_entire_row", comment="Remove missing value rows"
    )
    split = pen.node("split", "split_data", at=(0, 3), fraction_of_rows_in_the_first_output_dataset=0.7)
    pen.edge(data, "dataset", select, "dataset")
    pen.edge(select, "results_dataset", clean, "dataset")
    pen.edge(clean, "cleaned_dataset", split, "dataset")
    return split


def _evaluate(pen: Pen, first: str, second: str = "", *, at: tuple[float, float]) -> None:
    node = pen.node("evaluate", "evaluate_model", at=at)
    pen.edge(first, "scored_dataset", node, "scored_dataset")
    if second:
        pen.edge(second, "scored_dataset", node, "scored_dataset_to_compare")


def _all_but(column: str) -> dict[str, Any]:
    rules = [{"action": "exclude", "by": "names", "names": [column]}]
    return {"mode": "rules", "begin_with": "all", "rules": rules}


def _typed(kind: str) -> dict[str, Any]:
    return {"mode": "rules", "begin_with": "none", "rules": [{"action": "include", "by": "types", "types": [kind]}]}
