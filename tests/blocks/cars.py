"""The small table that tests of components work on."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl


def cars(rows: int = 120, *, gaps: bool = False) -> pl.DataFrame:
    """Every column type; `price` follows from the others, `sold` and `make` nearly do."""
    draw = np.random.default_rng(7)
    power = draw.integers(50, 200, rows)
    weight = draw.normal(1200, 150, rows).round(1)
    make = np.array(["audi", "bmw", "fiat"])[(power // 50 - 1).clip(0, 2)]
    frame = pl.DataFrame(
        {
            "make": make,
            "power": power,
            "weight": weight,
            "turbo": draw.random(rows) < 0.3,
            "built": [datetime(2020, 1, 1) + timedelta(days=int(day)) for day in draw.integers(0, 900, rows)],
            "price": power * 100.0 + weight * 3 + draw.normal(0, 50, rows),
            "sold": np.where(power + draw.normal(0, 20, rows) > 120, "yes", "no"),
        }
    )
    if not gaps:
        return frame
    missing = pl.int_range(pl.len()) % 9 == 3
    return frame.with_columns(
        pl.when(~missing).then(pl.col(name)).alias(name) for name in ("make", "power", "weight", "turbo", "built")
    )
