"""Drafts on the home page. The designer stands above the pages, so it tells them here how to find its drafts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from mlops.access.models import Project


class DraftLine(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    url: str
    saved_at: datetime
    is_sample: bool = False


Source = Callable[[Project, int], list[DraftLine]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Called once at start, from an application's `ready`: `source(project, limit)`, newest first."""
    _sources.append(source)


def recent(project: Project, *, limit: int) -> list[DraftLine]:
    lines = [line for source in _sources for line in source(project, limit)]
    return sorted(lines, key=lambda line: line.saved_at, reverse=True)[:limit]
