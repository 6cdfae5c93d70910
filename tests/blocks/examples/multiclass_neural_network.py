from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"number_of_hidden_nodes": "20", "number_of_learning_iterations": 30},
    faults=(Fault(code="hidden_nodes_invalid", parameters={"number_of_hidden_nodes": "8, many"}),),
)
