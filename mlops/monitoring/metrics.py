"""Which metrics each kind of signal knows, and where their limits lie when nobody says otherwise."""

from __future__ import annotations

from mlops.formats.monitor import SignalKind

NUMERICAL = (
    "kolmogorov_smirnov",
    "population_stability_index",
    "jensen_shannon_distance",
    "normalized_wasserstein_distance",
    "wasserstein_distance",
)
CATEGORICAL = ("chi_squared", "population_stability_index", "jensen_shannon_distance", "euclidean_distance")
QUALITY = (
    "null_value_rate",
    "data_type_error_rate",
    "out_of_bounds_rate",
    "unseen_category_rate",
    "duplicate_rate",
)
TWO_CLASS = ("accuracy", "precision", "recall", "f1_score", "auc", "log_loss")
MULTICLASS = (
    "overall_accuracy", "average_accuracy", "micro_precision", "micro_recall", "macro_precision", "macro_recall",
    "macro_f1", "macro_auc",
)  # fmt: skip
CLASSIFICATION = (*TWO_CLASS, *MULTICLASS)
REGRESSION = (
    "mean_absolute_error", "root_mean_squared_error", "relative_absolute_error", "relative_squared_error",
    "coefficient_of_determination",
)  # fmt: skip
SMALLER_IS_BETTER = {"log_loss", *REGRESSION} - {"coefficient_of_determination"}
BELOW_ZERO = {"coefficient_of_determination"}
"""Those that can be negative."""
KINDS_WITH_LABELS: tuple[SignalKind, ...] = ("model_performance",)

_KNOWN: dict[SignalKind, dict[str, tuple[str, ...] | None]] = {
    "data_drift": {"numerical": NUMERICAL, "categorical": CATEGORICAL, "metrics": ()},
    "prediction_drift": {"numerical": NUMERICAL, "categorical": CATEGORICAL, "metrics": ()},
    "data_quality": {"numerical": QUALITY, "categorical": QUALITY, "metrics": QUALITY},
    "multivariate_drift": {"numerical": (), "categorical": (), "metrics": ("magnitude",)},
    "model_performance": {"numerical": (), "categorical": (), "metrics": (*CLASSIFICATION, *REGRESSION)},
    "estimated_performance": {"numerical": (), "categorical": (), "metrics": (*CLASSIFICATION, *REGRESSION)},
    "feature_attribution_drift": {
        "numerical": (),
        "categorical": (),
        "metrics": ("normalized_discounted_cumulative_gain",),
    },
    "custom": {"numerical": None, "categorical": None, "metrics": None},
}


def measures_of(task: str) -> tuple[str, ...]:
    """Of how right a model of this task is; all, where the task is not known."""
    known = {"regression": REGRESSION, "two_class": TWO_CLASS, "multiclass": (*MULTICLASS, "log_loss")}
    return known.get(task, (*CLASSIFICATION, *REGRESSION))


def known_metrics(kind: SignalKind, group: str) -> tuple[str, ...] | None:
    """`group`: numerical, categorical or metrics. None: any name, as a custom component has its own."""
    return _KNOWN[kind][group]
