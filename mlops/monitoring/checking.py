"""What a monitor's settings have to hold against the project as it is now; each refusal names what could be meant."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.formats.monitor import MonitorSettings, SignalSettings
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.monitoring.columns import Columns, columns_of
from mlops.monitoring.metrics import BELOW_ZERO, KINDS_WITH_LABELS, known_metrics
from mlops.monitoring.sources import dataset_version, target_of, training_of, version_behind
from mlops.monitoring.windows import next_end

LONGEST_SECONDS = 36_525 * 86_400.0
"""A hundred years: what is longer is surely a slip, and no date lies before it."""
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read_settings(given: object) -> MonitorSettings:
    """Of JSON. Raises Refusal `monitor_invalid`, which names the field."""
    if isinstance(given, MonitorSettings):
        return given
    try:
        return msgspec.convert(given, MonitorSettings)
    except msgspec.ValidationError as error:
        unknown = re.search(r"unknown field `(\w+)`", str(error))
        known = {*MonitorSettings.__struct_fields__, *SignalSettings.__struct_fields__}
        hint = nearest(unknown[1], known) if unknown else ""
        raise Refusal(
            "monitor_invalid",
            _("These settings cannot be read. %(why)s") % {"why": error},
            hint=hint or _("The fields are described in the API's documentation."),
        ) from error


def check(project: Project, settings: MonitorSettings) -> None:
    """Raises Refusal for the first fault."""
    check_target(project, settings)
    check_baseline(project, settings)
    check_signals(project, settings)
    _check_times(settings)
    for address in settings.emails:
        if not MAIL.fullmatch(address):
            message = _("“%(text)s” is no e-mail address.") % {"text": address}
            raise _bad("email_invalid", message, _("Such as anna@example.com."), "emails")


def check_signals(project: Project, settings: MonitorSettings) -> None:
    """Those of a target that is there, whenever it is looked at. Raises Refusal."""
    columns = check_target(project, settings)
    if not settings.signals:
        raise _bad("signals_missing", _("The monitor has no signal."), _("Choose at least one."), "signals")
    seen: set[str] = set()
    for signal in settings.signals:
        if not signal.name.strip() or signal.name in seen:
            message = _("Two signals have the name “%(name)s”.") % {"name": signal.name}
            raise _bad("signal_name", message, _("Give each a name of its own."), "signals")
        seen.add(signal.name)
        _check_signal(settings, signal, columns)


def check_target(project: Project, settings: MonitorSettings) -> Columns:
    """What is watched is there, with the column that orders its rows. Raises Refusal."""
    target_of(project, settings.target)
    columns = columns_of(project, settings)
    _check_axis(settings, columns)
    return columns


def _check_axis(settings: MonitorSettings, columns: Columns) -> None:
    target = settings.target
    if target.endpoint or target.axis in ("", "@arrival"):
        return
    if target.axis == "@rows":
        if not target.rows_per_window or target.rows_per_window < 1:
            hint = _("Say how many rows one window has, such as 1000.")
            raise _bad("rows_missing", _("Windows in row order need a number of rows."), hint, "rows_per_window")
        return
    if target.axis not in columns.types:
        message = _("The dataset has no column “%(name)s” to order rows by.") % {"name": target.axis}
        raise _bad("axis_unknown", message, nearest(target.axis, columns.types) or _could_serve(columns), "axis")
    if columns.types[target.axis] not in ("date", "integer", "decimal"):
        message = _("The column “%(name)s” (%(type)s) has neither times nor numbers.") % {
            "name": target.axis,
            "type": columns.types[target.axis],
        }
        raise _bad("axis_unsuited", message, _could_serve(columns), "axis")


def _could_serve(columns: Columns) -> str:
    """The columns that could be the axis, and what does without one."""
    fit = [f"“{name}”" for name, kind in columns.types.items() if kind == "date"]
    fit += [f"“{name}”" for name, kind in columns.types.items() if kind == "integer"]
    without = _("Without one, choose the arrival of versions (@arrival) or the order of rows (@rows).")
    if not fit:
        return _("None of its columns has times or whole numbers.") + " " + without
    return _("These could serve: %(names)s.") % {"names": ", ".join(fit[:10])} + " " + without


def check_baseline(project: Project, settings: MonitorSettings) -> None:
    baseline = settings.baseline
    if baseline.kind == "dataset":
        if not baseline.dataset:
            raise _bad("baseline_missing", _("Name the dataset to compare with."), _("As name:version."), "baseline")
        dataset_version(project, baseline.dataset)
    elif baseline.kind == "earlier" and not baseline.length_seconds > 0:
        message = _("An earlier window needs a length.")
        raise _bad("baseline_length", message, _("Such as seven days (604800 seconds)."), "baseline")
    elif baseline.kind == "training" and settings.target.endpoint:
        version = version_behind(target_of(project, settings.target))
        if version is not None:
            training_of(version)
    elif baseline.kind == "training":
        raise _bad(
            "baseline_unsuited",
            _("A dataset has no training data to compare with."),
            _("Choose a dataset version or an earlier window."),
            "baseline",
        )
    for name in ("length_seconds", "offset_seconds"):
        if not getattr(baseline, name) <= LONGEST_SECONDS:
            message = _("The earlier window reaches back more than a hundred years.")
            raise _bad("baseline_length", message, _("Give a length and an offset in days, such as 7."), "baseline")
    if baseline.offset_seconds < 0:
        message = _("The earlier window would lie in the future.")
        raise _bad("baseline_offset", message, _("Give an offset of 0 or more seconds."), "baseline")


def _check_times(settings: MonitorSettings) -> None:
    if settings.interval < 1:
        raise _bad("interval_invalid", _("The interval is less than 1."), _("Give 1 or more."), "interval")
    for name in ("window_seconds", "delay_seconds"):
        value = getattr(settings, name)
        if not 0 <= value <= LONGEST_SECONDS:
            message = _("%(name)s: %(value)s is no length of time.") % {"name": name, "value": value}
            raise _bad("seconds_invalid", message, _("Give 0 or more seconds, at most a hundred years."), name)
    if settings.least_rows < 1 or (settings.most_rows is not None and settings.most_rows < settings.least_rows):
        message = _("The least number of rows must be 1 or more, and the most not less than the least.")
        raise _bad("rows_invalid", message, "", "least_rows")
    next_end(settings, after=timezone.now())


def _check_signal(settings: MonitorSettings, signal: SignalSettings, columns: Columns) -> None:
    for group in ("numerical", "categorical", "metrics"):
        known = known_metrics(signal.kind, group)
        for metric, threshold in getattr(signal, group).items():
            if known is not None and metric not in known:
                message = _("“%(name)s”: there is no metric “%(metric)s” for this signal.") % {
                    "name": signal.name,
                    "metric": metric,
                }
                listed = ", ".join(known) or _("none")
                hint = nearest(metric, known) or _("There are: %(names)s.") % {"names": listed}
                raise _bad("metric_unknown", message, hint, group)
            if not math.isfinite(threshold):
                message = _("“%(name)s”: the threshold of %(metric)s is no number.") % {
                    "name": signal.name,
                    "metric": metric,
                }
                raise _bad("threshold_invalid", message, _("Such as 0.1."), group)
            if threshold < 0 and signal.kind != "custom" and metric not in BELOW_ZERO:
                message = _("“%(name)s”: the threshold of %(metric)s is below 0, which it never is itself.") % {
                    "name": signal.name,
                    "metric": metric,
                }
                raise _bad("threshold_invalid", message, _("Give 0 or more, such as 0.1."), group)
    _known_columns(signal, signal.features, columns.types, "features")
    _known_columns(signal, signal.segments, columns.types, "segments")
    if not 0 < signal.false_alarm_rate < 1:
        message = _("“%(name)s”: the rate of false alarms must lie between 0 and 1.") % {"name": signal.name}
        raise _bad("rate_invalid", message, _("Such as 0.05."), "false_alarm_rate")
    if signal.top_features is not None and signal.top_features < 1:
        message = _("“%(name)s”: there must be at least one top feature.") % {"name": signal.name}
        raise _bad("top_features_invalid", message, "", "top_features")
    if signal.kind == "custom" and not signal.component:
        message = _("“%(name)s” is a custom signal without a component.") % {"name": signal.name}
        raise _bad("component_missing", message, _("Name a registered one as name:version."), "component")
    if signal.kind in KINDS_WITH_LABELS and settings.target.dataset and not settings.label:
        message = _("“%(name)s” needs the column with the truth.") % {"name": signal.name}
        raise _bad("label_missing", message, _("Name it as the label."), "label")


def _known_columns(signal: SignalSettings, given: Iterable[str], known: Iterable[str], field: str) -> None:
    names = tuple(known)
    for name in given:
        if names and name not in names:
            message = _("“%(signal)s”: there is no column “%(name)s”.") % {"signal": signal.name, "name": name}
            hint = nearest(name, names) or _("There are: %(names)s.") % {"names": ", ".join(names[:20])}
            raise _bad("column_unknown", message, hint, field, column=name)


def _bad(code: str, message: str, hint: str, field: str, *, column: str | None = None) -> Refusal:
    return Refusal(code, message, hint=hint, status=422, where=Where(parameter=field, column=column))
