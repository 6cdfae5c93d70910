"""Of labels that were sent: how many of their ids belong to no request that is known, as soon as that is known."""

from __future__ import annotations

import sys
import time
from typing import Any

from mlops.client.connection import Connection

SECONDS = 90.0
"""Requests become visible some seconds after they were answered, so the server waits a little before it looks."""
INTERVAL_SECONDS = 1.0


def looked_up(connection: Connection, path: str, sent: dict[str, Any]) -> dict[str, Any]:
    """The labels as the server has them then; as they were sent, with a word, where it takes too long."""
    _say(f"{_labels(sent['rows'])} taken. Looking for their requests; this takes half a minute …")
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = next((one for one in connection.get(path)["results"] if one["id"] == sent["id"]), sent)
        if found["unmatched"] is not None:
            _say(_told(found))
            return found
        time.sleep(INTERVAL_SECONDS)
    _say("It is not known yet which ids are unknown; `mlops online-endpoint collected labels` tells it later.")
    return sent


def _told(found: dict[str, Any]) -> str:
    if not found["unmatched"]:
        return "All belong to requests that are known."
    examples = ", ".join(found["examples"])
    such = f", such as {examples}" if examples else ""
    told = f"{found['unmatched']:,} of {found['rows']:,} ids are unknown{such}."
    return f"{told} They are kept, and joined when their requests come."


def _labels(count: int) -> str:
    return "1 label was" if count == 1 else f"{count:,} labels were"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
