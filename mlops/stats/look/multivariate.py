"""Multivariate drift: the 0-1 magnitude with contributing features, told from noise by a test."""

from __future__ import annotations

from typing import Any

from mlops.formats.monitor import FeatureFound, Measured, SignalFound, SignalSettings
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.stats.drift.column import current_column
from mlops.stats.drift.feature import compare
from mlops.stats.look.scene import Scene, Tell
from mlops.stats.multivariate.classifier import MOST_ROWS, ToldApart, tell_apart
from mlops.stats.multivariate.matrix import coded, why_left_out

MAGNITUDE = "magnitude"
USUAL = 0.3


def multivariate_drift(scene: Scene, settings: SignalSettings, told: Tell) -> SignalFound:
    import numpy as np

    baseline = scene.baseline.sampled(MOST_ROWS, seed=scene.order.seed + 2)
    current = scene.current.sampled(MOST_ROWS, seed=scene.order.seed + 3)
    names: list[str] = []
    sides: list[tuple[Any, Any]] = []
    categorical: list[int] = []
    left_out: list[str] = []
    for name in scene.wanted(settings):
        told(name)
        column = scene.baseline_column(name)
        if why := why_left_out(column):
            left_out.append(f"{name} ({why})")
            continue
        if column.kind == "categorical":
            categorical.append(len(names))
        names.append(name)
        sides.append((coded(column, baseline.column(name)), coded(column, current.column(name))))
    if not names:
        raise Refusal(
            "no_features",
            _("No column is left: %(names)s.") % {"names": "; ".join(left_out)},
            hint=_("Name features for the signal."),
        )
    told(_("telling the sets apart"))
    there, here = (np.column_stack([side[place] for side in sides]) for place in (0, 1))
    apart = tell_apart(there, here, categorical=categorical, seed=scene.order.seed)
    return _found(scene, settings, apart, names, left_out)


def _found(
    scene: Scene, settings: SignalSettings, apart: ToldApart, names: list[str], left_out: list[str]
) -> SignalFound:
    limit = settings.metrics.get(MAGNITUDE, USUAL)
    adjusted = min(apart.p_value * scene.parts, 1.0)
    is_chance = adjusted > settings.false_alarm_rate
    is_alarm = apart.magnitude >= limit and not is_chance
    features = []
    for name, share in zip(names, apart.contributions, strict=True):
        column = scene.baseline_column(name)
        compared = compare(column, current_column(scene.current.column(name), column))
        features.append(
            FeatureFound(
                feature=name,
                kind=column.kind,
                measured=tuple(
                    Measured(metric=metric, value=drifted.value, p_value=drifted.p_value, statistic=drifted.statistic)
                    for metric, drifted in compared.metrics.items()
                ),
                contribution=0.0 if is_chance else share,
                baseline=compared.baseline,
                current=compared.current,
            )
        )
    features.sort(key=lambda feature: -feature.contribution)
    return SignalFound(
        name=settings.name,
        kind=settings.kind,
        state="alarm" if is_alarm else "fine",
        reason=_reason(apart, limit, is_chance, features, left_out),
        magnitude=apart.magnitude,
        threshold=limit,
        features=tuple(features),
        measured=(
            Measured(
                metric=MAGNITUDE,
                value=apart.magnitude,
                threshold=limit,
                is_alarm=is_alarm,
                p_value=apart.p_value,
                adjusted_p_value=adjusted,
                low=apart.low,
                high=apart.high,
                baseline=0.0,
            ),
        ),
    )


def _reason(apart: ToldApart, limit: float, is_chance: bool, features: list[FeatureFound], left_out: list[str]) -> str:
    said = f"Magnitude {apart.magnitude:.2f} ({apart.low:.2f} to {apart.high:.2f}), limit {limit:.2f}"
    if is_chance:
        said += ": no more than chance explains."
    else:
        said += f"; most of it from {', '.join(feature.feature for feature in features[:3])}."
    return f"{said} Left out: {'; '.join(left_out)}." if left_out else said
