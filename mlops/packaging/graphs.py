"""An ONNX file that came as it is, and another form of it: compared output by output, and measured beside each other.

For child processes only: it loads onnxruntime."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mlops.formats.model import ParityCertificate, ReferenceSource, Speed
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.machine import versions
from mlops.packaging.parity import INCOMPARABLE, LIBRARIES
from mlops.packaging.parity_speed import ROUNDS, SIZES, in_speeds, interleaved

NUMBERS = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}
ROWS = 500
Feed = dict[str, Any]


def certify_graph(
    before: bytes, after: bytes, *, tolerance: float, kind: str, rows: Path | None = None
) -> ParityCertificate:
    """`rows`: Parquet with a column for each input, where each takes one number a row; else inputs are made up."""
    old, new = _session(before), _session(after)
    feed, source, told = _feed(old, rows)
    height = len(next(iter(feed.values())))
    differences, flips = _compared(old.run(None, feed), new.run(None, feed), height)
    over = differences > tolerance
    worst = int(differences.argmax())
    speeds = tuple(_speed(old, new, feed, size) for size in SIZES if size == 1 or _is_free(old))
    most = f"{float(differences.max()):.2g}"
    reason = (
        (
            _("On %(height)s rows the outputs differ by at most %(most)s of their spread; allowed is %(tolerance)s.")
            % {"height": f"{height:,}", "most": most, "tolerance": f"{tolerance:g}"}
        )
        if not over.any()
        else (
            _(
                "On %(mean)s of %(height)s rows the outputs differ by more than %(tolerance)s of "
                "their spread; the most is %(most)s."
            )
            % {"mean": f"{over.mean():.1%}", "height": f"{height:,}", "tolerance": f"{tolerance:g}", "most": most}
        )
    )
    return ParityCertificate(
        accepted=not over.any(),
        reason=reason,
        rows=height,
        tolerance=tolerance,
        max_difference=float(differences[worst]),
        mean_difference=float(differences.mean()),
        share_over_tolerance=float(over.mean()),
        label_flips=flips,
        worst_row=worst,
        opset=_opset(after),
        onnx_bytes=len(after),
        machine=f"{platform.machine()}, {os.cpu_count()} cores, one thread each",
        versions=versions(LIBRARIES),
        kind=kind,
        reference=source,
        reference_told=told,
        speeds=speeds,
        before_bytes=len(before),
        dtypes={one.name: one.type for one in [*new.get_inputs()[:20], *new.get_outputs()]},
        **in_speeds(speeds),
    )


def _session(content: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _feed(session: Any, rows: Path | None) -> tuple[Feed, ReferenceSource, str]:
    if rows is not None:
        return _of_table(session, rows)
    height = ROWS if _is_free(session) else 1
    random = np.random.default_rng(7)
    feed = {one.name: _made_up(one, height, random) for one in session.get_inputs()}
    told = f"{height:,} rows of normal numbers; real rows would say more: name a dataset."
    return feed, "generated", told


def _of_table(session: Any, rows: Path) -> tuple[Feed, ReferenceSource, str]:
    import polars as pl

    frame = pl.read_parquet(rows).head(5_000)
    feed: Feed = {}
    for one in session.get_inputs():
        if one.name not in frame.columns or list(one.shape[1:]) not in ([], [1]):
            raise Refusal(
                "missing_column",
                _("The input “%(name)s” of the graph is no column of the dataset.") % {"name": one.name},
                hint=_("Compare without a dataset: the inputs are made up then."),
                status=422,
            )
        values = frame[one.name].to_numpy()
        cells = values.astype(NUMBERS[one.type]) if one.type in NUMBERS else values.astype(object)
        feed[one.name] = cells.reshape(-1, 1) if len(one.shape) == 2 else cells
    return feed, "dataset", f"{frame.height:,} rows of the dataset that was named."


def _made_up(value: Any, height: int, random: Any) -> Any:
    shape = [height, *(one if isinstance(one, int) else 1 for one in value.shape[1:])]
    if value.type == "tensor(string)":
        return np.full(shape, "text", dtype=object)
    kind = NUMBERS.get(value.type)
    if kind is None:
        raise Refusal(
            "not_convertible",
            _("The input “%(name)s” is a %(type)s, of which none is made up.")
            % {"name": value.name, "type": value.type},
        )
    if kind is np.bool_ or np.issubdtype(kind, np.integer):
        return random.integers(0, 2, shape).astype(kind)
    return random.normal(size=shape).astype(kind)


def _is_free(session: Any) -> bool:
    """Whether it takes any number of rows."""
    return all(one.shape and not isinstance(one.shape[0], int) for one in session.get_inputs())


def _compared(expected: list[Any], found: list[Any], height: int) -> tuple[Any, int]:
    """The largest difference of each row in units of the output's spread; and how many whole numbers changed."""
    worst, flips = np.zeros(height), 0
    for one, other in zip(expected, found, strict=True):
        with contextlib.suppress(TypeError, ValueError):
            theirs, ours = np.asarray(one), np.asarray(other)
            if not np.issubdtype(theirs.dtype, np.floating):
                flips += int((theirs != ours).sum())
                continue
            unit = float(np.nanstd(theirs)) or 1.0
            apart = np.abs(theirs.astype(np.float64) - ours) / max(unit, 1e-12)
            apart = np.nan_to_num(apart, nan=INCOMPARABLE, posinf=INCOMPARABLE)
            if theirs.shape and theirs.shape[0] == height:
                worst = np.maximum(worst, apart.reshape(height, -1).max(axis=1, initial=0.0))
    return worst, flips


def _speed(old: Any, new: Any, feed: Feed, size: int) -> Speed:
    some = {name: np.resize(values, (size, *values.shape[1:])) for name, values in feed.items()}
    calls: list[Callable[[], Any]] = [lambda: old.run(None, some), lambda: new.run(None, some)]
    before, after = interleaved(calls, rounds=2 * ROUNDS[size])
    return Speed(rows=size, original_ms=before, onnx_ms=after, gain=before / after)


def _opset(content: bytes) -> int:
    import onnx

    model = onnx.load_from_string(content)
    return max((one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), default=0)
