"""The sample pipelines are drawn with parts that exist."""

from __future__ import annotations

import pytest

from designer.samples import SAMPLES
from mlops.blocks.catalogue import component


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample.name))
def test_every_node_and_edge_of_a_sample_is_one_of_the_palette(sample):
    drawn = sample.draw()
    for node in drawn.nodes.values():
        known = {parameter.name for parameter in component(node.component, node.version).parameters}
        assert set(node.parameters) <= known
    for edge in drawn.edges:
        outputs = {port.name for port in component(drawn.nodes[edge.source].component).outputs}
        inputs = {port.name for port in component(drawn.nodes[edge.target].component).inputs}
        assert (edge.source_port in outputs, edge.target_port in inputs) == (True, True)
