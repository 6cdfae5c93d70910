"""Times as MLflow's protocol writes them."""

from __future__ import annotations

from datetime import datetime


def millis(text: str) -> int:
    """Since 1970, of a time with any number of digits behind the second. Raises ValueError."""
    head, dot, rest = text.removesuffix("Z").partition(".")
    at = datetime.fromisoformat(f"{head}+00:00")
    return round(at.timestamp()) * 1_000 + (int(rest[:3].ljust(3, "0")) if dot else 0)
