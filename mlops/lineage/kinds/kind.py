"""What each kind of thing in the lineage has to answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.urls import NoReverseMatch, reverse

from mlops.access.models import Project


class Sliced(Protocol):
    """A list, or a query set or `mentions.asking.Naming`, which are read by slices and tell their `model`."""

    def __getitem__(self, part: slice, /) -> Any: ...


Fan = tuple[str, Sliced]
"""What a row has to do with others, and these, the newest first."""
MOST_KNOWN = 30
MOST_FEW = 300
"""Of what a project has few of, and what cannot be asked of the database: endpoints, monitors."""


class Kind:
    """One file each. Rows are read with what `name`, `project_id` and `facts` need."""

    prefix: ClassVar[str]
    """Before the slash of a name."""
    title: ClassVar[str]
    """In English, one word: what programs compare."""
    model: ClassVar[type]
    is_detail: ClassVar[bool] = False
    """Left out of the graph unless it is asked for by name: there are many, and they tell little."""

    def name(self, row: Any) -> str:
        raise NotImplementedError

    def project_id(self, row: Any) -> Any:
        raise NotImplementedError

    def text(self, row: Any) -> str:
        """What a person reads."""
        return str(row)

    def url(self, row: Any) -> str:
        """Of its page; empty where it has none."""
        return ""

    def state(self, row: Any) -> str:
        return str(getattr(row, "state", "") or "")

    def state_label(self, row: Any) -> str:
        """The state as people read it, in their language."""
        return str(row.get_state_display()) if self.state(row) and hasattr(row, "get_state_display") else ""

    def at(self, row: Any) -> datetime | None:
        return getattr(row, "created_at", None)

    def by(self, row: Any) -> str:
        person = getattr(row, "created_by", None)
        return person.get_username() if person else ""

    def facts(self, row: Any) -> dict[str, str]:
        """A few more, for whoever selects it: words in the reader's language to values."""
        return {}

    def upstream(self, row: Any) -> Iterable[Fan]:
        return ()

    def downstream(self, row: Any) -> Iterable[Fan]:
        return ()

    def find(self, projects: list[Project], rest: str) -> Any | None:
        """`rest`: the name behind the slash."""
        raise NotImplementedError

    def search(self, projects: list[Project], text: str) -> Sliced:
        """Rows whose name has the text, the newest first."""
        return []

    def known(self, projects: list[Project]) -> list[str]:
        """Some names, the newest first."""
        return [self.name(row) for row in self.search(projects, "")[:MOST_KNOWN]]


def page(route: str, *parts: Any, space: str = "web") -> str:
    try:
        return reverse(f"{space}:{route}", args=parts)
    except NoReverseMatch:
        return ""


def numbered(rest: str) -> tuple[str, int | None]:
    """`name:3` as its parts; the number None where there is none."""
    name, _colon, number = rest.rpartition(":")
    if name and number.isdecimal():
        return name, int(number)
    return rest, None
