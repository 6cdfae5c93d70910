"""Frees the disk of layers that no image has any more: what was used lately stays."""

from __future__ import annotations

import time

from mlops.packaging.images.building import known
from mlops.packaging.images.store import LayerStore

SPARED_SECONDS = 3 * 24 * 3600.0
"""Since its last use: a deployment or a new version may want the layer again."""


def clear(store: LayerStore, *, keep: set[str], spared_seconds: float = SPARED_SECONDS) -> int:
    """`keep`: keys of images that stay, however old. The result is the number of bytes that were freed."""
    oldest = time.time() - spared_seconds
    used: set[str] = set()
    for record in sorted((store.folder / "images").glob("*.json")):
        built = known(record.stem, store)
        if built is None or (built.key not in keep and record.stat().st_mtime < oldest):
            record.unlink(missing_ok=True)
        else:
            used |= {built.id, built.digest, *(layer.digest for layer in built.layers)}
    return store.remove_all_but(used, older_than=oldest)
