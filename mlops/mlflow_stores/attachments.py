"""Pictures, sounds and the like that traced code gave: spans name them, and they lie beside the trace."""

from __future__ import annotations

import re
from collections.abc import Iterable

FOLDER = "attachments/"
ADDRESS = re.compile(r"mlflow-attachment://([0-9a-fA-F][0-9a-fA-F-]{7,63})\?")


def attachments_in(spans: Iterable[str]) -> list[str]:
    """Their paths below the place of the trace. `spans`: as JSON."""
    return sorted({f"{FOLDER}{found}" for text in spans for found in ADDRESS.findall(text)})
