"""Settings to begin with: signals by the model's task and the columns' types, so that a click is enough to watch."""

from __future__ import annotations

from mlops.access.models import Project
from mlops.datasets.queries import schema_columns
from mlops.formats.monitor import Baseline, MonitorSettings, SignalSettings, Target
from mlops.formats.refusal import Refusal
from mlops.monitoring.columns import Columns, columns_of
from mlops.monitoring.sources import newest_of, target_of, training_of, version_behind

CLASSIFICATION = ("two_class", "multiclass")
NUMERICAL = {"normalized_wasserstein_distance": 0.1}
CATEGORICAL = {"jensen_shannon_distance": 0.1}
QUALITY = {"null_value_rate": 0.05, "data_type_error_rate": 0.01, "out_of_bounds_rate": 0.05}
QUALITY_OF_TEXTS = {"null_value_rate": 0.05, "unseen_category_rate": 0.05}


def suggested(
    project: Project, *, endpoint: str = "", deployment: str = "", dataset: str = "", axis: str = ""
) -> MonitorSettings:
    """Raises Refusal where there is no such endpoint or dataset."""
    if endpoint:
        return _of_endpoint(project, Target(endpoint=endpoint, deployment=deployment))
    return _of_dataset(project, dataset, axis)


def signals_for(columns: Columns, *, has_truth: bool) -> tuple[SignalSettings, ...]:
    found = [
        SignalSettings(name="data_drift", kind="data_drift", numerical=NUMERICAL, categorical=CATEGORICAL),
        SignalSettings(name="data_quality", kind="data_quality", numerical=QUALITY, categorical=QUALITY_OF_TEXTS),
    ]
    if columns.predictions:
        found.append(
            SignalSettings(
                name="prediction_drift", kind="prediction_drift", numerical=NUMERICAL, categorical=CATEGORICAL
            )
        )
    if has_truth and columns.predictions:
        found.append(
            SignalSettings(name="performance", kind="model_performance", metrics=performance_limits(columns.task))
        )
    return tuple(found)


def performance_limits(task: str) -> dict[str, float]:
    """Empty where no limit fits every model: its level is of the data's own unit."""
    if task == "two_class":
        return {"accuracy": 0.8}
    if task == "multiclass":
        return {"overall_accuracy": 0.8}
    return {"coefficient_of_determination": 0.5} if task == "regression" else {}


def _of_endpoint(project: Project, target: Target) -> MonitorSettings:
    version = version_behind(target_of(project, target))
    baseline = Baseline(kind="earlier")
    if version is not None:
        try:
            training_of(version)
            baseline = Baseline(kind="training")
        except Refusal:
            pass  # an earlier window serves where nobody recorded the training data
    bare = MonitorSettings(target=target, baseline=baseline)
    columns = columns_of(project, bare)
    has_truth = columns.task in (*CLASSIFICATION, "regression")
    signals = tuple(one for one in signals_for(columns, has_truth=has_truth))
    return MonitorSettings(target=target, baseline=baseline, signals=signals, label=columns.label)


def _of_dataset(project: Project, dataset: str, axis: str) -> MonitorSettings:
    columns = schema_columns(newest_of(project, dataset))
    axis = axis or next((one.name for one in columns if one.type == "date"), "@arrival")
    target = Target(dataset=dataset, axis=axis)
    length = 30 * 86400.0 if not axis.startswith("@") else 7 * 86400.0
    bare = MonitorSettings(target=target, baseline=Baseline(kind="earlier", length_seconds=length))
    found = columns_of(project, bare)
    signals = signals_for(found, has_truth=bool(found.label))
    return MonitorSettings(target=target, baseline=bare.baseline, signals=signals, label=found.label)
