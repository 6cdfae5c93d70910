"""Small real models, trained by the product's own components."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from mlops.blocks.call import Call
from mlops.blocks.catalogue import block
from mlops.blocks.parameters import with_defaults
from mlops.blocks.values import Table, new_table, write_value

Steps = Sequence[tuple[str, dict[str, Any]]]


def cars(rows: int = 400, *, gaps: bool = True) -> pl.DataFrame:
    """Numbers, texts, booleans and dates that make a price; some are missing."""
    random = np.random.default_rng(7)
    power = random.integers(50, 250, rows)
    weight = random.normal(1200, 250, rows).round(1)
    make = random.choice(["audi", "bmw", "volvo"], rows)
    turbo = random.random(rows) < 0.3
    built = [datetime(2010, 1, 1) + timedelta(days=int(days)) for days in random.integers(0, 3000, rows)]
    worth = {"audi": 3000, "bmw": 5000, "volvo": 2000}
    age = np.array([(day - datetime(2010, 1, 1)).days for day in built])
    price = power * 80 + weight * 3 + [worth[one] for one in make] + turbo * 1500 + age + random.normal(0, 200, rows)
    frame = pl.DataFrame(
        {"power": power, "weight": weight, "make": make, "turbo": turbo, "built": built, "price": price},
        schema_overrides={"built": pl.Datetime("us")},
    )
    frame = frame.with_columns(
        expensive=pl.when(pl.col("price") > pl.col("price").median()).then(pl.lit("yes")).otherwise(pl.lit("no")),
        band=pl.when(pl.col("price") < 18_000)
        .then(pl.lit("low"))
        .otherwise(pl.when(pl.col("price") < 22_000).then(pl.lit("middle")).otherwise(pl.lit("high"))),
    )
    if not gaps:
        return frame
    hole = pl.int_range(pl.len())
    return frame.with_columns(
        power=pl.when(hole % 11 == 0).then(None).otherwise(pl.col("power")),
        weight=pl.when(hole % 13 == 0).then(None).otherwise(pl.col("weight")),
        make=pl.when(hole % 17 == 0).then(None).otherwise(pl.col("make")),
    )


def without(*names: str) -> tuple[str, dict[str, Any]]:
    kept = [name for name in cars(3).columns if name not in names]
    return "select_columns_in_dataset", {"select_columns": {"mode": "names", "names": kept}}


def train(folder: Path, learner: str, label: str, *, frame: pl.DataFrame, steps: Steps = (), **options: Any) -> Path:
    """Runs the steps, trains, and writes the model folder."""
    table = new_table(frame, sources=("cars:1",))
    for component, parameters in steps:
        port = "dataset1" if component == "execute_python_script" else "dataset"
        table = run(component, parameters, {port: table})
    untrained = run(learner, options, {}, port="untrained_model")
    inputs = {"untrained_model": untrained, "dataset": table}
    write_value(run("train_model", {"label_column": label}, inputs, port="trained_model"), folder)
    return folder


def run(component: str, parameters: dict[str, Any], inputs: dict[str, Any], *, port: str = "") -> Any:
    found = block(component)
    with tempfile.TemporaryDirectory() as work_dir:
        call = Call(parameters=with_defaults(found.DEFINITION, parameters), inputs=inputs, work_dir=Path(work_dir))
        outputs = found.run(call)
    if port:
        return outputs[port]
    return next(value for value in outputs.values() if isinstance(value, Table))
