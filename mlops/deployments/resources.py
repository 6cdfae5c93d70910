"""What a deployment may ask for: processors, memory, time, instances."""

from __future__ import annotations

import math
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where

WHOLE = ("memory_bytes", "instances", "gpus", "queue", "most_concurrent")
BOUNDS: dict[str, tuple[float, float, str]] = {
    "cpus": (0.1, 64, "0.1 – 64"),
    "memory_bytes": (128 * 1024**2, 1024**4, "128 MB – 1 TB"),
    "timeout_seconds": (0.1, 600, "0.1 – 600 s"),
    "queue_wait_seconds": (0, 600, "0 – 600 s"),
    "instances": (1, 100, "1 – 100"),
    "gpus": (0, 16, "0 – 16"),
    "queue": (1, 100_000, "1 – 100,000"),
    "most_concurrent": (1, 10_000, "1 – 10,000"),
}


def checked_resources(**given: Any) -> dict[str, float | int]:
    checked: dict[str, float | int] = {}
    for name, value in given.items():
        least, most, told = BOUNDS[name]
        number = _number(value)
        if not least <= number <= most:
            raise Refusal(
                "resource_out_of_range",
                _("%(name)s is %(value)s.") % {"name": name.replace("_", " "), "value": value},
                hint=_("Give a value within %(range)s.") % {"range": told},
                where=Where(parameter=name),
            )
        checked[name] = int(number) if name in WHOLE else number
    return checked


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
