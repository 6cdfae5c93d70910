"""Data quality of the features, and how many rows repeat another."""

from __future__ import annotations

import msgspec

from mlops.formats.monitor import Measured, SignalFound, SignalSettings
from mlops.formats.spoken import gettext as _
from mlops.stats.drift.column import current_column
from mlops.stats.drift.signal import Limits, columns_found
from mlops.stats.look.scene import Scene, Tell
from mlops.stats.quality.duplicates import unique_rows
from mlops.stats.quality.rates import BOUNDS, DUPLICATES, NULLS, TYPES, UNSEEN, quality

USUAL = 0.01
"""Of each rate: as much, and more than the baseline has, is an alarm."""


def data_quality(scene: Scene, settings: SignalSettings, told: Tell) -> SignalFound:
    names = scene.wanted(settings)
    of_all = {metric: limit for metric, limit in settings.metrics.items() if metric != DUPLICATES}
    is_asked = bool(settings.numerical or settings.categorical or of_all)
    limits = Limits(
        numerical=settings.numerical | of_all if is_asked else dict.fromkeys((NULLS, TYPES, BOUNDS, DUPLICATES), USUAL),
        categorical=settings.categorical | of_all
        if is_asked
        else dict.fromkeys((NULLS, TYPES, UNSEEN, DUPLICATES), USUAL),
        false_alarm_rate=settings.false_alarm_rate,
        parts=scene.parts,
    )
    compared = []
    for name in names:
        told(name)
        baseline = scene.baseline_column(name)
        compared.append(quality(baseline, current_column(scene.current.column(name), baseline)))
    found = columns_found(settings, compared, limits, verb="are worse than the baseline")
    told(_("repeated rows"))
    repeated = _repeated_rows(scene, names, settings.metrics.get(DUPLICATES))
    if repeated.is_alarm:
        said = f"{repeated.value:.1%} of the rows repeat another (limit {repeated.threshold:.1%})."
        reason = f"{found.reason} {said}" if found.state == "alarm" else said
        found = msgspec.structs.replace(found, state="alarm", reason=reason)
    return msgspec.structs.replace(found, measured=(repeated,))


def _repeated_rows(scene: Scene, names: tuple[str, ...], limit: float | None) -> Measured:
    rows = scene.current.rows
    share = 1 - unique_rows(scene.current.column(name) for name in names) / rows
    before = 1 - scene.columns.unique_rows(names) / scene.baseline.rows
    is_alarm = limit is not None and share > max(limit, before)
    return Measured(metric=DUPLICATES, value=share, threshold=limit, is_alarm=is_alarm, baseline=before)
