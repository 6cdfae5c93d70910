"""A monitor as Azure ML's CLI v2 writes it (monitorSchedule): every fault with its line, and what has no meaning here.

Read from https://azuremlschemas.azureedge.net/latest/monitorSchedule.schema.json. What only we have stands beside it
under names of its own: `dataset`, `axis`, `label`, `least_rows`, …"""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.monitor_fields import checked
from mlops.formats.azureml.monitor_signals import DEFAULT_SIGNALS, ReadSignals, read_signals
from mlops.formats.azureml.schedule import read_trigger
from mlops.formats.monitor import Baseline, MonitorSettings, Target
from mlops.formats.schedule import Cron, Recurrence
from mlops.formats.spoken import gettext as _

KNOWN = {"$schema", "name", "description", "trigger", "create_monitor", "is_enabled", "tags"}
WITHOUT_MEANING = {"display_name", "properties", "version"}
OURS = {
    "dataset", "axis", "rows_per_window", "baseline", "label", "prediction", "least_rows", "most_rows",
    "window_seconds", "delay_seconds",
}  # fmt: skip
"""Of create_monitor."""
MONITOR = {"compute", "monitoring_target", "monitoring_signals", "alert_notification", "properties", *OURS}
TARGET = {"ml_task", "endpoint_deployment_id", "model_id"}
TASKS = {"classification": "tabular_classification", "regression": "tabular_regression"}
NOTIFICATION = {"emails"}


class ReadMonitor(msgspec.Struct, frozen=True, kw_only=True):
    """`needs_baseline`: the file names none, so that training data is taken where it is known."""

    name: str
    settings: MonitorSettings
    description: str = ""
    is_enabled: bool = True
    needs_baseline: bool = False
    model: str = ""
    """`name:version` of model_id, which is only told."""
    warnings: tuple[str, ...] = ()


def is_monitor(source: Source) -> bool:
    return isinstance(source.value, dict) and "create_monitor" in source.value


def read_monitor(source: Source) -> ReadMonitor:
    """Raises Refusal `field_unknown`, `field_missing`, `value_invalid` with file and line."""
    given = fields(source)
    warnings: list[str] = []
    for name in given:
        if name in WITHOUT_MEANING:
            warnings.append(f"“{name}” has no meaning here and is left out.")
        elif name not in KNOWN:
            raise source.unknown(name, KNOWN, at=(), kind=_("a monitor schedule"))
    for name in ("name", "trigger", "create_monitor"):
        if not given.get(name):
            raise source.refuse("field_missing", _("A monitor schedule needs “%(name)s”.") % {"name": name})
    at: Path = ("create_monitor",)
    monitor = checked(source, at, MONITOR, "create_monitor")
    target, model, task = _target(source, monitor, warnings)
    found = _signals(source, monitor, task, target)
    warnings += found.warnings
    settings = MonitorSettings(
        target=found.target or target,
        baseline=_baseline(source, monitor) or found.baseline or Baseline(kind="earlier"),
        signals=found.signals,
        window_seconds=float(monitor.get("window_seconds", found.window_seconds)),
        delay_seconds=float(monitor.get("delay_seconds", found.delay_seconds)),
        label=str(monitor.get("label") or found.label),
        prediction=str(monitor.get("prediction") or found.prediction),
        least_rows=_whole(source, monitor, "least_rows", 50),
        most_rows=_whole(source, monitor, "most_rows", None),
        emails=_emails(source, monitor, warnings),
        tags={str(name): str(value) for name, value in dict(given.get("tags") or {}).items()},
        **_timing(_times(source)),
    )
    return ReadMonitor(
        name=str(given["name"]),
        description=str(given.get("description") or ""),
        is_enabled=given.get("is_enabled") is not False,
        settings=settings,
        needs_baseline="baseline" not in monitor and found.baseline is None,
        model=model,
        warnings=tuple(warnings),
    )


def _target(source: Source, monitor: dict[str, Any], warnings: list[str]) -> tuple[Target, str, str]:
    """With the model's reference and the task, in the words of metric_thresholds."""
    if monitor.get("compute"):
        warnings.append("“compute” has no meaning here: the studio's own workers look.")
    endpoint = deployment = model = task = ""
    if monitor.get("monitoring_target"):
        at = ("create_monitor", "monitoring_target")
        given = checked(source, at, TARGET, "monitoring_target")
        asked = str(given.get("ml_task") or "")
        if asked and asked.lower() not in TASKS:
            hint = _("One of: %(names)s.") % {"names": ", ".join(TASKS)}
            raise source.refuse(
                "value_invalid", _("“%(asked)s” is no task.") % {"asked": asked}, at=(*at, "ml_task"), hint=hint
            )
        task = TASKS.get(asked.lower(), "")
        model = str(given.get("model_id") or "").removeprefix("azureml:")
        reference = str(given.get("endpoint_deployment_id") or "")
        if reference:
            endpoint, _colon, deployment = reference.removeprefix("azureml:").partition(":")
            if not reference.startswith("azureml:") or not endpoint:
                raise source.refuse(
                    "value_invalid",
                    _("“%(reference)s” names no deployment.") % {"reference": reference},
                    at=(*at, "endpoint_deployment_id"),
                    hint=_("Write azureml:ENDPOINT:DEPLOYMENT."),
                )
    if endpoint:
        return Target(endpoint=endpoint, deployment=deployment), model, task
    dataset = str(monitor.get("dataset") or "").removeprefix("azureml:").partition(":")[0]
    rows = _whole(source, monitor, "rows_per_window", None)
    axis = str(monitor.get("axis") or "")
    return Target(dataset=dataset, axis=axis, rows_per_window=rows), model, task


def _signals(source: Source, monitor: dict[str, Any], task: str, target: Target) -> ReadSignals:
    found = ReadSignals(signals=DEFAULT_SIGNALS)
    if monitor.get("monitoring_signals"):
        found = read_signals(source, task, target, has_baseline="baseline" in monitor)
    if not (found.target or target).endpoint and not (found.target or target).dataset:
        raise source.refuse(
            "field_missing",
            _("The monitor says nowhere what to watch."),
            at=("create_monitor",),
            hint=_("Name monitoring_target.endpoint_deployment_id, or production_data with a dataset."),
        )
    return found


def _baseline(source: Source, monitor: dict[str, Any]) -> Baseline | None:
    if "baseline" not in monitor:
        return None
    try:
        return msgspec.convert(monitor["baseline"], Baseline)
    except msgspec.ValidationError as error:
        at = ("create_monitor", "baseline")
        raise source.refuse(
            "value_invalid", _("This baseline cannot be read. %(error)s") % {"error": error}, at=at
        ) from error


def _emails(source: Source, monitor: dict[str, Any], warnings: list[str]) -> tuple[str, ...]:
    given = monitor.get("alert_notification")
    if given is None:
        return ()
    if isinstance(given, str):
        warnings.append(f"“alert_notification: {given}” has no meaning here: make an alert rule or a channel instead.")
        return ()
    found = checked(source, ("create_monitor", "alert_notification"), NOTIFICATION, "alert_notification")
    return tuple(str(one) for one in found.get("emails") or ())


def _times(source: Source) -> Cron | Recurrence:
    trigger = read_trigger(source, fields(source, ("trigger",)))
    if isinstance(trigger, Cron | Recurrence):
        return trigger
    hint = _("Use cron or recurrence; a dataset without times is looked at whenever a version comes.")
    raise source.refuse("value_invalid", _("A monitor looks at times."), at=("trigger", "type"), hint=hint)


def _timing(times: Cron | Recurrence) -> dict[str, Any]:
    """A plain recurrence is a frequency with its interval."""
    if isinstance(times, Cron):
        return {"times": times}
    usual = (1,) if times.frequency == "month" else ()
    plain = Recurrence(frequency=times.frequency, interval=times.interval, month_days=usual)
    if times in (plain, msgspec.structs.replace(plain, month_days=())):
        return {"frequency": times.frequency, "interval": times.interval}
    return {"times": times}


def _whole(source: Source, monitor: dict[str, Any], name: str, usual: Any) -> Any:
    value = monitor.get(name, usual)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise source.refuse(
            "value_invalid", _("“%(name)s” must be a whole number.") % {"name": name}, at=("create_monitor", name)
        )
    return value
