"""What a look finds about one thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from mlops.administration.system.standing import WORST_FIRST, Standing, State


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`why` and `remedy` are whole sentences of the catalogue, for they are told in each reader's language."""

    state: State
    why: str
    what: str = ""
    """Which one, where the part has several: a name."""
    remedy: str = ""
    link: str = ""
    """Path of a page of this server where something can be done or seen."""
    since: datetime | None = None


def of_standing(standing: Standing, *, what: str = "", link: str = "") -> Finding:
    return Finding(
        state=standing.state, why=standing.why, what=what, remedy=standing.remedy, link=link, since=standing.since
    )


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: WORST_FIRST.index(one.state))
