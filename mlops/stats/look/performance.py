"""Performance by labels, beside the baseline's: an alarm where a measure is over its limit and worse than the
baseline's by more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.formats.monitor import Measured, SignalFound, SignalSettings
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext as _
from mlops.stats.drift.chance import holm
from mlops.stats.look.scene import Scene, Tell
from mlops.stats.performance.reading import read_scored, task_of
from mlops.stats.performance.scored import KEYS, SMALLER_IS_BETTER, Scored, Task, key_of, measures
from mlops.stats.performance.spread import Spread, spreads, worse_by_chance

USUAL: dict[Task, tuple[str, ...]] = {
    "two_class": ("accuracy", "auc"),
    "multiclass": ("overall_accuracy", "macro_f1"),
    "regression": ("mean_absolute_error", "root_mean_squared_error"),
}
WORSE_SHARE, LARGER_ERROR = 0.05, 1.2
"""Where no limit is given: shares may be 0.05 lower than the baseline's, errors 20 % larger."""


def model_performance(scene: Scene, settings: SignalSettings, told: Tell) -> SignalFound:
    order = scene.order
    told("labels")
    task, classes = task_of(order, (scene.current, scene.baseline))
    current, _rows = read_scored(scene.current, order, task, classes, with_label=True)
    if current.rows < order.least_rows:
        raise too_few(current.rows, order.least_rows, _("rows of the window have a label and a prediction"))
    told("measures")
    values = measures(current)
    spread = spreads(lambda rows, _generator: measures(current.at(rows)), current.rows, seed=order.seed)
    baseline = _of_baseline(scene, task, classes)
    return performance_found(scene, settings, task, values, spread, baseline, rows=current.rows)


def _of_baseline(scene: Scene, task: Task, classes: tuple[str, ...]) -> tuple[dict[str, float], dict[str, Spread]]:
    """Nothing where the baseline has no predictions or labels."""
    order, table = scene.order, scene.baseline
    needed = [name for name in (order.label, order.prediction, *order.probabilities.values()) if name]
    if not all(name in table.stored for name in needed):
        return {}, {}
    scored, _rows = read_scored(table, order, task, classes, with_label=True)
    if scored.rows < order.least_rows:
        return {}, {}
    return measures(scored), spreads(lambda rows, _generator: measures(scored.at(rows)), scored.rows, seed=1)


def performance_found(
    scene: Scene,
    settings: SignalSettings,
    task: Task,
    values: Mapping[str, float],
    spread: Mapping[str, Spread],
    baseline: tuple[Mapping[str, float], Mapping[str, Spread]],
    *,
    rows: int,
    note: str = "",
) -> SignalFound:
    """Measures with a limit first. The magnitude is the first of them."""
    limits = _limits(settings, task, baseline[0])
    p_values = {
        key: worse_by_chance(
            values[key],
            baseline[0][key],
            _deviation(key, spread, baseline[1]),
            smaller_is_better=is_smaller_better(key),
        )
        for key in limits
        if key in values and key in baseline[0]
    }
    adjusted = dict(zip(p_values, holm(list(p_values.values()), parts=scene.parts), strict=True))
    measured = []
    for key in (*limits, *(key for key in values if key not in limits)):
        limit, value = limits.get(key), values.get(key)
        is_over = value is not None and limit is not None and is_worse(key, value, limit)
        is_chance = adjusted.get(key, 0.0) > settings.false_alarm_rate
        measured.append(
            Measured(
                metric=key,
                value=value,
                threshold=limit,
                larger_is_worse=is_smaller_better(key),
                is_alarm=is_over and not is_chance,
                p_value=p_values.get(key),
                adjusted_p_value=adjusted.get(key),
                low=spread[key].low if key in spread else None,
                high=spread[key].high if key in spread else None,
                baseline=baseline[0].get(key),
                note=note or _note(value, is_over and is_chance),
            )
        )
    alarms = [each for each in measured if each.is_alarm]
    return SignalFound(
        name=settings.name,
        kind=settings.kind,
        state="alarm" if alarms else "fine",
        reason=_reason(measured, alarms, rows),
        magnitude=measured[0].value if measured else None,
        threshold=measured[0].threshold if measured else None,
        measured=tuple(measured),
    )


def is_smaller_better(key: str) -> bool:
    return key in SMALLER_IS_BETTER


def is_worse(key: str, value: float, limit: float) -> bool:
    return value > limit if is_smaller_better(key) else value < limit


def too_few(rows: int, least: int, what: str) -> Refusal:
    return Refusal(
        "too_little_data",
        _("Only %(rows)s %(what)s; %(least)s are needed.") % {"rows": rows, "what": what, "least": least},
        hint=_("Labels may still come."),
    )


def _limits(settings: SignalSettings, task: Task, baseline: Mapping[str, float]) -> dict[str, float | None]:
    if not settings.metrics:
        return {key: _usual_limit(key, baseline.get(key)) for key in USUAL[task]}
    limits: dict[str, float | None] = {}
    for metric, limit in settings.metrics.items():
        key = key_of(metric, task)
        if key not in KEYS[task]:
            hint = nearest(metric, KEYS[task]) or (_("Those are: %(names)s.") % {"names": ", ".join(KEYS[task])})
            raise Refusal(
                "no_such_metric",
                _("'%(metric)s' is no measure of a %(task)s model.")
                % {"metric": metric, "task": task.replace("_", "-")},
                hint=hint,
            )
        limits[key] = limit
    return limits


def _usual_limit(key: str, baseline: float | None) -> float | None:
    if baseline is None:
        return None
    return baseline * LARGER_ERROR if is_smaller_better(key) else baseline - WORSE_SHARE


def _deviation(key: str, here: Mapping[str, Spread], there: Mapping[str, Spread]) -> float:
    both: list[Any] = [side[key].deviation for side in (here, there) if key in side]
    return float(sum(each**2 for each in both) ** 0.5)


def _note(value: float | None, is_explained: bool) -> str:
    if value is None:
        return "not defined for these rows"
    return "over the limit, but chance explains it" if is_explained else ""


def _reason(measured: list[Measured], alarms: list[Measured], rows: int) -> str:
    if not alarms:
        first = measured[0] if measured else None
        said = f"{first.metric} {first.value:.3g}" if first and first.value is not None else "nothing could be measured"
        return f"Of {rows} rows: {said}; no measure is over its limit by more than chance explains."
    said = ", ".join(f"{each.metric} {each.value:.3g} (limit {each.threshold:.3g})" for each in alarms)
    return f"Of {rows} rows: {said}."


def read_both(scene: Scene) -> tuple[Task, Scored, Any, Scored, Any]:
    """The window without labels and the baseline with, each with the numbers of its rows."""
    order = scene.order
    task, classes = task_of(order, (scene.current, scene.baseline))
    current, rows = read_scored(scene.current, order, task, classes, with_label=False)
    labelled, labelled_rows = read_scored(scene.baseline, order, task, classes, with_label=True)
    for scored, what in ((current, "rows of the window have a prediction"), (labelled, "rows of the baseline a label")):
        if scored.rows < order.least_rows:
            raise too_few(scored.rows, order.least_rows, what)
    return task, current, rows, labelled, labelled_rows
