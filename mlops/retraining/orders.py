"""What is asked of the child processes of a comparison, and what they answer."""

from __future__ import annotations

import msgspec

from mlops.formats.evidence import MetricFound, SideFound, SliceFound
from mlops.formats.retraining import SliceRule

ROW = "__mlops_row__"
"""The column with a row's place, by which the models' answers are matched."""
ROWS_FILE, PREPARED_FILE = "rows.parquet", "prepared.json"
SCORES_FILE, SIDE_FILE = "scores.parquet", "side.json"
JUDGED_FILE = "judged.json"


class RowsOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`table`: a folder with `data.parquet`, and where it is a step's output that was changed on its way, `source`: the
    Parquet file of the dataset whose rows it has. `collected`: Parquet files with prefixed columns."""

    out: str
    most_rows: int
    table: str = ""
    source: str = ""
    collected: tuple[str, ...] = ()
    label: str = ""


class Prepared(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    rows: int = 0
    sampled_from: int | None = None
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    hint: str = ""


class JudgeOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`folder` has the rows and a folder of scores for each side."""

    folder: str
    label: str
    challenger: SideFound
    champion: SideFound | None = None
    slices: tuple[SliceRule, ...] = ()
    slice_metric: str = ""
    confidence: float = 0.95
    resamples: int = 1_000
    seed: int = 0


class Judged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    rows: int = 0
    unlabelled: int = 0
    task: str = ""
    usual_metric: str = ""
    metrics: tuple[MetricFound, ...] = ()
    slices: tuple[SliceFound, ...] = ()
    slices_compared: int = 0
    problem: str = ""
    hint: str = ""
