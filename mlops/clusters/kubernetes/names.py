"""Names and labels that Kubernetes accepts, and that no two of our objects share."""

from __future__ import annotations

import hashlib
import re

PREFIX = "studio.mlops"
"""Of the labels and annotations that are ours."""
MANAGED_BY = {"app.kubernetes.io/managed-by": "mlops-studio"}
DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")
VARIABLE = re.compile(r"[A-Za-z_.-][A-Za-z0-9_.-]*")
DIGITS = 8


def object_name(*parts: str, id: str) -> str:
    """A DNS label (RFC 1123, at most 63 letters, begins with a letter as services want it) that ends in a digest of
    the id, since the names of endpoints differ by project and by capitals."""
    digest = hashlib.sha256(id.encode()).hexdigest()[:DIGITS]
    text = re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")[: 62 - DIGITS].strip("-") or "model"
    text = text if text[0].isalpha() else f"m-{text}"[: 62 - DIGITS].strip("-")
    return f"{text}-{digest}"


def label_value(text: str) -> str:
    """As much of the text as a label's value may say (63 letters, no colon or blank)."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:63].strip("-._")


def own(name: str) -> str:
    return f"{PREFIX}/{name}"
