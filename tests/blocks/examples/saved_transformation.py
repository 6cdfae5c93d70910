from __future__ import annotations

from tests.blocks.examples import Example

EXAMPLE = Example(parameters={"run": "1", "node": "train", "port": "trained_model"})
