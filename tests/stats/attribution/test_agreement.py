from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import ndcg_score

from mlops.formats.refusal import Refusal
from mlops.stats.attribution import surrogate
from mlops.stats.attribution.agreement import least_by_chance, normalized_discounted_cumulative_gain, shares
from mlops.stats.attribution.command import scorer_of
from mlops.stats.attribution.permuting import movements

BEFORE = np.array([0.6, 0.3, 0.1])


def test_agreement_is_scikit_learns_score_of_the_order() -> None:
    now = np.array([0.1, 0.5, 0.4])
    theirs = ndcg_score([BEFORE], [now])
    assert normalized_discounted_cumulative_gain(BEFORE, now) == pytest.approx(theirs, abs=1e-12)


def test_the_same_order_agrees_wholly() -> None:
    assert normalized_discounted_cumulative_gain(BEFORE, np.array([0.5, 0.4, 0.1])) == 1.0


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
    moved = movements(frame, scorer_of([sys.executable, str(script)]), names=("a", "b", "c"))
    assert shares(moved.mean(axis=0)).tolist() == pytest.approx([0.75, 0.25, 0], abs=0.03)


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(Refusal, match="no such model"):
        scorer_of([sys.executable, "-c", "raise SystemExit('no such model')"])(pl.DataFrame({"a": [1]}))


@pytest.mark.parametrize(("rate", "least"), [(0.05, 0.96), (0.0001, 0.938)])
def test_chance_is_judged_by_windows_like_the_baseline(rate: float, least: float) -> None:
    agreements = np.random.default_rng(3).normal(0.975, 0.01, 1_000)
    assert least_by_chance(agreements, rate) == pytest.approx(least, abs=0.003)
