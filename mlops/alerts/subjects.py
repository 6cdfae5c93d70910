"""What subjects of events are: a name and the person behind it, told by the packages that know them; and the page that
they lead to, told by the package of pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlops.access.models import Project


@dataclass(frozen=True)
class About:
    """`author` is a user, where somebody started it."""

    title: str = ""
    author: Any = None


Describe = Callable[[Project | None, str], About | None]
"""(project, the subject behind the first slash) -> what it is, or None where it is gone."""
DESCRIBERS: dict[str, Describe] = {}
PAGES: dict[str, Callable[[Project | None, str], str]] = {}
"""Paths of this server. Asked by pages alone: workers load none."""


def register(noun: str, describe: Describe) -> None:
    """`noun` is what stands before the first slash of a subject, such as `runs`."""
    DESCRIBERS[noun] = describe


def register_page(noun: str, path: Callable[[Project | None, str], str]) -> None:
    """Where pages about such subjects are; an empty text where this one is gone."""
    PAGES[noun] = path


def about(project: Project | None, subject: str) -> About:
    noun, _slash, rest = subject.partition("/")
    describe = DESCRIBERS.get(noun)
    return (describe(project, rest) if describe else None) or About(title=rest or subject)


def page_of(project: Project | None, subject: str) -> str:
    noun, _slash, rest = subject.partition("/")
    path = PAGES.get(noun)
    return path(project, rest) if path else ""


def topic_of(subject: str) -> str:
    """The kind of thing, as people silence it: `run`, `deployment`, `monitor`, …"""
    noun, _slash, rest = subject.partition("/")
    return "deployment" if noun == "endpoints" and "/" in rest else noun.removesuffix("s")
