"""What steps ask of workers: the step itself, then the card that it is in, then the pipeline for all its steps."""

from __future__ import annotations

from mlops.blocks.library import BUILT_IN, Library
from mlops.execution.demands import demand_of
from mlops.formats.component import Component
from mlops.formats.definition import Command, Definition, Graph, Resources
from mlops.formats.demand import Demand
from mlops.formats.document import Document, DrawnNode
from mlops.pipelines.drawn import freeze
from mlops.pipelines.expand import expand

INNER = Document(
    nodes={
        "silent": DrawnNode(component="clean_missing_data", version="1"),
        "loud": DrawnNode(component="clean_missing_data", version="1", demand=Demand(gpus=2)),
    },
    defaults={"demand": Demand(cpus=3)},
)
CARD = Definition(
    component=Component(name="card", version="1", title="Card", group="My", help=""),
    how=Graph(document=INNER, spec=freeze(INNER)),
)


def test_a_data_node_asks_for_nothing():
    drawn = Document(
        nodes={"data": DrawnNode(component="dataset", version="1")}, defaults={"demand": Demand(cpus=1)}
    )  # fmt: skip
    assert demand_of(freeze(drawn).nodes[0], None).is_any


def test_the_steps_of_a_card_ask_for_what_the_card_asks_for():
    outer = Document(
        nodes={"a": DrawnNode(component="card", version="1", demand=Demand(gpus=1))},
        defaults={"demand": Demand(cpus=9, memory_bytes=5)},
    )
    spec = expand(freeze(outer), Library({"card@1": CARD}))
    found = {node.id: demand_of(node, None) for node in spec.nodes}
    assert found["a.silent"] == Demand(gpus=1, cpus=3, memory_bytes=5)
    assert found["a.loud"] == Demand(gpus=2, cpus=3, memory_bytes=5)


def test_a_component_counts_more_than_the_pipeline_and_less_than_the_step():
    component = BUILT_IN.component("clean_missing_data", "1")
    definition = Definition(component=component, how=Command(command="x", resources=Resources(cpus=2, gpus=1)))
    drawn = Document(
        nodes={"a": DrawnNode(component="clean_missing_data", version="1", demand=Demand(gpus=4))},
        defaults={"demand": Demand(cpus=9, labels={"zone": "a"})},
    )
    assert demand_of(freeze(drawn).nodes[0], definition) == Demand(gpus=4, cpus=2, labels={"zone": "a"})
