"""The files of an inference pipeline as a model: composed of trees that are in the store already, nothing is copied."""

from __future__ import annotations

import io
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.models import Tree
from mlops.blobs.trees import keep_manifest, keep_stream, manifest_of, open_file
from mlops.blocks.catalogue import component
from mlops.formats.inference import (
    PIPELINE_FILE,
    SAVED_COMPONENTS,
    SAVED_MODEL,
    SERVICE_INPUT,
    SERVICE_OUTPUT,
    VALUES_FOLDER,
    ServedPipeline,
)
from mlops.formats.manifest import File, Manifest
from mlops.formats.model import MANIFEST_FILE, Field, ModelManifest, Signature
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal, Where
from mlops.formats.table import Column, TableSchema
from mlops.formats.transform import TableMeta
from mlops.pipelines.order import in_order
from mlops.runs.models import Run, Step

EXAMPLE_FILE, REFERENCE_FILE, META_FILE, DATA_FILE = (
    "input_example.json",
    "reference.parquet",
    "meta.json",
    "data.parquet",
)


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    manifest: ModelManifest
    files: Manifest

    def keep(self) -> Tree:
        return keep_manifest(self.files)


def compose(run: Run) -> Composed:
    """Raises Refusal where the run's graph cannot answer requests, naming the step."""
    spec = msgspec.convert(run.spec, type=PipelineSpec)
    steps = {step.node: step for step in Step.objects.filter(run=run)}
    pipeline = served(spec)
    request = _meta(_tree(steps, pipeline.input, "request"))
    response = _meta(_tree(steps, pipeline.output, "response"))
    model = _model(pipeline, steps)
    manifest = _manifest(model, request, response)
    kept = [_json(MANIFEST_FILE, manifest), _json(PIPELINE_FILE, pipeline)]
    example = {"columns": request.schema.names, "data": [[field.example for field in manifest.signature.inputs]]}
    kept.append(_json(EXAMPLE_FILE, example))
    for node in pipeline.nodes:
        if node.component in (DATASET_COMPONENT, *SAVED_COMPONENTS):
            (output,) = steps[node.id].outputs.values()
            kept += _below(f"{VALUES_FOLDER}/{node.id}", output["tree"])
    kept += [_renamed(REFERENCE_FILE, _tree(steps, pipeline.input, "request"), DATA_FILE)]
    files = Manifest(files=tuple(sorted(kept, key=lambda file: file.path)))
    return Composed(manifest=manifest, files=files)


def served(spec: PipelineSpec) -> ServedPipeline:
    """The part of the graph between request and response. Raises Refusal where there is not exactly one of each."""
    enter, leave = (_only(spec, kind) for kind in (SERVICE_INPUT, SERVICE_OUTPUT))
    needed, open_ = {enter.id, leave.id}, [leave.id]
    while open_:
        for edge in spec.inputs_of(open_.pop()):
            if edge.source not in needed:
                needed.add(edge.source)
                open_.append(edge.source)
    edges = tuple(edge for edge in spec.edges if edge.target in needed and edge.target != enter.id)
    nodes = tuple(node for node in in_order(spec) if node.id in needed)
    if not _leads(edges, enter.id, leave.id):
        raise Refusal(
            "request_not_answered",
            _("Nothing of the request reaches Web Service Output."),
            hint=_("Connect Web Service Input to the first step that treats the rows."),
            status=422,
            where=Where(node=enter.id),
        )
    for node in nodes:
        _require_servable(node)
    return ServedPipeline(nodes=nodes, edges=edges, input=enter.id, output=leave.id)


def _only(spec: PipelineSpec, kind: str) -> Node:
    found = [node for node in spec.nodes if node.component == kind]
    if len(found) == 1:
        return found[0]
    raise Refusal(
        "service_port_count",
        _("A deployed pipeline has exactly one %(kind)s; this one has %(count)d.")
        % {"kind": component(kind).title, "count": len(found)},
        hint=_("Create inference pipeline places both; they are in the palette too."),
        status=422,
        where=Where(node=found[1].id if found else None),
    )


def _require_servable(node: Node) -> None:
    try:
        definition = component(node.component, node.version)
    except Refusal as refusal:
        raise Refusal(
            "step_not_servable",
            _("“%(step)s” is a component of your own, which cannot answer single requests.")
            % {"step": node.title or node.id},
            hint=_("Use an Execute Python Script, or the batch inference pipeline."),
            status=422,
            where=Where(node=node.id),
        ) from refusal
    if definition.task or any(port.type == "untrained_model" for port in definition.inputs):
        raise Refusal(
            "step_trains",
            _("“%(step)s” trains, which must not happen for each request.") % {"step": node.title or definition.title},
            hint=_("Put the saved model of a run there."),
            status=422,
            where=Where(node=node.id),
        )


def _leads(edges: tuple[Edge, ...], start: str, end: str) -> bool:
    reached, open_ = {start}, [start]
    while open_:
        here = open_.pop()
        for edge in edges:
            if edge.source == here and edge.target not in reached:
                reached.add(edge.target)
                open_.append(edge.target)
    return end in reached


def _model(pipeline: ServedPipeline, steps: dict[str, Step]) -> ModelManifest:
    """Of the model that answers: the last, where there are several."""
    saved = [node for node in pipeline.nodes if node.component == SAVED_MODEL]
    if not saved:
        raise Refusal(
            "pipeline_without_model",
            _("There is no trained model between the request and the response."),
            hint=_("Connect a saved model to Score Model."),
            status=422,
        )
    tree = _tree(steps, saved[-1].id, "model")
    with open_file(tree, MANIFEST_FILE) as source:
        return msgspec.json.decode(source.read(), type=ModelManifest)


def _manifest(model: ModelManifest, request: TableMeta, response: TableMeta) -> ModelManifest:
    inputs = tuple(_input(column, model.signature) for column in request.schema.columns)
    outputs = tuple(_output(column, model) for column in response.schema.columns)
    return msgspec.structs.replace(
        model,
        source=TableSchema(columns=request.schema.columns),
        recipe=(),
        features=(),
        signature=Signature(inputs=inputs, outputs=outputs),
        estimator="",
        pipeline=PIPELINE_FILE,
        broken="",
    )


def _input(column: Column, known: Signature) -> Field:
    """As the model describes it; a column that only other steps read may be missing as far as is known."""
    field = known.input(column.name)
    if field is not None and field.type == column.type:
        return field
    return Field(name=column.name, type=column.type)


def _output(column: Column, model: ModelManifest) -> Field:
    known = next((field for field in model.signature.outputs if field.name == column.name), None)
    return known if known is not None and known.type == column.type else Field(name=column.name, type=column.type)


def _tree(steps: dict[str, Step], node: str, port: str) -> str:
    return str(steps[node].outputs[port]["tree"])


def _meta(tree: str) -> TableMeta:
    with open_file(tree, META_FILE) as source:
        return msgspec.json.decode(source.read(), type=TableMeta)


def _below(folder: str, tree: str) -> list[File]:
    return [msgspec.structs.replace(file, path=f"{folder}/{file.path}") for file in manifest_of(tree).files]


def _renamed(path: str, tree: str, original: str) -> File:
    found = next(file for file in manifest_of(tree).files if file.path == original)
    return msgspec.structs.replace(found, path=path)


def _json(path: str, value: Any) -> File:
    blob = keep_stream(io.BytesIO(msgspec.json.encode(value)))
    return File(path=path, digest=blob.digest, size_bytes=blob.size_bytes)
