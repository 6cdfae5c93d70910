"""The data that a signal of a monitorSchedule names: its own and its baseline's, with windows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.formats.azureml.durations import seconds_of
from mlops.formats.azureml.lines import Path, Source
from mlops.formats.azureml.monitor_fields import checked
from mlops.formats.monitor import Baseline, Target
from mlops.formats.spoken import gettext as _

DATA = {
    "input_data", "data_context", "data_window", "data_window_size", "data_column_names", "pre_processing_component",
    "axis",
}  # fmt: skip
WINDOW = {"lookback_window_size", "lookback_window_offset", "window_start", "window_end"}
COLUMNS = {
    "target_column", "prediction_column", "prediction_probability_column", "correlation_column", "timestamp_column",
}  # fmt: skip


class Data(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str = ""
    """`name:version`"""
    context: str = ""
    size: float | None = None
    offset: float | None = None
    axis: str = ""
    columns: dict[str, str] = {}


def datas_of(source: Source, at: Path, given: Mapping[str, Any], name: str, warnings: list[str]) -> list[Data]:
    """production_data may be one or a list of them."""
    asked = given.get(name)
    if asked is None:
        return []
    if isinstance(asked, list):
        return [data_of(source, (*at, name, place), warnings) for place in range(len(asked))]
    return [data_of(source, (*at, name), warnings)]


def data_of(source: Source, at: Path, warnings: list[str]) -> Data:
    given = checked(source, at, DATA, str(at[-1]) if isinstance(at[-1], str) else str(at[-2]))
    if given.get("pre_processing_component"):
        warnings.append("“pre_processing_component” has no meaning here: tables are read as they are.")
    path = dict(given.get("input_data") or {}).get("path")
    if path and not str(path).startswith("azureml:"):
        raise source.refuse(
            "value_invalid",
            _("“%(path)s” is no dataset of the studio.") % {"path": path},
            at=(*at, "input_data", "path"),
            hint=_("Register it first (mlops data create), then write azureml:NAME:VERSION."),
        )
    window: dict[str, Any] = {}
    if given.get("data_window"):
        window = checked(source, (*at, "data_window"), WINDOW, "data_window")
    columns: dict[str, str] = {}
    if given.get("data_column_names"):
        columns = checked(source, (*at, "data_column_names"), COLUMNS, "data_column_names")
    return Data(
        dataset=str(path or "").removeprefix("azureml:").replace("@latest", ""),
        context=str(given.get("data_context") or ""),
        size=_length(source, at, window, "lookback_window_size") or _length(source, at, given, "data_window_size"),
        offset=_length(source, at, window, "lookback_window_offset"),
        axis=str(given.get("axis") or columns.get("timestamp_column") or ""),
        columns={name: str(value) for name, value in columns.items() if value},
    )


def _length(source: Source, at: Path, given: Mapping[str, Any], name: str) -> float | None:
    if name not in given:
        return None
    found = seconds_of(str(given[name]))
    if found is None:
        place = (*at, name) if name == "data_window_size" else (*at, "data_window", name)
        raise source.refuse(
            "value_invalid",
            _("“%(given)s” is no length of time.") % {"given": given[name]},
            at=place,
            hint=_("Such as P7D."),
        )
    return found


def baseline_of(now: list[Data], then: list[Data]) -> Baseline | None:
    """Their offset counts from the time of the look, ours from the window's start."""
    if not then:
        return None
    named = next((one for one in then if one.dataset), None)
    if named is not None:
        return Baseline(kind="dataset", dataset=named.dataset)
    timed = next((one for one in then if one.size), None)
    if timed is not None and timed.size:
        window = next((one for one in now if one.size), Data())
        before = (window.size or 0.0) + (window.offset or 0.0)
        offset = max(0.0, (timed.offset or 0.0) - before)
        return Baseline(kind="earlier", length_seconds=timed.size, offset_seconds=offset)
    if any(one.context in ("training", "test", "validation") for one in then):
        return Baseline(kind="training")
    return None


def target_of(windows: list[Data], columns: Mapping[str, str]) -> Target | None:
    named = next((one for one in windows if one.dataset), None)
    if named is None:
        return None
    return Target(dataset=named.dataset.partition(":")[0], axis=named.axis or columns.get("timestamp_column", ""))
