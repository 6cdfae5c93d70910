"""What subjects of events lead to: a page, a name and the person behind it, told by the packages that know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlops.access.models import Project


@dataclass(frozen=True)
class About:
    """`url` is a path of this server; `author` a user, where somebody started it."""

    url: str = ""
    title: str = ""
    author: Any = None


Describe = Callable[[Project | None, str], About | None]
"""(project, the subject behind the first slash) -> what it is, or None where it is gone."""
DESCRIBERS: dict[str, list[Describe]] = {}


def register(noun: str, describe: Describe) -> None:
    """`noun` is what stands before the first slash of a subject, such as `runs`. Several may tell a part each."""
    DESCRIBERS.setdefault(noun, []).append(describe)


def about(project: Project | None, subject: str) -> About:
    noun, _slash, rest = subject.partition("/")
    told = [one for describe in DESCRIBERS.get(noun, ()) if (one := describe(project, rest))]
    return About(
        url=next((one.url for one in told if one.url), ""),
        title=next((one.title for one in told if one.title), subject),
        author=next((one.author for one in told if one.author), None),
    )


def topic_of(subject: str) -> str:
    """The kind of thing, as people silence it: `run`, `deployment`, `monitor`, …"""
    noun, _slash, rest = subject.partition("/")
    return "deployment" if noun == "endpoints" and "/" in rest else noun.removesuffix("s")
