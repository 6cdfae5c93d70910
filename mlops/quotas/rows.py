"""The row of a quota that holds for a project or a person: their own, else that of all."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q

from mlops.quotas.models import PersonQuota, Quota

HOLDER: dict[type[Quota] | type[PersonQuota], str] = {Quota: "project", PersonQuota: "user"}


def row_of(rows: type[Quota] | type[PersonQuota], holder: Any, kind: str) -> Quota | PersonQuota | None:
    """`holder`: a project or a person, or its key."""
    name = HOLDER[rows]
    found: list[Any] = list(rows._default_manager.filter(Q(**{name: holder}) | Q(**{name: None}), kind=kind))
    return min(found, key=lambda one: getattr(one, f"{name}_id") is None, default=None)


def locked_most(rows: type[Quota] | type[PersonQuota], holder: Any, kind: str) -> int | None:
    """None: no limit. Where there is one, nobody else gets an answer until the end of the transaction."""
    found = row_of(rows, holder, kind)
    if found is None or found.most is None:
        return None
    rows._default_manager.filter(pk=found.pk).update(most=F("most"))
    found = row_of(rows, holder, kind)
    return found.most if found else None
