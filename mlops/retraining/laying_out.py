"""The held-out rows of an attempt as one file: of a dataset, of its run, or of what the endpoint collected."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.trees import fetch_tree, manifest_of
from mlops.collected.reading import fetch_window
from mlops.datasets.models import DatasetVersion
from mlops.datasets.queries import ready_version
from mlops.datasets.sharing import name_used
from mlops.formats.manifest import Manifest
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.formats.retraining import HeldOut
from mlops.formats.transform import TableMeta
from mlops.packaging.tables import fetch_table, table_of
from mlops.registry.reading import describe
from mlops.retraining.asking import Beat, ask
from mlops.retraining.challenger import held_out_of, model_of
from mlops.retraining.champion import endpoint_of
from mlops.retraining.models import Attempt
from mlops.retraining.orders import PREPARED_FILE, Prepared, RowsOrder
from mlops.runs.models import Run

TABLE, SOURCE_FILE, META_FILE, ORIGIN_FILE = "table", "source.parquet", "meta.json", "origin.parquet"


class HeldOutRows(msgspec.Struct, frozen=True, kw_only=True):
    """`told`: what they are, in words. `problem`: why there are none."""

    told: str
    rows: int = 0
    sampled_from: int | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""
    hint: str = ""
    dataset: str = ""
    """`name:number` where they are the rows of one."""


def lay_out(attempt: Attempt, model_tree: str, folder: Path, *, beat: Beat) -> HeldOutRows:
    """Writes `rows.parquet` into the folder."""
    held = attempt.wanted.compare.held_out
    try:
        told, order = _order(attempt, held, model_tree, folder, beat)
    except Refusal as refusal:
        return HeldOutRows(told=held.dataset or held.node or held.kind, problem=refusal.message, hint=refusal.hint)
    found = ask("prepare_rows", order, folder, PREPARED_FILE, Prepared, beat=beat)
    return HeldOutRows(
        told=told,
        rows=found.rows,
        sampled_from=found.sampled_from,
        notes=found.notes,
        problem=found.problem,
        hint=found.hint,
        dataset=told if held.kind == "dataset" else "",
    )


def _order(attempt: Attempt, held: HeldOut, model_tree: str, folder: Path, beat: Beat) -> tuple[str, RowsOrder]:
    order = RowsOrder(out=str(folder), most_rows=held.most_rows, label=held.label or _label(model_tree))
    if held.kind == "dataset":
        version = table_of(attempt.policy.project, held.dataset)
        (folder / TABLE).mkdir()
        fetch_table(version, folder / TABLE / "data.parquet")
        return str(version), msgspec.structs.replace(order, table=str(folder / TABLE))
    if held.kind == "collected":
        return _collected(attempt, held, order, folder, beat)
    return _of_run(attempt, held, order, folder)


def _label(tree: str) -> str:
    manifest = describe(tree).manifest
    return manifest.label if manifest else ""


def _of_run(attempt: Attempt, held: HeldOut, order: RowsOrder, folder: Path) -> tuple[str, RowsOrder]:
    """A table that the pipeline changed is traced back to the rows of its dataset, which both models take."""
    run = attempt.run or (attempt.challenger.run if attempt.challenger else None)
    if run is None:
        hint = _("Compare on a dataset: set held_out.kind to dataset.")
        raise Refusal("run_missing", _("The new model comes from no run whose rows could be held out."), hint=hint)
    output = held_out_of(run, held, model=model_of(run, attempt.wanted.what))
    fetch_tree(output.tree, folder / TABLE)
    told = f"{output.node}.{output.port} of run #{run.number}"
    order = msgspec.structs.replace(order, table=str(folder / TABLE))
    meta = _meta(folder / TABLE, manifest_of(output.tree))
    if meta is None or not (meta.recipe or meta.broken):
        return told, order
    if meta.broken or len(meta.sources) != 1 or not (folder / TABLE / ORIGIN_FILE).is_file():
        why = meta.broken or _("more than one dataset stands behind them.")
        hint = _("Hold rows back before the step that changes them, or compare on a dataset (held_out.kind).")
        raise Refusal(
            "held_out_changed",
            _("The rows at %(told)s cannot be traced back to a dataset: %(why)s") % {"told": told, "why": why},
            hint=hint,
        )
    source = _source(attempt, run, meta.sources[0])
    fetch_table(source, folder / SOURCE_FILE)
    return f"{told}, as rows of {source}", msgspec.structs.replace(order, source=str(folder / SOURCE_FILE))


def _source(attempt: Attempt, run: Run, name: str) -> DatasetVersion:
    """Rows know the plain name of their dataset; the run may have it from another project."""
    head, _colon, number = name.rpartition(":")
    used = msgspec.convert(run.spec, type=PipelineSpec).datasets()
    return ready_version(attempt.policy.project, name_used(head, used), int(number))


def _meta(folder: Path, manifest: Manifest) -> TableMeta | None:
    if not any(file.path == META_FILE for file in manifest.files):
        return None
    return msgspec.json.decode((folder / META_FILE).read_bytes(), type=TableMeta)


def _collected(attempt: Attempt, held: HeldOut, order: RowsOrder, folder: Path, beat: Beat) -> tuple[str, RowsOrder]:
    endpoint = endpoint_of(attempt.policy.project, attempt.wanted)
    if endpoint is None:
        hint = _("Name the endpoint in the policy, or compare on a dataset.")
        raise Refusal("endpoint_missing", _("The policy names no endpoint whose data could be compared on."), hint=hint)

    def going() -> bool:
        beat()
        return True

    place = folder / "collected"
    place.mkdir()
    end = attempt.created_at
    start = end - timedelta(seconds=held.seconds)
    window = fetch_window(endpoint, folder=place, start=start, end=end, is_labelled=True, beat=going)
    if not window.rows:
        hint = _("Switch data collection on, send labels, or compare over a longer time (held_out.seconds).")
        raise Refusal(
            "nothing_labelled", _("“%(name)s” has no labelled rows of that time.") % {"name": endpoint.name}, hint=hint
        )
    told = f"labelled requests of {endpoint.name} in the {held.seconds / 86400:.3g} days before ({window.rows:,} rows)"
    return told, msgspec.structs.replace(order, collected=tuple(map(str, window.files)))
