from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"method": "Sample Variance"},
    faults=(Fault(code="column_not_numeric", parameters={"column_set": ["make"]}),),
)
