"""How fast two forms of a model are beside each other, as a server would ask them. For child processes only."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from mlops.formats.model import Speed
from mlops.packaging.onnx_session import CompiledModel

SIZES = (1, 32, 1_000)
ROUNDS = {1: 25, 32: 15, 1_000: 7}
MOST_SECONDS = 5.0
"""A size takes no longer; a slow model gets fewer rounds, three at least."""


def measured(
    original: Any, compiled: CompiledModel, rows: pl.DataFrame, *, before: bytes | None = None
) -> tuple[Speed, ...]:
    """Medians of interleaved calls, from plain Python columns as a server has them.

    Each is called once more before it is timed, so that none pays for what the one before left in caches."""
    earlier = compiled.again(before) if before is not None else None
    return tuple(_speed(original, compiled, earlier, _of_size(rows, size)) for size in SIZES)


def in_speeds(speeds: Sequence[Speed]) -> dict[str, Any]:
    """The members of a certificate that tell the smallest and the largest size."""
    one, many = speeds[0], speeds[-1]
    return {
        "original_ms_per_row": one.original_ms,
        "onnx_ms_per_row": one.onnx_ms,
        "original_ms_per_batch": many.original_ms,
        "onnx_ms_per_batch": many.onnx_ms,
        "batch_rows": many.rows,
        "speed_up_single": one.speed_up,
        "speed_up_batch": many.speed_up,
    }


def _of_size(rows: pl.DataFrame, size: int) -> pl.DataFrame:
    """The rows again and again."""
    times = -(-size // rows.height)
    return (pl.concat([rows] * times) if times > 1 else rows).head(size)


def _speed(original: Any, compiled: CompiledModel, before: CompiledModel | None, rows: pl.DataFrame) -> Speed:
    columns, schema = rows.to_dict(as_series=False), rows.schema

    def asked() -> Any:
        return original.score(pl.DataFrame(columns, schema=schema)).to_dict(as_series=False)

    rounds = ROUNDS[rows.height]
    slow, quick = interleaved([asked, _call(compiled, columns)], rounds=rounds)
    gain = None
    if before is not None:
        earlier, now = interleaved([_call(before, columns), _call(compiled, columns)], rounds=2 * rounds)
        gain = earlier / now
    return Speed(rows=rows.height, original_ms=slow, onnx_ms=quick, gain=gain)


def _call(compiled: CompiledModel, columns: dict[str, list[Any]]) -> Callable[[], Any]:
    return lambda: {name: values.tolist() for name, values in compiled.run(columns).items()}


def interleaved(calls: Sequence[Callable[[], Any]], *, rounds: int) -> list[float]:
    """Milliseconds; the first round is not counted."""
    times: list[list[float]] = [[] for _ in calls]
    end = time.perf_counter() + MOST_SECONDS
    for number in range(rounds + 1):
        for call, taken in zip(calls, times, strict=True):
            call()
            began = time.perf_counter()
            call()
            if number:
                taken.append((time.perf_counter() - began) * 1000)
        if number >= 3 and time.perf_counter() > end:
            break
    return [statistics.median(taken) for taken in times]
