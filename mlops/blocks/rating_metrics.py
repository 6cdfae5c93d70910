"""The numbers of Evaluate Recommender: MAE and RMSE of ratings, mean NDCG of recommended items.

NDCG of a user = DCG / ideal DCG, DCG = sum of rating / log2(place + 1) over the recommended items (Järvelin and
Kekäläinen, 2002); the ideal takes the user's best rated items of the test, as many as were recommended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mlops.blocks.components.evaluate_recommender import FIRST_ITEM
from mlops.blocks.values import Table, new_table
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value


def evaluate_recommender(call: Call) -> dict[str, Value]:
    test, scored = call.table("test_dataset"), call.table("scored_dataset")
    found = _items(test, scored) if FIRST_ITEM in scored.frame.columns else _ratings(test, scored)
    for name, value in found.items():
        call.report.log(f"{name}: {value:g}")
        if name in ("MAE", "RMSE", "NDCG"):
            call.report.metric(name.lower(), float(value))
    sources = tuple(dict.fromkeys(test.meta.sources + scored.meta.sources))
    return {"metric": new_table(pl.DataFrame({name: [value] for name, value in found.items()}), sources=sources)}


def _ratings(test: Table, scored: Table) -> dict[str, float | int]:
    predicted = scored.frame.select(pl.col("User", "Item").cast(pl.String), pl.col("Rating").alias("Predicted"))
    both = (
        _truth(test).join(predicted.unique(["User", "Item"]), on=["User", "Item"], maintain_order="left").drop_nulls()
    )
    if not both.height:
        raise _nothing(_("No pair of user and item is in both tables."))
    misses = (both["Predicted"] - both["Rating"]).to_numpy()
    return {
        "MAE": float(np.abs(misses).mean()),
        "RMSE": float(np.sqrt((misses**2).mean())),
        "Ratings": both.height,
    }


def _items(test: Table, scored: Table) -> dict[str, float | int]:
    truth: dict[str, dict[str, float]] = {}
    for user, item, rating in _truth(test).drop_nulls().iter_rows():
        truth.setdefault(user, {})[item] = rating
    names = [name for name in scored.frame.columns if name.startswith("Recommended Item ")]
    found = []
    for user, *items in scored.frame.select(pl.col("User", *names).cast(pl.String)).iter_rows():
        recommended = [item for item in items if item is not None]
        known = truth.get(user, {})
        ideal = _gain(sorted(known.values(), reverse=True)[: len(recommended)])
        if ideal > 0:
            found.append(_gain([known.get(item, 0.0) for item in recommended]) / ideal)
    if not found:
        raise _nothing(_("No user with recommended items has a positive rating in the test dataset."))
    return {"NDCG": float(np.mean(found)), "Users": len(found)}


def _gain(ratings: list[float]) -> float:
    return sum(rating / float(np.log2(place + 2)) for place, rating in enumerate(ratings))


def _truth(test: Table) -> pl.DataFrame:
    user, item, rating = test.frame.columns[:3]
    return test.frame.select(
        pl.col(user).cast(pl.String).alias("User"),
        pl.col(item).cast(pl.String).alias("Item"),
        pl.col(rating).cast(pl.Float64).alias("Rating"),
    )


def _nothing(reason: str) -> Refusal:
    hint = _("Score the same users and items that the test dataset rates.")
    return Refusal("nothing_to_evaluate", reason, hint=hint, status=422, where=Where(port="test_dataset"))
