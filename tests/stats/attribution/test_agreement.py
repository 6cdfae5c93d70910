from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import ndcg_score

from mlops.formats.refusal import Refusal
from mlops.stats.attribution import permuting, surrogate
from mlops.stats.attribution.agreement import normalized_discounted_cumulative_gain
from mlops.stats.attribution.command import scorer_of

BEFORE = {"age": 0.6, "city": 0.3, "size": 0.1}


def test_agreement_is_scikit_learns_score_of_the_order() -> None:
    now = {"age": 0.1, "city": 0.5, "size": 0.4}
    theirs = ndcg_score([list(BEFORE.values())], [list(now.values())])
    assert normalized_discounted_cumulative_gain(BEFORE, now) == pytest.approx(theirs, abs=1e-12)


def test_the_same_order_agrees_wholly() -> None:
    assert normalized_discounted_cumulative_gain(BEFORE, {"age": 0.5, "city": 0.4, "size": 0.1}) == 1.0


def test_a_surrogate_finds_what_predictions_rest_on() -> None:
    features = np.random.default_rng(1).normal(size=(3_000, 3))
    found = surrogate.attributions(features, 5 * features[:, 1] + features[:, 2], categorical=())
    assert found[1] > 0.7 > 0.25 > found[2] > 0.1 > 0.02 > found[0]


def test_a_models_own_command_is_asked(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(
        "import sys, polars as pl\n"
        "rows = pl.read_parquet(sys.argv[1])\n"
        "rows.select(prediction=3 * pl.col('a') + pl.col('b')).write_parquet(sys.argv[2])\n"
    )
    draw = np.random.default_rng(2)
    frame = pl.DataFrame({name: draw.normal(size=400) for name in "abc"})
    found = permuting.attributions(frame, scorer_of([sys.executable, str(script)]), names=("a", "b", "c"))
    assert found.tolist() == pytest.approx([0.75, 0.25, 0], abs=0.03)


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(Refusal, match="no such model"):
        scorer_of([sys.executable, "-c", "raise SystemExit('no such model')"])(pl.DataFrame({"a": [1]}))
