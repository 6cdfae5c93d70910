from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"column": {"mode": "names", "names": ["power"]}, "data_type": "string"},
    needs_every_column=True,
    faults=(Fault(code="value_not_convertible", parameters={"column": ["sold"], "data_type": "integer"}),),
)
