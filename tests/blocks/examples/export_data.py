from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"file_name": "my cars", "file_format": "jsonl"},
    faults=(Fault(code="file_name_invalid", parameters={"file_name": "../cars"}),),
)
