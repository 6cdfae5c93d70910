"""Tags as people type them."""

from __future__ import annotations


def typed_tags(text: str) -> dict[str, str]:
    """`Area=Churn, Team = North`, or one a line. A key alone gets an empty value."""
    parts = [part for line in text.splitlines() for part in line.split(",") if part.strip()]
    pairs = [(part if "=" in part else part.replace(":", "=", 1)).partition("=") for part in parts]
    return {key.strip(): value.strip() for key, _sign, value in pairs}
