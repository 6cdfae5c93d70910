from __future__ import annotations

from tests.blocks.examples import Example

EXAMPLE = Example(
    inputs=lambda workshop, data: {
        "untrained_model": workshop.run("isolation_forest")["untrained_model"],
        "dataset": data,
    },
)
