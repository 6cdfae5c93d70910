"""Custom signals: a registered component measures the window against the baseline, as a run of its own.

Its first two tables are `production_data` and `reference_data`; it logs metrics, or writes Azure's table
`signal_metrics` (or its only table) with metric_name, metric_value and, if it likes, group and threshold_value."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.trees import keep_folder, manifest_of
from mlops.components.queries import ProjectLibrary
from mlops.datasets.children import ask_child, local_file
from mlops.formats.component import Component
from mlops.formats.looking import LookOrder, Rows
from mlops.formats.monitor import FeatureFound, Measured, SignalFound, SignalSettings
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, Pin, PipelineSpec
from mlops.formats.refusal import Refusal, nearest
from mlops.monitoring import cutting
from mlops.monitoring.ending import Cancelled
from mlops.monitoring.models import Look, MonitorRevision
from mlops.monitoring.preparing import Prepared
from mlops.pipelines.actions import cancel, submit
from mlops.runs.models import Metric, Run, RunState, Step

NODE, METRICS_PORT = "signal", "signal_metrics"
PORTS = ("production_data", "reference_data")
RUN_SECONDS = 3600.0
POLL_SECONDS = 0.5
MOST_ROWS = 500

Beat = Callable[[], None]


def look_by_components(look: Look, prepared: Prepared, folder: Path, *, beat: Beat) -> list[SignalFound]:
    """One for each custom signal; one that fails says why and stops no other."""
    found = []
    for place, (signal, order) in enumerate(prepared.custom):
        try:
            found.append(_measured(look, signal, order, prepared, folder / str(place), beat))
        except Refusal as refusal:
            reason = f"{refusal.message} {refusal.hint}".strip()
            found.append(SignalFound(name=signal.name, kind="custom", state="failed", reason=reason))
    return found


def component_of(look: Look, reference: str) -> Component:
    """Of `name:version`, or the newest. Raises Refusal that names the nearest."""
    name, _colon, version = reference.partition(":")
    library = ProjectLibrary(look.monitor.project)
    if library.find(name, version if version != "latest" else "") is None:
        hint = nearest(name, library.names()) or _("Register it first.")
        raise Refusal("component_unknown", _("There is no component “%(name)s”.") % {"name": reference}, hint=hint)
    return library.component(name, version if version != "latest" else "")


def _measured(
    look: Look, signal: SignalSettings, order: LookOrder, prepared: Prepared, folder: Path, beat: Beat
) -> SignalFound:
    component = component_of(look, signal.component)
    origin = f"monitor:{look.pk}:{signal.name}"[:200]
    run = Run.kept.filter(origin=origin).order_by("-number").first()
    if run is None or (run.is_final and run.state != RunState.COMPLETED):
        spec = _spec(look, signal, component, order, folder, beat)
        title = _("%(monitor)s, look %(number)d: %(signal)s") % {
            "monitor": look.monitor.name,
            "number": look.number,
            "signal": signal.name,
        }
        run = submit(
            _actor(look),
            look.monitor.project,
            spec=spec,
            experiment=_("Monitor %(name)s") % {"name": look.monitor.name},
            display_name=title,
            origin=origin,
        )
        Look.objects.filter(pk=look.pk).update(run_id=run.pk)
    _wait(run, beat)
    values = [*_logged(run), *_written(run)]
    if not values:
        hint = _("Log a metric, or write %(port)s with metric_name and metric_value.") % {"port": METRICS_PORT}
        raise Refusal("metrics_missing", _("Run %(number)d told no metric.") % {"number": run.number}, hint=hint)
    return found_of(signal, values, rows=prepared.rows, baseline_rows=prepared.baseline_rows)


def found_of(
    signal: SignalSettings, values: list[tuple[str, str, float, float | None]], *, rows: int, baseline_rows: int
) -> SignalFound:
    """`values`: (group, metric, value, the component's own threshold). Larger is worse, as Azure's custom signals
    have it."""
    groups: dict[str, list[Measured]] = {}
    for group, metric, value, threshold in values:
        limit = signal.metrics.get(metric, threshold)
        is_alarm = limit is not None and value > limit
        groups.setdefault(group, []).append(Measured(metric=metric, value=value, threshold=limit, is_alarm=is_alarm))
    every = [one for measured in groups.values() for one in measured]
    alarmed = [one for one in every if one.is_alarm]
    limited = [one for one in every if one.threshold is not None] or every
    shown = max(limited, key=lambda one: (one.is_alarm, (one.value or 0.0) - (one.threshold or 0.0)))
    reason = _("No metric is over its limit.")
    if alarmed:
        told = ", ".join(f"{one.metric} {one.value:g} > {one.threshold:g}" for one in alarmed[:3])
        reason = _("Over the limit: %(told)s.") % {"told": told}
    return SignalFound(
        name=signal.name,
        kind="custom",
        state="alarm" if alarmed else "fine",
        reason=reason,
        magnitude=shown.value,
        threshold=shown.threshold,
        baseline_rows=baseline_rows,
        current_rows=rows,
        features=tuple(
            FeatureFound(feature=group, kind="numerical", measured=tuple(measured))
            for group, measured in groups.items()
            if group
        ),
        measured=tuple(groups.get("", ())),
    )


def _spec(
    look: Look, signal: SignalSettings, component: Component, order: LookOrder, folder: Path, beat: Beat
) -> PipelineSpec:
    """Both tables are kept outputs of data nodes, so that no dataset has to be made for them."""
    ports = _ports(signal, component)
    nodes, edges = [], []
    for name, port, rows in zip(PORTS, ports, (order.current, order.baseline), strict=False):
        nodes.append(_data(look, name, rows, folder / name, beat))
        edges.append(Edge(source=name, source_port="dataset", target=NODE, target_port=port))
    title = signal.name[:200]
    nodes.append(
        Node(id=NODE, component=component.name, version=component.version, parameters=dict(signal.inputs), title=title)
    )
    return PipelineSpec(nodes=tuple(sorted(nodes, key=lambda node: node.id)), edges=tuple(edges))


def _ports(signal: SignalSettings, component: Component) -> list[str]:
    tables = [port.name for port in component.inputs if port.type in ("table", "any")]
    if PORTS[0] in tables:
        return [name for name in PORTS if name in tables]
    if tables:
        return tables[:2]
    message = _("The component “%(name)s” takes no table.") % {"name": signal.component}
    hint = _("Give it the inputs production_data and, if it compares, reference_data.")
    raise Refusal("component_unsuited", message, hint=hint)


def _data(look: Look, name: str, rows: Rows, folder: Path, beat: Beat) -> Node:
    table = cutting.renamed(rows.files, folder, columns=rows.columns, beat=beat)
    pin = Pin(
        run="",
        node=name,
        port="dataset",
        tree=keep_folder(table).digest,
        pinned_at=timezone.now().isoformat(),
        pinned_by=look.monitor.name,
    )
    parameters = {"dataset": look.monitor.wanted.target.dataset or name, "version": 1}
    return Node(id=name, component=DATASET_COMPONENT, version="1", parameters=parameters, pins={"dataset": pin})


def _actor(look: Look) -> Any:
    """Who set it up so: the run is that person's."""
    revision = MonitorRevision.objects.filter(monitor=look.monitor_id, number=look.revision).select_related("by")
    found = next((one.by for one in revision if one.by), look.monitor.created_by)
    if found is None:
        message = _("Nobody is left in whose name the component could run.")
        raise Refusal("actor_gone", message, hint=_("Let somebody of the project save the monitor again."))
    return found


def _wait(run: Run, beat: Beat) -> None:
    """Until it has completed. A look that is cancelled cancels its run."""
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        try:
            beat()
        except Cancelled:
            run.refresh_from_db()
            if not run.is_final:
                cancel(run.created_by, run, reason=_("Its look was cancelled."))
            raise
        run.refresh_from_db()
        if run.is_final:
            break
        if time.monotonic() > deadline:
            cancel(run.created_by, run, reason=_("It took too long for its look."))
            raise Refusal("run_too_slow", _("Run %(number)d took longer than an hour.") % {"number": run.number})
        time.sleep(POLL_SECONDS)
    if run.state != RunState.COMPLETED:
        step = Step.objects.filter(run=run, node=NODE).first()
        why = (step.reason if step else "") or run.reason
        message = _("Run %(number)d of the component did not complete: %(why)s") % {"number": run.number, "why": why}
        raise Refusal("run_failed", message, hint=_("Its page has the log."))


def _logged(run: Run) -> list[tuple[str, str, float, float | None]]:
    """The last value of each metric."""
    last: dict[str, float] = {}
    for metric in Metric.objects.filter(run=run).order_by("position", "at"):
        if metric.value is not None:
            last[metric.key] = metric.value
    return [("", name, value, None) for name, value in last.items()]


def _written(run: Run) -> list[tuple[str, str, float, float | None]]:
    step = Step.objects.filter(run=run, node=NODE).first()
    made: dict[str, Any] = step.outputs if step else {}
    tables = (one for one in made.values() if one.get("type") == "table")
    output = made.get(METRICS_PORT) or next(tables, None)
    file = (
        next((one for one in manifest_of(output["tree"]).files if one.path == "data.parquet"), None) if output else None
    )
    if file is None:
        return []
    with local_file(file.digest, name="data.parquet") as path:
        page = ask_child("rows", path=path, offset=0, rows=MOST_ROWS)
    names = [column["name"] if isinstance(column, dict) else column for column in page["columns"]]
    rows = [dict(zip(names, row, strict=True)) if isinstance(row, list) else row for row in page["rows"]]
    return [one for row in rows if (one := _row(row)) is not None]


def _row(row: dict[str, Any]) -> tuple[str, str, float, float | None] | None:
    name, value, limit = row.get("metric_name"), row.get("metric_value"), row.get("threshold_value")
    if name is None or not isinstance(value, int | float):
        return None
    group = str(row.get("group") or "")
    return group, str(name), float(value), float(limit) if isinstance(limit, int | float) else None
