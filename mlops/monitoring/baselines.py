"""The rows that a window is compared with, as Parquet: training data, a dataset version, or an earlier window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
from django.utils.translation import gettext as _

from mlops.collected.reading import fetch_window
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.queries import schema_columns
from mlops.formats.collection import PREDICTION
from mlops.formats.monitor import MonitorSettings
from mlops.formats.refusal import Refusal
from mlops.monitoring import cutting
from mlops.monitoring.models import Look
from mlops.monitoring.names import SCORED_LABEL
from mlops.monitoring.scoring import scored_rows
from mlops.monitoring.sources import Watched, dataset_version, training_of
from mlops.monitoring.targets import version_of_look
from mlops.registry.models import ModelVersion

Beat = Callable[[], None]


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """`identity`: names rows that never change, so that their summary serves later looks; empty for a window."""

    files: tuple[Path, ...]
    rows: int
    columns: tuple[str, ...]
    name: str
    identity: str = ""
    warnings: tuple[str, ...] = ()


def baseline_of(
    look: Look,
    settings: MonitorSettings,
    watched: Watched,
    version: ModelVersion | None,
    folder: Path,
    *,
    score_by: ModelVersion | None,
    beat: Beat,
) -> Baseline:
    """`score_by`: the model whose answers are wanted where the rows have none. Raises Refusal."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = settings.baseline
    if wanted.kind == "dataset":
        table = dataset_version(look.monitor.project, wanted.dataset)
        return _of_table(table, folder, name=str(table), score_by=score_by, beat=beat)
    if wanted.kind == "training":
        if version is None:
            message = _("There is no model whose training data could be the baseline.")
            raise Refusal("training_unknown", message, hint=_("Choose a dataset version or an earlier window."))
        table = training_of(version)
        name = _("training data of %(version)s (%(table)s)") % {"version": version, "table": table}
        return _of_table(table, folder, name=name, score_by=score_by, beat=beat)
    return _earlier(look, settings, watched, folder, beat=beat)


def _of_table(table: DatasetVersion, folder: Path, *, name: str, score_by: ModelVersion | None, beat: Beat) -> Baseline:
    columns = tuple(one.name for one in schema_columns(table))
    path = cutting.whole(table, folder)
    plain = Baseline(
        files=(path,), rows=table.row_count or 0, columns=columns, name=name, identity=f"dataset {table.tree_id}"
    )
    if score_by is None or any(one.startswith((SCORED_LABEL, PREDICTION)) for one in columns):
        return plain
    try:
        files = scored_rows(score_by, path, rows=plain.rows, identity=str(table.tree_id), beat=beat)
    except Refusal as refusal:
        told = _("The baseline has no predictions: %(why)s") % {"why": f"{refusal.message} {refusal.hint}".strip()}
        return msgspec.structs.replace(plain, warnings=(told,))
    if not files:
        return msgspec.structs.replace(plain, warnings=(_("The model scored none of the baseline's rows."),))
    return msgspec.structs.replace(
        plain,
        files=files,
        columns=_columns_in(files[0]),
        identity=f"dataset {table.tree_id} scored by {score_by.tree_id}",
    )


def _columns_in(path: Path) -> tuple[str, ...]:
    """From the file's foot alone."""
    import polars as pl

    return tuple(pl.read_parquet_schema(path))


def _earlier(look: Look, settings: MonitorSettings, watched: Watched, folder: Path, *, beat: Beat) -> Baseline:
    kind, _colon, rest = look.window.partition(":")
    if kind in ("version", "rows", "batch"):
        return _before(look, settings, kind, rest, folder, beat=beat)
    assert look.start is not None
    end = look.start - timedelta(seconds=settings.baseline.offset_seconds)
    start = end - timedelta(seconds=settings.baseline.length_seconds)
    name = _("%(start)s to %(end)s") % {"start": f"{start:%Y-%m-%d %H:%M}", "end": f"{end:%Y-%m-%d %H:%M}"}
    if watched.endpoint is not None:
        names = (settings.target.deployment,) if settings.target.deployment else ()
        found = fetch_window(watched.endpoint, folder=folder, deployments=names, start=start, end=end)
        return Baseline(files=found.files, rows=found.rows, columns=tuple(found.columns), name=name)
    table = version_of_look(look, settings)
    axis = settings.target.axis
    cut = cutting.by_time(table, folder, name="baseline", axis=axis, start=start, end=end, beat=beat)
    columns = tuple(one.name for one in schema_columns(table))
    return Baseline(files=(cut.path,), rows=cut.rows, columns=columns, name=f"{table}: {name}")


def _before(look: Look, settings: MonitorSettings, kind: str, rest: str, folder: Path, *, beat: Beat) -> Baseline:
    """Of windows that have no length in time: the one before."""
    table = version_of_look(look, settings)
    columns = tuple(one.name for one in schema_columns(table))
    if kind == "batch":
        axis = settings.target.axis
        values = cutting.values_in(table, folder, axis=axis, beat=beat)
        before = [one for one in values if one < float(rest)]
        if not before:
            return Baseline(files=(), rows=0, columns=columns, name=_("the batch before"))
        cut = cutting.by_value(table, folder, name="baseline", axis=axis, value=before[-1], beat=beat)
        name = _("batch %(value)g of %(table)s") % {"value": before[-1], "table": table}
        return Baseline(files=(cut.path,), rows=cut.rows, columns=columns, name=name)
    if kind == "rows":
        first, _dash, _last = rest.partition(":")[2].partition("-")
        start = max(0, int(first) - (settings.target.rows_per_window or 1))
        cut = cutting.by_place(table, folder, name="baseline", first=start, last=int(first), beat=beat)
        name = _("the rows before, of %(table)s") % {"table": table}
        return Baseline(files=(cut.path,), rows=cut.rows, columns=columns, name=name)
    known = DatasetVersion.objects.filter(dataset=table.dataset_id, number__lt=table.number, state=VersionState.READY)
    earlier = known.order_by("-number").select_related("dataset").first()
    if earlier is None:
        return Baseline(files=(), rows=0, columns=columns, name=_("the version before"))
    return Baseline(
        files=(cutting.whole(earlier, folder),),
        rows=earlier.row_count or 0,
        columns=tuple(one.name for one in schema_columns(earlier)),
        name=str(earlier),
        identity=f"dataset {earlier.tree_id}",
    )
