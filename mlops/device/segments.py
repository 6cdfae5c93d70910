"""What the device collected, handed over by segments when there is a network; until then it waits on its disk."""

from __future__ import annotations

from pathlib import Path

from mlops.device.channel import Channel
from mlops.formats.refusal import Refusal
from mlops.scoring.spool.folder import discard, held, read, seal_left


def hand_over(spool: Path, channel: Channel) -> str:
    """Each is discarded once the server has it for good: one that is sent again, because the answer was lost, is known
    there by its name. What the server does not want stays, and is said; the others go on. Raises Refusal `no_network`.
    """
    seal_left(spool)
    refused = ""
    for segment in held(spool):
        try:
            channel.hand_over(segment.name, read(spool, segment.name))
        except Refusal as refusal:
            if refusal.code == "no_network":
                raise
            refused = f"What was collected stays here: {refusal.message}"
            continue
        except FileNotFoundError:
            continue
        discard(spool, segment.name)
    return refused
