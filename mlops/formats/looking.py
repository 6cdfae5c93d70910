"""One look at a window as an order to a child process, and its answer: `python -m mlops.stats.look ORDER.json`.

While it works it prints one JSON line for each piece that is done: `{"progress": 0.25, "text": "drift: price"}`. Then
it writes `answer` and ends with status 0, also where it refuses."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from mlops.formats.monitor import MonitorFound, SignalSettings

FeatureKind = Literal["numerical", "categorical"]


class Rows(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Rows in Parquet files, read together one column at a time."""

    files: tuple[str, ...]
    columns: dict[str, str] = {}
    """From the name that settings and results use to the name in the files, such as `age` to `inputs.age`. Empty: what
    is in the files, without the prefixes `inputs.`, `predictions.` and `labels.`."""
    identity: str = ""
    """What tells just these rows from all others for good, such as a manifest's digest: a baseline's summary is kept
    under it. Empty: place, size and time of the files."""


class LookOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Names of columns are those of `Rows.columns`."""

    current: Rows
    baseline: Rows
    signals: tuple[SignalSettings, ...]
    answer: str
    """The file to write."""
    summaries: str = ""
    """A folder where the baseline's summaries are kept, one for each baseline (the same folder for the same files):
    later looks read it instead of the rows. Empty: the rows are read and compared exactly."""
    features: tuple[str, ...] = ()
    """Empty: every column that both have, but those with another part below."""
    prediction: str = ""
    """The predicted class or number."""
    probabilities: dict[str, str] = {}
    """From class to the column with its probability; of two classes that of the positive one is enough, and its name
    may be empty: then it is `positive`, else the last in order."""
    label: str = ""
    """The truth."""
    task: Literal["", "regression", "two_class", "multiclass"] = ""
    """Empty: told from prediction, probabilities and label."""
    positive: str = ""
    """The positive one of two classes; empty: the only one with a probability, else the last in order."""
    others: tuple[str, ...] = ()
    """Columns that are none of these, such as ids and times."""
    kinds: dict[str, FeatureKind] = {}
    """Where the usual rule is not what is wanted: categorical are texts, booleans, and numbers with fewer than 100
    values that are fewer than 5 % of the rows."""
    importances: dict[str, float] = {}
    """By feature, for `top_features`."""
    attributions: dict[str, str] = {}
    """From feature to the column with its attribution, where the rows have such."""
    scorer: tuple[str, ...] = ()
    """A command that is given two paths: it reads a Parquet file of features and writes one with the column
    `prediction` (a number), row by row."""
    least_rows: int = 50
    most_rows: int | None = None
    """More rows than this are sampled, in the baseline and in the window."""
    seed: int = 0
    memory_bytes: int = 0
    """The most private memory; 0: no limit."""
    start: datetime | None = None
    end: datetime | None = None
    baseline_name: str = ""
    """In words, such as `training data of price:3`."""
    target_name: str = ""


class LookAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was found, or why not: one of the two. A signal that could not be looked at is `failed` in what is found."""

    found: MonitorFound | None = None
    refusal: dict[str, Any] | None = None
    """As `mlops.formats.refusal.Refusal.as_problem` writes it."""
    seconds: float = 0.0
    peak_memory_bytes: int = 0
    used_summary: bool = False
    """The baseline's rows were not read."""
