"""All signals of one order, each over all rows and over its segments. One that fails does not stop the others."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from mlops.formats.looking import LookAnswer, LookOrder
from mlops.formats.monitor import MonitorFound, SignalFound, SignalSettings
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.stats.look.attribution import feature_attribution_drift
from mlops.stats.look.drifting import data_drift, prediction_drift
from mlops.stats.look.estimated import estimated_performance
from mlops.stats.look.multivariate import multivariate_drift
from mlops.stats.look.performance import model_performance
from mlops.stats.look.quality import data_quality
from mlops.stats.look.scene import Scene, Tell, open_scene, segmented
from mlops.stats.look.segments import values_of

Looker = Callable[[Scene, SignalSettings, Tell], SignalFound]
LOOKERS: dict[str, Looker] = {
    "data_drift": data_drift,
    "prediction_drift": prediction_drift,
    "data_quality": data_quality,
    "multivariate_drift": multivariate_drift,
    "model_performance": model_performance,
    "estimated_performance": estimated_performance,
    "feature_attribution_drift": feature_attribution_drift,
}


def look(order: LookOrder, *, progress: Callable[[float, str], None] = lambda share, text: None) -> LookAnswer:
    """Refuses files that cannot be read; what one signal cannot do is said in that signal."""
    scene = open_scene(order)
    found: list[SignalFound] = []
    was_read = False
    for place, settings in enumerate(order.signals):
        told = _Teller(progress, settings.name, place / len(order.signals), 1 / len(order.signals))
        scenes = _scenes(scene, settings)
        for part, here in enumerate(scenes):
            found.append(_found(here, settings, told.part(part, len(scenes))))
            here.columns.save()
            was_read |= here.columns.was_read
    progress(1.0, "done")
    return LookAnswer(
        found=MonitorFound(
            start=order.start,
            end=order.end,
            signals=tuple(found),
            baseline=order.baseline_name,
            target=order.target_name,
        ),
        used_summary=bool(order.summaries) and not was_read,
    )


def _found(scene: Scene, settings: SignalSettings, told: Tell) -> SignalFound:
    common: dict[str, Any] = {
        "baseline_rows": scene.baseline.rows,
        "current_rows": scene.current.rows,
        "sampled_rows": scene.sampled_rows,
        "segment": scene.segment,
    }
    import polars as pl

    least = scene.order.least_rows
    for table, called in ((scene.current, "The window"), (scene.baseline, "The baseline")):
        if table.rows < least:
            reason = _("%(called)s has %(rows)s rows; %(least)s are needed to tell drift from chance.") % {
                "called": called,
                "rows": table.rows,
                "least": least,
            }
            return _none(settings, "too_little_data", reason, common)
    try:
        return msgspec.structs.replace(_looker(settings)(scene, settings, told), **common)
    except (ValueError, ArithmeticError, pl.exceptions.PolarsError) as error:
        traceback.print_exc()
        reason = _("It could not be measured: %(error)s: %(error_2)s") % {
            "error": type(error).__name__,
            "error_2": str(error)[:300],
        }
        return _none(settings, "failed", reason, common)
    except Refusal as refusal:
        state = "too_little_data" if refusal.code == "too_little_data" else "failed"
        return _none(settings, state, f"{refusal.message} {refusal.hint}".strip(), common)


def _looker(settings: SignalSettings) -> Looker:
    if settings.kind not in LOOKERS:
        raise Refusal(
            "not_looked_at_here", _("Signal '%(name)s' is measured by its own component.") % {"name": settings.name}
        )
    return LOOKERS[settings.kind]


def _none(settings: SignalSettings, state: str, reason: str, common: Mapping[str, object]) -> SignalFound:
    form = {"name": settings.name, "kind": settings.kind, "state": state, "reason": reason, **common}
    return msgspec.convert(form, SignalFound)


def _scenes(scene: Scene, settings: SignalSettings) -> list[Scene]:
    """The whole, then its segments. A column that either table lacks has none, which the look warns of."""
    chosen = []
    for column in settings.segments:
        if column in scene.current.stored and column in scene.baseline.stored:
            values = values_of(scene.current, column, least_rows=scene.order.least_rows)
            chosen += [(column, value) for value in values]
    parts = 1 + len(chosen)
    return [replace(scene, parts=parts), *(segmented(scene, column, value, parts=parts) for column, value in chosen)]


class _Teller:
    """Where a signal's progress lies in that of the whole look."""

    def __init__(self, progress: Callable[[float, str], None], name: str, start: float, length: float) -> None:
        self._progress, self._name, self._start, self._length = progress, name, start, length

    def part(self, place: int, parts: int) -> Tell:
        start = self._start + self._length * place / parts
        return lambda text: self._progress(start, f"{self._name}: {text}")
