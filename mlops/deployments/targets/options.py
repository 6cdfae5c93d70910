"""The options of a target, as somebody gave them: known names alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from mlops.formats.refusal import Refusal, Where, nearest


def check_options(given: Mapping[str, Any], known: Collection[str], *, target: str) -> None:
    """Raises Refusal `target_option_unknown` with the nearest name."""
    for name in given:
        if name not in known:
            listed = f"There are: {', '.join(known)}." if known else "It has none."
            raise Refusal(
                "target_option_unknown",
                f"The target {target} has no option “{name}”.",
                hint=nearest(name, known) or listed,
                where=Where(parameter=f"target_options.{name}"),
            )
