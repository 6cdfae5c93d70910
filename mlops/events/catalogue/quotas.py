"""Events of quotas."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class QuotaSet(Data, kw_only=True):
    kinds: Annotated[list[str], said("Those that are other than before; the numbers are in `before` and `after`.")]


class QuotaWarned(Data, kw_only=True):
    kind: str
    used: Annotated[int, said("With the one that was just added.")]
    most: int


TYPES = (
    EventType(
        "mlops.quota.set",
        "Quota set",
        "An administrator sets the quotas of a project, or (`quotas/default`) of all without their own.",
        "quotas/{of}",
        QuotaSet,
    ),
    EventType(
        "mlops.quota.person_set",
        "Quota of a person set",
        "An administrator sets the quotas of a person, or (`people-quotas/default`) of everybody without their own.",
        "people-quotas/{of}",
        QuotaSet,
    ),
    EventType(
        "mlops.quota.warned",
        "Quota nearly used up",
        "What was just added makes four fifths of a quota, or all of it.",
        "quotas/{of}",
        QuotaWarned,
    ),
)
