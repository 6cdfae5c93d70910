"""What keeps a process from starting: told on standard error, where its log and `mlops up` find it."""

from __future__ import annotations

import sys

from mlops.formats.refusal import Refusal

EXIT_STATUS = 4


def require_same_key() -> None:
    """Ends this process where its secret key is not that of the others."""
    from mlops.access import same_key

    try:
        same_key.require_same_key()
    except Refusal as refusal:
        print(f"error: {refusal.message} {refusal.hint}", file=sys.stderr, flush=True)
        sys.exit(EXIT_STATUS)
