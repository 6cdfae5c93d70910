"""Rows that a run kept from training: known by its graph, for each table there remembers which rows of its dataset it
holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.blobs.trees import manifest_of, open_file
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.sharing import dataset_named, name_used
from mlops.execution.inputs import output_at
from mlops.execution.library import library_of
from mlops.formats.kept import META_FILE, ORIGIN_FILE, ROW
from mlops.formats.pipeline import Edge, PipelineSpec
from mlops.formats.transform import TableMeta
from mlops.registry.models import ModelVersion
from mlops.runs.models import DONE_STEP_STATES, Run, Step

SCORERS = ("score_model",)
"""Looked at before other steps that take a model and rows."""
MOST_STEPS_BACK = 50


class HeldOut(msgspec.Struct, frozen=True, kw_only=True):
    """`rows`: their numbers in the dataset's table, ascending."""

    dataset: DatasetVersion
    rows: tuple[int, ...]


def held_out_of(version: ModelVersion) -> HeldOut | None:
    if version.run is None or not version.node:
        return None
    return held_out(version.run, version.node)


def held_out(run: Run, node: str) -> HeldOut | None:
    """Rows that a step got together with the model that the step `node` made, without those that this one learned from.
    None where no such step is there, or where rows cannot be followed to one dataset of the project."""
    spec = msgspec.convert(run.spec, type=PipelineSpec)
    flows = _Flows(run, spec)
    learned = [table for edge in spec.inputs_of(node) if (table := flows.table(edge)) is not None]
    if not learned:
        return None
    takers = [edge.target for edge in spec.edges if edge.source == node]
    for taker in sorted(dict.fromkeys(takers), key=lambda each: _component(spec, each) not in SCORERS):
        for edge in spec.inputs_of(taker):
            found = flows.table(edge) if edge.source != node else None
            rows = found.rows - set().union(*(one.rows for one in learned)) if found else set()
            if found and rows and (dataset := dataset_of(run, spec, found.sources)) is not None:
                return HeldOut(dataset=dataset, rows=tuple(sorted(rows)))
    return None


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    rows: set[int]
    sources: tuple[str, ...]


class _Flows:
    """What flowed along the run's edges; where a step has not run yet, what flows into it."""

    def __init__(self, run: Run, spec: PipelineSpec) -> None:
        self._spec, self._library = spec, library_of(run)
        self._steps: Mapping[str, Step] = {step.node: step for step in Step.objects.filter(run=run)}

    def table(self, edge: Edge) -> _Known | None:
        for _step in range(MOST_STEPS_BACK):
            source = self._steps.get(edge.source)
            if source is None:
                return None
            if source.state in DONE_STEP_STATES:
                output = output_at(self._spec, self._steps, edge, self._library)
                return _known(output) if output and output["type"] == "table" else None
            before = [one for one in self._spec.inputs_of(edge.source) if self._is_table(one)]
            if len(before) != 1:
                return None
            edge = before[0]
        return None

    def _is_table(self, edge: Edge) -> bool:
        source = self._spec.node(edge.source)
        if source is None:
            return False
        if source.component == "dataset":
            return True
        ports = self._library.component(source.component, source.version).outputs
        return any(port.name == edge.source_port and port.type == "table" for port in ports)


def _known(output: dict[str, str]) -> _Known | None:
    import polars as pl

    tree = output["tree"]
    if not {META_FILE, ORIGIN_FILE} <= {file.path for file in manifest_of(tree).files}:
        return None
    with open_file(tree, META_FILE) as file:
        meta = msgspec.json.decode(file.read(), type=TableMeta)
    with open_file(tree, ORIGIN_FILE) as file:
        rows: Any = pl.read_parquet(file.read())[ROW]
    return _Known(rows=set(rows.drop_nulls().to_list()), sources=meta.sources)


def dataset_of(run: Run, spec: PipelineSpec, sources: tuple[str, ...]) -> DatasetVersion | None:
    """Of the project, or offered to it."""
    if len(sources) != 1:
        return None
    name, _colon, number = sources[0].rpartition(":")
    dataset = dataset_named(run.project, name_used(name, spec.datasets()))
    if dataset is None or not number.isdecimal():
        return None
    known = DatasetVersion.objects.filter(dataset=dataset, state=VersionState.READY)
    return known.filter(number=int(number), tree__isnull=False).select_related("dataset").first()


def _component(spec: PipelineSpec, node: str) -> str:
    found = spec.node(node)
    return found.component if found else ""
