"""What several samples share: names of datasets, and pieces of graphs."""

from __future__ import annotations

from typing import Any

from designer.drawing import Pen

AUTOMOBILE = "Automobile price data"
INCOME = "Adult Census Income"
PENGUINS = "Palmer penguins"
FLIGHTS = "Flights NYC 2013"
WEATHER = "Weather NYC 2013"
CREDIT = "German Credit Card UCI"
LETTERS = "Letter recognition"
CUSTOMERS = "CRM Dataset Shared (stand-in)"
CHURN = "CRM Churn Labels Shared (stand-in)"
COMPANIES = "Wikipedia SP 500 (stand-in)"
RATINGS = "Restaurant ratings (stand-in)"
DINERS = "Restaurant customer data (stand-in)"
RESTAURANTS = "Restaurant feature data (stand-in)"
ANIMALS = "Animal images (stand-in)"


def evaluate(pen: Pen, first: str, second: str = "", *, node: str = "evaluate") -> str:
    pen.node(node, "evaluate_model")
    pen.edge(first, "scored_dataset", node, "scored_dataset")
    if second:
        pen.edge(second, "scored_dataset", node, "scored_dataset_to_compare")
    return node


def train_and_score(
    pen: Pen, learner: str, train_rows: tuple[str, str], test_rows: tuple[str, str], *, label: str, title: str,
) -> str:  # fmt: skip
    """Train on one table and score another with an existing learner node; returns the Score node's id."""
    pen.node(f"{title}-train", "train_model", label_column=label)
    pen.node(f"{title}-score", "score_model")
    pen.edge(learner, "untrained_model", f"{title}-train", "untrained_model")
    pen.edge(*train_rows, f"{title}-train", "dataset")
    pen.edge(f"{title}-train", "trained_model", f"{title}-score", "trained_model")
    pen.edge(*test_rows, f"{title}-score", "dataset")
    return f"{title}-score"


def named(*columns: str) -> dict[str, Any]:
    return {"mode": "names", "names": list(columns)}


def all_but(*columns: str) -> dict[str, Any]:
    rules = [{"action": "exclude", "by": "names", "names": list(columns)}]
    return {"mode": "rules", "begin_with": "all", "rules": rules}


def typed(kind: str) -> dict[str, Any]:
    return {"mode": "rules", "begin_with": "none", "rules": [{"action": "include", "by": "types", "types": [kind]}]}
