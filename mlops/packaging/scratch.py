"""Where packaging lays models out while a child process works on them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def scratch() -> Path:
    """What a killed worker leaves here is removed by the sweep."""
    folder = Path(settings.DATA_DIR) / "conversions"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
