"""Two runs side by side: what was done differently, and what came out."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.pipeline import DATASET_COMPONENT, PipelineSpec
from mlops.runs.models import Metric, Run


class MetricRow(msgspec.Struct, frozen=True, kw_only=True):
    node: str
    key: str
    a: float | None
    b: float | None
    difference: float | None
    """b - a, where both are there."""


class ParameterRow(msgspec.Struct, frozen=True, kw_only=True):
    node: str
    name: str
    a: Any
    b: Any


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Node ids; `parameters` holds only those that differ."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    parameters: tuple[ParameterRow, ...]
    edges_differ: bool
    metrics: tuple[MetricRow, ...]
    datasets_a: tuple[str, ...]
    datasets_b: tuple[str, ...]


def compare(a: Run, b: Run) -> Comparison:
    spec_a, spec_b = (msgspec.convert(run.spec, type=PipelineSpec) for run in (a, b))
    ids_a, ids_b = ({node.id for node in spec.nodes} for spec in (spec_a, spec_b))
    return Comparison(
        added=tuple(sorted(ids_b - ids_a)),
        removed=tuple(sorted(ids_a - ids_b)),
        parameters=_parameters(spec_a, spec_b),
        edges_differ=set(spec_a.edges) != set(spec_b.edges),
        metrics=metrics_of(a, b),
        datasets_a=_datasets(spec_a),
        datasets_b=_datasets(spec_b),
    )


def _parameters(spec_a: PipelineSpec, spec_b: PipelineSpec) -> tuple[ParameterRow, ...]:
    rows = []
    for node in spec_a.nodes:
        other = spec_b.node(node.id)
        if other is None:
            continue
        if node.component != other.component:
            rows.append(ParameterRow(node=node.id, name="component", a=node.component, b=other.component))
            continue
        if node.version != other.version:
            rows.append(ParameterRow(node=node.id, name="component version", a=node.version, b=other.version))
        for name in sorted(node.parameters.keys() | other.parameters.keys()):
            a, b = node.parameters.get(name), other.parameters.get(name)
            if a != b:
                rows.append(ParameterRow(node=node.id, name=name, a=a, b=b))
    return tuple(rows)


def metrics_of(a: Run, b: Run) -> tuple[MetricRow, ...]:
    """Every metric of either run, with the difference where both have it."""
    values_a, values_b = (
        {(m.node, m.key): m.value for m in Metric.objects.filter(run=run).order_by("pk")} for run in (a, b)
    )
    return tuple(
        _metric(node, key, values_a.get((node, key)), values_b.get((node, key)))
        for node, key in sorted(values_a.keys() | values_b.keys())
    )


def _metric(node: str, key: str, a: float | None, b: float | None) -> MetricRow:
    difference = b - a if a is not None and b is not None else None
    return MetricRow(node=node, key=key, a=a, b=b, difference=difference)


def _datasets(spec: PipelineSpec) -> tuple[str, ...]:
    return tuple(
        f"{node.parameters['dataset']}:{node.parameters['version']}"
        for node in spec.nodes
        if node.component == DATASET_COMPONENT
    )
