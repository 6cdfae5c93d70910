from __future__ import annotations

from tests.blocks.examples import Example

EXAMPLE = Example(
    parameters={"url": "https://example.org/prices.csv"},
    unavailable=lambda: "it needs a server; see test_importing",
)
