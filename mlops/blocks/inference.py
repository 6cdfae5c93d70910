"""Answers requests through an inference pipeline: its steps run one after another in this process.

Opens pickled models, so it runs in child processes only."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mlops.blocks.call import Call
from mlops.blocks.catalogue import block, component
from mlops.blocks.parameters import with_defaults
from mlops.blocks.values import Table, Value, new_table, read_value
from mlops.formats.inference import PIPELINE_FILE, VALUES_FOLDER, ServedPipeline
from mlops.formats.model import ModelManifest
from mlops.formats.pipeline import Node
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema


@dataclass(frozen=True, kw_only=True)
class LoadedPipeline:
    """`kept`: node to the value that lies beside the pipeline."""

    manifest: ModelManifest
    pipeline: ServedPipeline
    kept: dict[str, Value]

    def answer(self, request: pl.DataFrame) -> pl.DataFrame:
        """The response to the rows of a request, which have the columns of `manifest.source`.

        Raises what the steps refuse, with the step in `where.node`, and `rows_lost` where rows go missing."""
        values: dict[tuple[str, str], Value] = {}
        with tempfile.TemporaryDirectory(prefix="mlops-request-") as work_dir:
            for node in self.pipeline.nodes:
                for port, value in self._made(node, values, request, Path(work_dir)).items():
                    values[node.id, port] = value
        edge = self._edges_into(self.pipeline.output)[0]
        answered = values[edge.source, edge.source_port]
        assert isinstance(answered, Table)
        if answered.frame.height != request.height:
            message = _("%(height)s rows came in and %(height_2)s went out of the pipeline.") % {
                "height": request.height,
                "height_2": answered.frame.height,
            }
            hint = _("Leave out of the inference pipeline the step that removes or adds rows.")
            raise Refusal("rows_lost", message, hint=hint, status=422)
        return answered.frame

    def _made(
        self, node: Node, values: dict[tuple[str, str], Value], request: pl.DataFrame, work_dir: Path
    ) -> dict[str, Value]:
        if node.id == self.pipeline.input:
            return {"request": new_table(request, schema=_as_described(self.manifest.source, request.height))}
        if node.id == self.pipeline.output:
            return {}
        if node.id in self.kept:
            return {component(node.component).outputs[0].name: self.kept[node.id]}
        inputs = {edge.target_port: values[edge.source, edge.source_port] for edge in self._edges_into(node.id)}
        found = block(node.component, node.version)
        parameters = with_defaults(found.DEFINITION, node.parameters)
        call = Call(parameters=parameters, inputs=inputs, work_dir=work_dir, at_scoring=True)
        try:
            made: dict[str, Value] = found.run(call)
        except Refusal as refusal:
            refusal.where = msgspec.structs.replace(refusal.where, node=node.id)
            raise
        return made

    def _edges_into(self, node: str) -> list[Any]:
        return [edge for edge in self.pipeline.edges if edge.target == node]


def load_pipeline(folder: str | Path, manifest: ModelManifest) -> LoadedPipeline:
    """Refusal `not_a_pipeline` where the folder holds none."""
    path = Path(folder)
    try:
        pipeline = msgspec.json.decode((path / PIPELINE_FILE).read_bytes(), type=ServedPipeline)
    except (OSError, msgspec.MsgspecError) as error:
        hint = _("Deploy the inference pipeline again.")
        raise Refusal(
            "not_a_pipeline",
            _("%(pipeline_file)s cannot be read: %(error)s.") % {"pipeline_file": PIPELINE_FILE, "error": error},
            hint=hint,
            status=422,
        ) from error
    kept = {}
    for node in pipeline.nodes:
        place = path / VALUES_FOLDER / node.id
        if place.is_dir():
            kept[node.id] = read_value(place, component(node.component).outputs[0].type)
    return LoadedPipeline(manifest=manifest, pipeline=pipeline, kept=kept)


def _as_described(schema: TableSchema, rows: int) -> TableSchema:
    return msgspec.structs.replace(schema, row_count=rows)
