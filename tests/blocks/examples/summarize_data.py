from __future__ import annotations

from tests.blocks.cars import cars
from tests.blocks.examples import Example

EXAMPLE = Example(frame=lambda: cars(gaps=True))
