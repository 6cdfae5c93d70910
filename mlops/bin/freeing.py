"""How many bytes come free when things go: shared ones count once, and only those that nothing else holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Sum

from mlops.blobs.models import Blob
from mlops.blobs.references import held_only_by

DIGESTS_A_LOOK = 500


def bytes_free_without(rows: Mapping[str, set[Any]]) -> int:
    """`rows` as within.would_go tells them. Reads every table once."""
    if not rows:
        return 0
    digests = sorted(held_only_by(rows))
    return sum(_size(digests[start : start + DIGESTS_A_LOOK]) for start in range(0, len(digests), DIGESTS_A_LOOK))


def together(parts: Iterable[Mapping[str, set[Any]]]) -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = {}
    for part in parts:
        for label, keys in part.items():
            found.setdefault(label, set()).update(keys)
    return found


def _size(digests: list[str]) -> int:
    return int(Blob.objects.filter(digest__in=digests).aggregate(size=Sum("size_bytes"))["size"] or 0)
