from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"data": "fuel,price,since\ngas,1.79,2024-05-31\ndiesel,,2024-06-01\n"},
    faults=(
        Fault(code="entry_invalid", parameters={"data": "a,b\n1,2,3\n"}),
        Fault(code="entry_invalid", parameters={"data_format": "svmlight", "data": "1 a:2"}),
        Fault(code="parameter_missing", parameters={"data": ""}),
    ),
)
