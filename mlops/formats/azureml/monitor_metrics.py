"""Names of metrics in Azure ML's monitorSchedule and here. Where theirs is of a test, ours is an effect size."""

from __future__ import annotations

DRIFT = {
    "jensen_shannon_distance": "jensen_shannon_distance",
    "population_stability_index": "population_stability_index",
    "normalized_wasserstein_distance": "normalized_wasserstein_distance",
    "two_sample_kolmogorov_smirnov_test": "kolmogorov_smirnov",
    "pearsons_chi_squared_test": "chi_squared",
}
QUALITY = {
    "null_value_rate": "null_value_rate",
    "data_type_error_rate": "data_type_error_rate",
    "out_of_bounds_rate": "out_of_bounds_rate",
}
CLASSIFICATION = {"accuracy": "accuracy", "precision": "precision", "recall": "recall", "f1_score": "f1_score"}
REGRESSION = {
    "mae": "mean_absolute_error",
    "mean_absolute_error": "mean_absolute_error",
    "rmse": "root_mean_squared_error",
    "root_mean_squared_error": "root_mean_squared_error",
    "mse": "root_mean_squared_error",
    "mean_squared_error": "root_mean_squared_error",
}
SQUARED = {"mse", "mean_squared_error"}
"""Whose threshold is the square of ours."""
PERFORMANCE = {"tabular_classification": CLASSIFICATION, "tabular_regression": REGRESSION}
OURS_OF_COLUMNS = (
    "kolmogorov_smirnov", "chi_squared", "euclidean_distance", "wasserstein_distance", "unseen_category_rate",
    "duplicate_rate",
)  # fmt: skip
OURS_OF_PERFORMANCE = (
    "auc", "log_loss", "overall_accuracy", "average_accuracy", "micro_precision", "micro_recall", "macro_precision",
    "macro_recall", "macro_f1", "macro_auc", "relative_absolute_error", "relative_squared_error",
    "coefficient_of_determination",
)  # fmt: skip
"""Which Azure has no name for."""
ATTRIBUTION = "normalized_discounted_cumulative_gain"
AS_EFFECT = {
    "two_sample_kolmogorov_smirnov_test": "the statistic itself (0-1)",
    "pearsons_chi_squared_test": "Cramér's V (0-1)",
}
"""What the threshold is on here."""


def theirs_of(known: dict[str, str]) -> dict[str, str]:
    """From our name to the first of theirs."""
    found: dict[str, str] = {}
    for theirs, ours in known.items():
        found.setdefault(ours, theirs)
    return found
