"""Data drift and prediction drift: columns compared one by one."""

from __future__ import annotations

from mlops.formats.monitor import SignalFound, SignalSettings
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.stats.drift.column import current_column
from mlops.stats.drift.feature import compare
from mlops.stats.drift.signal import columns_found, limits_of
from mlops.stats.look.scene import Scene, Tell


def data_drift(scene: Scene, settings: SignalSettings, told: Tell) -> SignalFound:
    names = scene.wanted(settings)
    if not names:
        raise Refusal(
            "no_common_columns",
            _("The baseline and the window have no column in common."),
            hint=_("Take a baseline with the deployment's inputs, or name the features."),
        )
    return columns_drift(scene, settings, names, told)


def prediction_drift(scene: Scene, settings: SignalSettings, told: Tell) -> SignalFound:
    """Of the prediction and its probabilities."""
    order = scene.order
    names = settings.features or tuple(name for name in (order.prediction, *order.probabilities.values()) if name)
    if not names:
        raise Refusal(
            "no_prediction",
            _("It is not known which column has the prediction."),
            hint=_("Name it in the monitor's settings (prediction)."),
        )
    return columns_drift(scene, settings, names, told)


def columns_drift(scene: Scene, settings: SignalSettings, names: tuple[str, ...], told: Tell) -> SignalFound:
    limits = limits_of(settings, parts=scene.parts)
    compared = []
    for name in names:
        told(name)
        baseline = scene.baseline_column(name)
        compared.append(compare(baseline, current_column(scene.current.column(name), baseline)))
    return columns_found(settings, compared, limits)
