"""The log of a build while it grows."""

from __future__ import annotations

import sys
import time

from mlops.client.connection import Connection

ENDED = ("ready", "failed", "image", "removed")
LOOK_SECONDS = 0.5


def follow_log(connection: Connection, address: str) -> str:
    """Prints it until the build has ended, on standard error; the state in which it ended."""
    end = 0
    while True:
        found = connection.get(f"{address}log/", after=end)
        print(found["text"], end="", flush=True, file=sys.stderr)
        is_over = found["state"] in ENDED and not found["text"]
        end = found["end"]
        if is_over:
            return str(found["state"])
        time.sleep(LOOK_SECONDS)
