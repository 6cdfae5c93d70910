from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"number_of_trees": 20},
    faults=(Fault(code="quantiles_invalid", parameters={"quantiles_to_be_estimated": "0.5; 5"}),),
)
