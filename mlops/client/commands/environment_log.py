"""The log of a build while it grows."""

from __future__ import annotations

import sys
import time

from mlops.client.connection import Connection
from mlops.client.errors import RequestFailed

ENDED = ("ready", "failed", "image", "removed")
LOOK_SECONDS = 0.5
MOST_WAITING_SECONDS = 120.0


def follow_log(connection: Connection, address: str) -> str:
    """Prints it until the build has ended, on standard error; the state in which it ended."""
    end, began = 0, time.monotonic()
    while True:
        found = connection.get(f"{address}log/", after=end)
        print(found["text"], end="", flush=True, file=sys.stderr)
        is_over = found["state"] in ENDED and not found["text"]
        end = found["end"]
        if is_over:
            return str(found["state"])
        if found["state"] in ("", "waiting") and time.monotonic() - began > MOST_WAITING_SECONDS:
            raise RequestFailed(
                "build_waits", "No worker has taken the build for two minutes.", hint="`mlops doctor` looks for one."
            )
        time.sleep(LOOK_SECONDS)
