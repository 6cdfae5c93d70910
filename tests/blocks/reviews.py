"""A small table of texts for tests: the sentiment follows from the words."""

from __future__ import annotations

import numpy as np
import polars as pl

GOOD = ("lovely food", "great service", "fresh pasta", "friendly waiters", "I'd come again")
BAD = ("awful food", "slow service", "cold pasta", "rude waiters", "we won't come again")


def reviews(rows: int = 60) -> pl.DataFrame:
    draw = np.random.default_rng(3)
    good = draw.random(rows) < 0.5
    said = [draw.choice(GOOD if liked else BAD, size=2) for liked in good]
    texts = [f"The {first}, and the {second}! It's in street {row}." for row, (first, second) in enumerate(said)]
    return pl.DataFrame({"review": texts, "liked": np.where(good, "yes", "no"), "stars": np.where(good, 5, 1)})
