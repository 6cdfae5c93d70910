"""A monitor: which data is watched, against which baseline, by which signals and limits; and what one look found.

Signals and metrics have Azure ML's names (monitorSchedule of its CLI v2) where it has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from mlops.formats.profile import Histogram, ValueCount
from mlops.formats.schedule import Cron, Recurrence

SignalKind = Literal[
    "data_drift",
    "prediction_drift",
    "data_quality",
    "multivariate_drift",
    "model_performance",
    "estimated_performance",
    "feature_attribution_drift",
    "custom",
]
Metric = str
"""Drift: kolmogorov_smirnov, population_stability_index, jensen_shannon_distance, normalized_wasserstein_distance,
chi_squared (effect size: Cramér's V). Quality: null_value_rate, data_type_error_rate, out_of_bounds_rate,
unseen_category_rate, duplicate_rate. Performance: the keys of formats.evaluation. Multivariate: magnitude, 0-1.
Attribution: normalized_discounted_cumulative_gain."""


class Distribution(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one column in one set of rows. Baseline and current have the same edges, or the same values in order."""

    rows: int
    missing: int = 0
    histogram: Histogram | None = None
    values: tuple[ValueCount, ...] = ()
    other: int = 0
    """Rows whose value is none of `values`."""
    measures: dict[str, float] = {}
    """mean, standard_deviation, minimum, maximum, median; of a categorical column unique_count."""


class Measured(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One metric of one column (or of the whole signal). Statistic and effect both: the limit is on `value`."""

    metric: Metric
    value: float | None
    threshold: float | None = None
    larger_is_worse: bool = True
    is_alarm: bool = False
    statistic: float | None = None
    """Of the test, where it is not `value` itself, such as chi-squared beside Cramér's V."""
    p_value: float | None = None
    adjusted_p_value: float | None = None
    """Over all columns of the signal, so that many columns raise no more false alarms than one."""
    low: float | None = None
    high: float | None = None
    """Of a confidence interval at 95 %, where there is one."""
    baseline: float | None = None
    """The same measure in the baseline."""
    note: str = ""


class FeatureFound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    feature: str
    kind: Literal["numerical", "categorical"]
    measured: tuple[Measured, ...]
    contribution: float = 0.0
    """Its share in the signal's magnitude, 0-1; all together 1, or 0 where there is none."""
    baseline: Distribution | None = None
    current: Distribution | None = None


class SignalFound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one signal says of one window. `magnitude` is what the chart over time shows."""

    name: str
    kind: SignalKind
    state: Literal["fine", "alarm", "too_little_data", "failed"]
    reason: str
    magnitude: float | None = None
    threshold: float | None = None
    baseline_rows: int = 0
    current_rows: int = 0
    features: tuple[FeatureFound, ...] = ()
    """The most contributing first."""
    measured: tuple[Measured, ...] = ()
    """Of the signal as a whole, such as accuracy."""
    sampled_rows: int | None = None
    segment: str = ""
    """`column=value` where only those rows were looked at."""


class MonitorFound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One look: a window of the target, [start, end), against the baseline."""

    start: datetime | None
    end: datetime | None
    signals: tuple[SignalFound, ...]
    baseline: str
    """In words, such as `training data of price:3`."""
    target: str
    warnings: tuple[str, ...] = ()


class Baseline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """training: the dataset version that the model was trained on; dataset: `dataset`; earlier: the target's own data,
    `length_seconds` long, ending `offset_seconds` before the window begins."""

    kind: Literal["training", "dataset", "earlier"] = "training"
    dataset: str = ""
    """`name:version`"""
    length_seconds: float = 7 * 86400.0
    offset_seconds: float = 0.0


class SignalSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One signal of a monitor. Empty `metrics`: the usual one for each type of column."""

    name: str
    kind: SignalKind
    numerical: dict[Metric, float] = {}
    """Metric to threshold, of numerical columns."""
    categorical: dict[Metric, float] = {}
    metrics: dict[Metric, float] = {}
    """Of the signal as a whole: performance, magnitude, a custom component's metrics."""
    features: tuple[str, ...] = ()
    """Empty: all."""
    top_features: int | None = None
    """Only the most important by the model's importance, where it has one."""
    false_alarm_rate: float = 0.05
    """The chance that a look at data like the baseline raises any alarm of this signal by its tests."""
    segments: tuple[str, ...] = ()
    """Columns by whose values the signal is told apart as well."""
    component: str = ""
    """Of a custom signal: `name:version`."""
    inputs: dict[str, Any] = {}
    """Parameters of the custom component."""
    baseline: Baseline | None = None
    """Of this signal alone; None: the monitor's."""
    is_alerting: bool = True
    properties: dict[str, str] = {}


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is watched: a deployment's collected data, or a dataset (its newest version at each look)."""

    endpoint: str = ""
    deployment: str = ""
    """Empty: all of the endpoint."""
    dataset: str = ""
    axis: str = ""
    """Of a dataset: the column whose time, or number (a batch id), orders rows; `@arrival`: each version is a window,
    at the time when it came; `@rows`: `rows_per_window` rows in their order. Empty: as `@arrival`."""
    rows_per_window: int | None = None


class MonitorSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything here may be edited at any time; each look keeps those that it was made with."""

    target: Target
    baseline: Baseline = Baseline()
    signals: tuple[SignalSettings, ...] = ()
    frequency: Literal["minute", "hour", "day", "week", "month"] = "day"
    interval: int = 1
    times: Cron | Recurrence | None = None
    """When windows end, in place of `frequency` and `interval`, which end them at midnight (UTC), on Monday, on the 1st
    of the month."""
    window_seconds: float = 0.0
    """How much data each look has, up to the window's end; 0: from the end of the window before."""
    delay_seconds: float = 0.0
    """How long after a window's end it is looked at: time for late data and labels."""
    least_rows: int = 50
    label: str = ""
    """The column with the truth, of a dataset; of a deployment the collected labels'."""
    prediction: str = ""
    """The column with the prediction; empty: recognised."""
    most_rows: int | None = None
    """More rows are sampled, which the look says. None: all are looked at."""
    emails: tuple[str, ...] = ()
    tags: dict[str, str] = {}
