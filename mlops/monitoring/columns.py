"""The columns of what a monitor watches, by the names that its settings use."""

from __future__ import annotations

import msgspec

from mlops.access.models import Project
from mlops.datasets.queries import schema_columns
from mlops.formats.monitor import MonitorSettings
from mlops.monitoring.model_facts import facts_of_model
from mlops.monitoring.sources import newest_of, target_of, version_behind
from mlops.registry.queries import signature_of

SCORED = "Scored "
"""How the columns begin that Score Model adds."""


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """`types`: all of them with their ColumnType. Empty where the model has no signature. `features`: those that are
    looked at unless others are named; times are not among them, because they always move on."""

    types: dict[str, str]
    features: tuple[str, ...]
    categorical: frozenset[str] = frozenset()
    predictions: tuple[str, ...] = ()
    label: str = ""
    task: str = ""


def columns_of(project: Project, settings: MonitorSettings) -> Columns:
    """Raises Refusal where the endpoint or dataset is not there."""
    target = target_of(project, settings.target)
    if target.endpoint is None:
        return _of_dataset(project, settings)
    version = version_behind(target)
    signature = signature_of(version) if version else None
    if version is None or signature is None:
        return Columns(types={}, features=(), label=settings.label, task=version.task if version else "")
    inputs = {field.name: field.type for field in signature.inputs}
    label = settings.label or facts_of_model(version).label
    return Columns(
        types=dict(inputs),
        features=tuple(name for name, kind in inputs.items() if name != label and kind != "date"),
        categorical=frozenset(one.name for one in signature.inputs if one.categories or one.type in TEXT),
        predictions=tuple(field.name for field in signature.outputs),
        label=label,
        task=version.task,
    )


def task_of(columns: Columns) -> str:
    """The model's; of a dataset regression where the truth has fractions. Empty: not known."""
    return columns.task or ("regression" if columns.types.get(columns.label) == "decimal" else "")


TEXT = ("string", "boolean")


def _of_dataset(project: Project, settings: MonitorSettings) -> Columns:
    columns = schema_columns(newest_of(project, settings.target.dataset))
    label = settings.label or next((one.name for one in columns if one.role == "label"), "")
    predictions = [one.name for one in columns if one.role.startswith("scored") or one.name.startswith(SCORED)]
    if settings.prediction:
        predictions = [settings.prediction, *(name for name in predictions if name != settings.prediction)]
    apart = {label, settings.target.axis, *predictions}
    return Columns(
        types={one.name: one.type for one in columns},
        features=tuple(one.name for one in columns if one.name not in apart and one.type != "date"),
        categorical=frozenset(one.name for one in columns if one.categorical or one.type in TEXT),
        predictions=tuple(predictions),
        label=label,
    )
