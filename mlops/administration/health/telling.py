"""A part that stays bad is told: one event, and a mail to the administrators; so is the event that it is well again."""

from __future__ import annotations

from mlops.administration.health.finding import Finding
from mlops.administration.health.parts import Part
from mlops.events.chain import record
from mlops.work.calls import later

LONGEST = 400


def tell_bad(part: Part, worst: Finding) -> None:
    """In the transaction in which it is written down."""
    data = {"part": part.key, "what": worst.what, "why": worst.why[:LONGEST], "remedy": worst.remedy[:LONGEST]}
    record(None, "mlops.server.health_bad", subject=f"server/{part.key}", data=data)
    if part.is_mailed:
        later("administration.mail_health", part.key)


def tell_well(part: Part, *, seconds: float) -> None:
    data = {"part": part.key, "seconds": round(seconds, 1)}
    record(None, "mlops.server.health_well", subject=f"server/{part.key}", data=data)
