from __future__ import annotations

from tests.blocks.examples import Example

EXAMPLE = Example()
