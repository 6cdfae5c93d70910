"""What each kind of thing in the lineage has to answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from django.db import models
from django.urls import NoReverseMatch, reverse

from mlops.access.models import Project

Link = tuple[str, Any]
"""What a row has to do with another, and that other row."""
MOST_LINKS = 30
"""Of one sort, the newest."""


class Kind(Protocol):
    @property
    def prefix(self) -> str:
        """Before the slash of a name."""

    @property
    def title(self) -> str:
        """In English, one word: what programs compare."""

    @property
    def model(self) -> type[models.Model]: ...

    def name(self, row: Any) -> str: ...
    def text(self, row: Any) -> str:
        """What a person reads."""

    def url(self, row: Any) -> str:
        """Of its page; empty where it has none."""

    def upstream(self, row: Any) -> Iterable[Link]: ...
    def downstream(self, row: Any) -> Iterable[Link]: ...
    def find(self, projects: list[Project], rest: str) -> Any | None:
        """`rest`: the name behind the slash."""

    def known(self, projects: list[Project]) -> list[str]:
        """Some names, the newest first."""


def page(route: str, *parts: Any) -> str:
    try:
        return reverse(f"web:{route}", args=parts)
    except NoReverseMatch:
        return ""


def numbered(rest: str) -> tuple[str, int | None]:
    """`name:3` as its parts; the number None where there is none."""
    name, _colon, number = rest.rpartition(":")
    if name and number.isdecimal():
        return name, int(number)
    return rest, None
