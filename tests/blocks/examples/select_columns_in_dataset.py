from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={
        "select_columns": {
            "mode": "rules",
            "begin_with": "all",
            "rules": [{"action": "exclude", "by": "names", "names": ["built"]}],
        }
    },
    faults=(Fault(code="column_not_found", parameters={"select_columns": ["pover"]}),),
)
