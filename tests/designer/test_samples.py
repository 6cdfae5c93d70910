"""The sample pipelines are drawn with parts that exist, and bring their data."""

from __future__ import annotations

import pytest

from designer.graph.document import freeze
from designer.samples import SAMPLES, open_sample
from mlops.blocks.catalogue import component
from mlops.datasets.models import Dataset
from mlops.datasets.samples import samples
from mlops.formats.arrangement import CARD_HEIGHT, CARD_WIDTH
from mlops.formats.component import Shape
from mlops.formats.refusal import Refusal
from mlops.formats.table import Column, TableSchema
from mlops.pipelines.check import check

BY_NAME = {one.name: one for one in samples()}


def shape_of(name: str, _number: int | None) -> Shape:
    reading = BY_NAME[name].reading
    if reading.format == "zip":
        return Shape(type="zip")
    if not reading.columns:
        return Shape(type="table")
    columns = tuple(Column(name=one.name, type=one.type) for one in reading.columns)
    return Shape(type="table", table=TableSchema(columns=columns))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
def test_every_node_and_edge_of_a_sample_is_one_of_the_palette(sample):
    drawn = sample.draw()
    for node in drawn.nodes.values():
        known = {parameter.name for parameter in component(node.component, node.version).parameters}
        assert set(node.parameters) <= known, (node.component, set(node.parameters) - known)
    for edge in drawn.edges:
        outputs = {port.name for port in component(drawn.nodes[edge.source].component).outputs}
        inputs = {port.name for port in component(drawn.nodes[edge.target].component).inputs}
        assert edge.source_port in outputs, edge
        assert edge.target_port in inputs, edge


def test_hardly_a_link_of_the_samples_runs_behind_a_card():
    hidden = {sample.key: _hidden(sample.draw()) for sample in SAMPLES}
    assert hidden["automobile-basic"] == []
    assert sum(map(len, hidden.values())) <= 8, hidden


def _hidden(drawn):
    return [
        (edge.source, edge.target, node)
        for edge in drawn.edges
        for node in drawn.nodes
        if node not in (edge.source, edge.target)
        and any(_is_in(x, y, drawn.layout[node]) for x, y in _curve(drawn, edge))
    ]


def _is_in(x, y, card):
    return card.x < x < card.x + CARD_WIDTH and card.y < y < card.y + CARD_HEIGHT


def _curve(drawn, edge):
    """A cubic curve, which leaves and reaches its ports vertically, as the canvas draws it."""
    x, y = _port(drawn, edge.source, edge.source_port, "outputs", CARD_HEIGHT)
    to_x, to_y = _port(drawn, edge.target, edge.target_port, "inputs", 0)
    for step in range(1, 40):
        t = step / 40
        near, far = (1 - t) ** 3 + 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2 + t**3
        middle = (y + to_y) / 2
        up = (1 - t) ** 3 * y + (3 * (1 - t) ** 2 * t + 3 * (1 - t) * t**2) * middle + t**3 * to_y
        yield near * x + far * to_x, up


def _port(drawn, node, port, side, down):
    names = [one.name for one in getattr(component(drawn.nodes[node].component), side)]
    share = (names.index(port) + 1) / (len(names) + 1)
    return drawn.layout[node].x + share * CARD_WIDTH, drawn.layout[node].y + down


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
def test_a_sample_has_no_fault_before_it_runs(sample):
    _shapes, problems = check(freeze(sample.draw()), shape_of)
    assert [one for one in problems if one.severity == "error" and one.code != "extra_missing"] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
def test_the_data_of_a_sample_is_shipped(sample):
    assert sample.datasets() <= set(BY_NAME)


@pytest.mark.django_db
def test_opening_a_sample_brings_its_datasets(contributor, project):
    draft = open_sample(contributor, project, key="automobile-basic")
    assert draft.name == "Regression: Automobile Price (Basic)"
    assert Dataset.objects.filter(project=project, name="Automobile price data", is_sample=True).exists()


@pytest.mark.django_db
def test_an_unknown_sample_is_refused_with_the_nearest(contributor, project):
    with pytest.raises(Refusal) as refused:
        open_sample(contributor, project, key="automobile-basik")
    assert "automobile-basic" in refused.value.hint
