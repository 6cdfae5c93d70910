"""Ratings for tests: people and films fall into two camps, and like their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop

SVD = {"number_of_factors": 4, "number_of_recommendation_algorithm_iterations": 60, "learning_rate": 0.05}
DEEP: dict[str, Any] = {"epochs": 12, "hidden_units": "16", "dropout": 0.0, "batch_size": 32}


def ratings(users: int = 30, items: int = 20) -> pl.DataFrame:
    draw = np.random.default_rng(5)
    rows = [
        (f"user{user}", item, (5 if user % 2 == item % 2 else 1) + float(draw.normal(0, 0.2)))
        for user in range(users)
        for item in range(items)
        if draw.random() < 0.7
    ]
    return pl.DataFrame(rows, schema={"person": pl.String, "film": pl.Int64, "stars": pl.Float64}, orient="row")


def people(users: int = 30) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person": [f"user{user}" for user in range(users)],
            "camp": ["even" if user % 2 == 0 else "odd" for user in range(users)],
            "age": [20 + user for user in range(users)],
        }
    )


def films(items: int = 20) -> pl.DataFrame:
    camps = ["even" if item % 2 == 0 else "odd" for item in range(items)]
    return pl.DataFrame({"film": list(range(items)), "camp": camps})


def svd(workshop: Workshop) -> Path:
    """A trained one."""
    return workshop.run("train_svd_recommender", SVD, training_dataset=workshop.put(ratings()))["trained_model"]


def wide_and_deep(workshop: Workshop, **parameters: Any) -> Path:
    ports = {
        "training_dataset": workshop.put(ratings()),
        "user_features": workshop.put(people()),
        "item_features": workshop.put(films()),
    }
    return workshop.run("train_wide_and_deep_recommender", {**DEEP, **parameters}, **ports)["trained_model"]
