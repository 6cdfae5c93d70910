"""Feature-attribution drift. Attributions are columns of the rows, or found by the model itself, or by a surrogate."""

from __future__ import annotations

from typing import Any

from mlops.formats.monitor import FeatureFound, Measured, SignalFound, SignalSettings
from mlops.formats.refusal import Refusal
from mlops.stats.attribution import permuting, surrogate
from mlops.stats.attribution.agreement import normalized_discounted_cumulative_gain
from mlops.stats.attribution.command import scorer_of
from mlops.stats.look.scene import Scene, Tell
from mlops.stats.multivariate.matrix import coded, why_left_out
from mlops.stats.table import Table

NDCG = "normalized_discounted_cumulative_gain"
ATTRIBUTION = "attribution"
USUAL = 0.9
MOST_SCORED, MOST_LEARNED = 500, 5_000
RESAMPLES = 20


def feature_attribution_drift(scene: Scene, settings: SignalSettings, told: Tell) -> SignalFound:
    names = tuple(name for name in scene.wanted(settings) if not why_left_out(scene.baseline_column(name)))
    if not names:
        raise Refusal("no_features", "There is no feature to explain predictions by.", hint="Name the features.")
    told("the baseline's attributions")
    baseline = _attributions(scene, scene.baseline, names, seed=scene.order.seed)
    told("the window's attributions")
    current = _attributions(scene, scene.current, names, seed=scene.order.seed + 1)
    told("chance")
    likely = _by_chance(scene, names, baseline, settings.false_alarm_rate / scene.parts)
    return _found(scene, settings, baseline, current, likely)


def _attributions(scene: Scene, table: Table, names: tuple[str, ...], *, seed: int) -> dict[str, float]:
    import numpy as np

    order = scene.order
    if order.attributions:
        given = {name: table.column(order.attributions[name]) for name in names if name in order.attributions}
        sizes = {name: float(series.abs().mean() or 0.0) for name, series in given.items()}  # type: ignore[arg-type]
        total = sum(sizes.values())
        return {name: size / total if total else 0.0 for name, size in sizes.items()}
    if order.scorer:
        frame = table.sampled(MOST_SCORED, seed=seed).frame(scene.features)
        found = permuting.attributions(frame, scorer_of(order.scorer), names=names, seed=seed)
        return dict(zip(names, found.tolist(), strict=True))
    part = table.sampled(MOST_LEARNED, seed=seed)
    columns = [scene.baseline_column(name) for name in names]
    values = np.column_stack([coded(column, part.column(column.name)) for column in columns])
    categorical = [place for place, column in enumerate(columns) if column.kind == "categorical"]
    predicted = _predicted(scene, part)
    known = np.isfinite(predicted)
    found = surrogate.attributions(values[known], predicted[known], categorical=categorical, seed=seed)
    return dict(zip(names, found.tolist(), strict=True))


def _predicted(scene: Scene, table: Table) -> Any:
    """As a number: a probability where there is one, else the number or the code of the class."""
    order = scene.order
    name = next(iter(order.probabilities.values()), order.prediction)
    if not name:
        raise Refusal(
            "no_prediction",
            "It is not known which column has the prediction.",
            hint="Name it in the monitor's settings (prediction).",
        )
    return coded(scene.baseline_column(name), table.column(name))


def _by_chance(scene: Scene, names: tuple[str, ...], baseline: dict[str, float], rate: float) -> float | None:
    """The agreement below which only the stated share of windows as large as this one lies that are drawn from the
    baseline; None where attributions are not learned, and so have no such noise. The quantile of a few is taken as that
    of a normal distribution."""
    from statistics import NormalDist

    import numpy as np

    if scene.order.scorer:
        return None
    agreements = []
    for draw in range(RESAMPLES):
        rows = min(scene.current.rows, scene.baseline.rows, MOST_LEARNED)
        part = scene.baseline.drawn(rows, seed=draw)
        found = _attributions(scene, part, names, seed=draw)
        agreements.append(normalized_discounted_cumulative_gain(baseline, found))
    lowest = float(np.mean(agreements)) + NormalDist().inv_cdf(min(rate, 0.5)) * float(np.std(agreements))
    return min(lowest, min(agreements)) if rate < 1 / RESAMPLES else lowest


def _found(
    scene: Scene,
    settings: SignalSettings,
    baseline: dict[str, float],
    current: dict[str, float],
    likely: float | None,
) -> SignalFound:
    value = normalized_discounted_cumulative_gain(baseline, current)
    limit = settings.metrics.get(NDCG, USUAL)
    is_chance = likely is not None and value >= likely
    is_alarm = value < limit and not is_chance
    moved = {name: abs(current[name] - baseline[name]) for name in baseline}
    total = sum(moved.values())
    ranked = sorted(baseline, key=lambda name: -moved[name])
    said = f"Agreement of the features' order {value:.3f}, limit {limit:.3f}"
    if value < limit and is_chance:
        said += ": no less than chance explains"
    return SignalFound(
        name=settings.name,
        kind=settings.kind,
        state="alarm" if is_alarm else "fine",
        reason=f"{said}. Most moved: {', '.join(ranked[:3])}.",
        magnitude=value,
        threshold=limit,
        features=tuple(
            FeatureFound(
                feature=name,
                kind=scene.baseline_column(name).kind,
                measured=(Measured(metric=ATTRIBUTION, value=current[name], baseline=baseline[name]),),
                contribution=moved[name] / total if total and not is_chance else 0.0,
            )
            for name in ranked
        ),
        measured=(
            Measured(
                metric=NDCG,
                value=value,
                threshold=limit,
                larger_is_worse=False,
                is_alarm=is_alarm,
                baseline=1.0,
            ),
        ),
    )
