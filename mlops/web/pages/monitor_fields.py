"""A monitor's settings as the fields of its form, and back: pure, so that nothing that was not shown gets lost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.monitor import Baseline, MonitorSettings, Target
from mlops.formats.refusal import Refusal, Where
from mlops.formats.schedule import Cron, Recurrence
from mlops.web.pages.monitor_signal_fields import signals_of, typed_signals

UNITS = {"minutes": 60.0, "hours": 3600.0, "days": 86400.0}
EMPTY: dict[str, str] = {
    "name": "",
    "description": "",
    "kind": "endpoint",
    "endpoint": "",
    "deployment": "",
    "dataset": "",
    "axis": "",
    "rows_per_window": "",
    "baseline": "training",
    "baseline_dataset": "",
    "length": "7",
    "length_unit": "days",
    "offset": "0",
    "offset_unit": "days",
    "label": "",
    "prediction": "",
    "signals": "",
    "times": "regular",
    "frequency": "day",
    "interval": "1",
    "expression": "0 6 * * *",
    "time_zone": "UTC",
    "kept_times": "",
    "window": "period",
    "window_length": "1",
    "window_unit": "days",
    "delay": "0",
    "delay_unit": "hours",
    "least_rows": "50",
    "most_rows": "",
    "emails": "",
    "tags": "{}",
}
STEP_OF = {
    "target": ("kind", "endpoint", "deployment", "dataset", "axis", "rows_per_window"),
    "baseline": ("baseline", "baseline_dataset", "length", "length_unit", "offset", "offset_unit"),
    "when": (
        "name", "description", "times", "frequency", "interval", "expression", "time_zone", "kept_times", "window",
        "window_length", "window_unit", "delay", "delay_unit", "least_rows", "most_rows", "emails",
    ),
}  # fmt: skip
"""Which fields each step shows; all others, with those of the signals, belong to the step `signals`."""


def typed_of(settings: MonitorSettings) -> dict[str, str]:
    """What would have to be typed to get these settings."""
    target, baseline = settings.target, settings.baseline
    typed = {
        **EMPTY,
        "kind": "dataset" if target.dataset else "endpoint",
        "endpoint": target.endpoint,
        "deployment": target.deployment,
        "dataset": target.dataset,
        "axis": target.axis,
        "rows_per_window": str(target.rows_per_window or ""),
        "baseline": baseline.kind,
        "baseline_dataset": baseline.dataset,
        "label": settings.label,
        "prediction": settings.prediction,
        "frequency": settings.frequency,
        "interval": str(settings.interval),
        "least_rows": str(settings.least_rows),
        "most_rows": str(settings.most_rows or ""),
        "emails": "\n".join(settings.emails),
        "tags": msgspec.json.encode(settings.tags).decode(),
        **_length("length", baseline.length_seconds),
        **_length("offset", baseline.offset_seconds),
        **_length("delay", settings.delay_seconds, usual="hours"),
        **_times(settings.times),
        **typed_signals(settings.signals),
    }
    if settings.window_seconds:
        found = _length("window", settings.window_seconds)
        typed |= {"window": "own", "window_length": found["window"], "window_unit": found["window_unit"]}
    return typed


def settings_of(typed: Mapping[str, str]) -> MonitorSettings:
    """Raises Refusal `number_expected` and others that name the field."""
    is_dataset = typed["kind"] == "dataset"
    rows = _whole(typed, "rows_per_window")
    target = Target(
        endpoint="" if is_dataset else typed["endpoint"].strip(),
        deployment="" if is_dataset else typed["deployment"].strip(),
        dataset=typed["dataset"].strip() if is_dataset else "",
        axis=typed["axis"].strip() if is_dataset else "",
        rows_per_window=rows if is_dataset and typed["axis"] == "@rows" else None,
    )
    window = seconds(typed, "window_length", "window_unit") if typed["window"] == "own" else 0.0
    return MonitorSettings(
        target=target,
        baseline=baseline_of(typed),
        signals=signals_of(typed),
        frequency=typed["frequency"] if typed["frequency"] in FREQUENCIES else "day",  # type: ignore[arg-type]
        interval=_whole(typed, "interval") or 1,
        times=_own_times(typed),
        window_seconds=window,
        delay_seconds=seconds(typed, "delay", "delay_unit"),
        least_rows=_whole(typed, "least_rows") or 1,
        most_rows=_whole(typed, "most_rows"),
        label=typed["label"].strip(),
        prediction=typed["prediction"].strip(),
        emails=tuple(typed["emails"].replace(",", " ").split()),
        tags=msgspec.json.decode(typed["tags"] or "{}", type=dict[str, str]),
    )


FREQUENCIES = ("minute", "hour", "day", "week", "month")


def baseline_of(typed: Mapping[str, str]) -> Baseline:
    if typed["baseline"] == "dataset":
        return Baseline(kind="dataset", dataset=typed["baseline_dataset"].strip())
    if typed["baseline"] == "earlier":
        return Baseline(
            kind="earlier",
            length_seconds=seconds(typed, "length", "length_unit"),
            offset_seconds=seconds(typed, "offset", "offset_unit"),
        )
    return Baseline(kind="training")


def seconds(typed: Mapping[str, str], name: str, unit: str) -> float:
    return number(typed[name] or "0", name) * UNITS.get(typed[unit], 86400.0)


def number(text: str, name: str) -> float:
    """Raises Refusal `number_expected` with the field's name."""
    try:
        found = float(text.strip())
    except ValueError:
        found = math.nan
    if math.isfinite(found):
        return found
    raise Refusal(
        "number_expected",
        _("“%(text)s” is no number.") % {"text": text},
        hint=_("Such as 1 or 0.5, with a point."),
        where=Where(parameter=name),
    )


def _whole(typed: Mapping[str, str], name: str) -> int | None:
    text = typed[name].strip()
    if not text:
        return None
    found = number(text, name)
    if found != int(found):
        message = _("“%(text)s” is no whole number.") % {"text": text}
        raise Refusal("number_expected", message, hint=_("Such as 1 or 15."), where=Where(parameter=name))
    return int(found)


def _length(name: str, value: float, *, usual: str = "days") -> dict[str, str]:
    unit = next((unit for unit in ("days", "hours", "minutes") if value and value % UNITS[unit] == 0), "")
    if not value:
        unit = usual
    unit = unit or "minutes"
    return {name: f"{value / UNITS[unit]:g}", f"{name}_unit": unit}


def _times(times: Cron | Recurrence | None) -> dict[str, str]:
    if times is None:
        return {"times": "regular"}
    if isinstance(times, Cron) and times.start_at is None and times.end_at is None:
        return {"times": "cron", "expression": times.expression, "time_zone": times.time_zone}
    return {"times": "kept", "kept_times": msgspec.json.encode(times).decode()}


def _own_times(typed: Mapping[str, str]) -> Cron | Recurrence | None:
    if typed["times"] == "cron":
        return Cron(expression=typed["expression"].strip(), time_zone=typed["time_zone"].strip() or "UTC")
    if typed["times"] == "kept" and typed["kept_times"]:
        kept: Any = msgspec.json.decode(typed["kept_times"], type=Cron | Recurrence)
        return kept  # type: ignore[no-any-return]
    return None
