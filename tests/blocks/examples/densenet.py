from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    inputs=lambda workshop, data: {},
    takes_odd_tables=False,
    faults=(Fault(code="weights_missing", parameters={"pretrained": True}),),
)
