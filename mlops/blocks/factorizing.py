"""How Train SVD Recommender learns: rating = mean + bias of user + bias of item + product of their factors.

The factors are found by stochastic gradient descent on the squared error with L2 regularization (Funk, 2006; Koren,
Bell and Volinsky, 2009, equations 4 and 5), in small batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops.blocks.recommenders import Triples

if TYPE_CHECKING:
    from mlops.blocks.call import Reporter

REGULARIZATION = 0.02
SPREAD = 0.1
LARGEST_BATCH = 1024


class FactorRecommender:
    """A user or item that training did not have counts as an average one."""

    def __init__(self, triples: Triples, *, mean: float, weights: dict[str, Any]) -> None:
        self.columns = triples.columns
        self.users = triples.users
        self.items = triples.items
        self.rated = triples.rated()
        self.lowest, self.highest = float(triples.ratings.min()), float(triples.ratings.max())
        self.mean = mean
        self.weights = weights

    def ratings(self, users: list[str | None], items: list[str | None]) -> Any:
        """Within the range of the ratings in training."""
        known_users = {user: place for place, user in enumerate(self.users)}
        known_items = {item: place for place, item in enumerate(self.items)}
        user_places = np.array([known_users.get(user or "", -1) for user in users], dtype=np.int64)
        item_places = np.array([known_items.get(item or "", -1) for item in items], dtype=np.int64)
        found = self.mean + _of(self.weights["user_bias"], user_places) + _of(self.weights["item_bias"], item_places)
        user_factors = _of(self.weights["user_factors"], user_places)
        found += (user_factors * _of(self.weights["item_factors"], item_places)).sum(axis=1)
        return np.clip(found, self.lowest, self.highest)


def factorize(
    triples: Triples, *, factors: int, iterations: int, rate: float, seed: int, report: Reporter
) -> FactorRecommender:
    """Raises nothing; whoever calls checks that the weights are finite."""
    draw = np.random.default_rng(seed)
    mean, count = float(triples.ratings.mean()), triples.ratings.size
    weights = {
        "user_bias": np.zeros(len(triples.users)),
        "item_bias": np.zeros(len(triples.items)),
        "user_factors": draw.normal(0, SPREAD, (len(triples.users), factors)),
        "item_factors": draw.normal(0, SPREAD, (len(triples.items), factors)),
    }
    size = int(np.clip(count // 100, 1, LARGEST_BATCH))
    with np.errstate(over="ignore", invalid="ignore"):
        for iteration in range(1, iterations + 1):
            order = draw.permutation(count)
            errors = [
                _step(triples, order[start : start + size], mean, weights, rate) for start in range(0, count, size)
            ]
            root = float(np.sqrt(np.concatenate(errors).var() + np.concatenate(errors).mean() ** 2))
            report.log(f"Iteration {iteration}: the ratings of training are missed by {root:.4f} (root mean square).")
            report.progress(0.9 * iteration / iterations)
            if not np.isfinite(root):
                break
    return FactorRecommender(triples, mean=mean, weights=weights)


def _step(triples: Triples, rows: Any, mean: float, weights: dict[str, Any], rate: float) -> Any:
    """One batch; the errors before it."""
    users, items = triples.user_places[rows], triples.item_places[rows]
    user_factors, item_factors = weights["user_factors"][users], weights["item_factors"][items]
    user_bias, item_bias = weights["user_bias"][users], weights["item_bias"][items]
    errors = triples.ratings[rows] - (mean + user_bias + item_bias + (user_factors * item_factors).sum(axis=1))
    np.add.at(weights["user_bias"], users, rate * (errors - REGULARIZATION * user_bias))
    np.add.at(weights["item_bias"], items, rate * (errors - REGULARIZATION * item_bias))
    wide = errors[:, None]
    np.add.at(weights["user_factors"], users, rate * (wide * item_factors - REGULARIZATION * user_factors))
    np.add.at(weights["item_factors"], items, rate * (wide * user_factors - REGULARIZATION * item_factors))
    return errors


def _of(values: Any, places: Any) -> Any:
    """Rows by place; zeros where the place is -1."""
    found = values[np.maximum(places, 0)].copy()
    found[places < 0] = 0
    return found
