"""Performance of a regression without labels: how large its errors will be (direct loss estimation).

On labelled rows of the baseline, boosted trees learn the size of the error from features and prediction; the window's
rows are given the errors that rows like them had."""

from __future__ import annotations

from typing import Any

TREES = 60
FOLDS = 3


def expected_errors(features: Any, errors: Any, new_features: Any, *, seed: int = 0) -> tuple[Any, Any]:
    """The expected absolute and the expected squared error of each new row. Features are [rows, columns] with the
    prediction among them; `errors` are those of the labelled rows."""
    import numpy as np

    absolute = _learned(features, np.abs(errors), new_features, seed)
    return absolute, _learned(features, np.square(errors), new_features, seed)


def _learned(features: Any, target: Any, new_features: Any, seed: int) -> Any:
    """Scaled so that the mean over rows that the trees did not learn from is right."""
    import lightgbm
    import numpy as np

    settings = {
        "objective": "regression",
        "learning_rate": 0.1,
        "num_leaves": 15,
        "min_data_in_leaf": max(10, len(features) // 100),
        "verbosity": -1,
        "deterministic": True,
        "force_col_wise": True,
        "seed": seed,
        "num_threads": 1,
    }
    order = np.random.default_rng(seed).permutation(len(features))
    held, found = 0.0, np.zeros(len(new_features))
    for fold in range(FOLDS):
        rest, out = order[np.arange(order.size) % FOLDS != fold], order[fold::FOLDS]
        model = lightgbm.train(settings, lightgbm.Dataset(features[rest], target[rest]), num_boost_round=TREES)
        held += float(np.clip(model.predict(features[out]), 0, None).sum())
        found += np.clip(model.predict(new_features), 0, None) / FOLDS
    return found * (float(target.sum()) / held if held > 0 else 1.0)
