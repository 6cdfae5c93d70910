"""What metrics and kinds of signals are called on pages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mlops.web.templatetags.registry import metric_title


def metric_words(metric: str) -> str:
    named = {
        "kolmogorov_smirnov": _("Kolmogorov-Smirnov"),
        "population_stability_index": _("Population stability index"),
        "jensen_shannon_distance": _("Jensen-Shannon distance"),
        "normalized_wasserstein_distance": _("Wasserstein distance, in deviations"),
        "chi_squared": _("Chi-squared (Cramér's V)"),
        "euclidean_distance": _("Euclidean distance"),
        "null_value_rate": _("Missing"),
        "data_type_error_rate": _("Wrong type"),
        "out_of_bounds_rate": _("Out of bounds"),
        "unseen_category_rate": _("Unseen categories"),
        "duplicate_rate": _("Repeated rows"),
        "magnitude": _("Magnitude"),
        "normalized_discounted_cumulative_gain": _("NDCG of the ranking"),
    }
    return named.get(metric) or str(metric_title(metric))


def kind_words(kind: str) -> str:
    return {
        "data_drift": _("Data drift"),
        "prediction_drift": _("Prediction drift"),
        "data_quality": _("Data quality"),
        "multivariate_drift": _("Drift of all columns together"),
        "model_performance": _("Performance"),
        "estimated_performance": _("Performance, estimated without labels"),
        "feature_attribution_drift": _("Drift of feature attributions"),
        "custom": _("Custom"),
    }.get(kind, kind)


def magnitude_words(kind: str) -> str:
    """What the magnitude of such a signal is."""
    if kind in ("data_drift", "prediction_drift", "data_quality"):
        return _("Largest value, in multiples of its limit")
    return {
        "multivariate_drift": _("Magnitude, 0 to 1"),
        "feature_attribution_drift": _("NDCG of the ranking, 1 is unchanged"),
    }.get(kind, _("Value"))


def is_rate(metric: str) -> bool:
    return metric.endswith("_rate")


def measure_words(measure: str) -> str:
    return {
        "mean": _("Mean"),
        "standard_deviation": _("Standard deviation"),
        "minimum": _("Minimum"),
        "maximum": _("Maximum"),
        "median": _("Median"),
        "unique_count": _("Distinct values"),
    }.get(measure, measure.replace("_", " ").capitalize())
