from __future__ import annotations

from tests.blocks.examples import Example

EXAMPLE = Example(parameters={"columns_that_requests_lack": {"mode": "names", "names": ["price"]}})
