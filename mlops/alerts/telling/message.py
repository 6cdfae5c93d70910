"""What is said about an alert, before any channel gives it its form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Message:
    """`what` is fired, repeated, resolved, digest or test. Times in texts are in the zone of who reads them."""

    what: str
    title: str
    severity: str
    lines: tuple[str, ...] = ()
    """Why, since when, what to do next: one sentence each."""
    facts: tuple[tuple[str, str], ...] = ()
    url: str = ""
    runbook: str = ""
    at: datetime
    id: str = ""
    """The same when it is sent again."""
    data: dict[str, Any] = field(default_factory=dict)
    """The same for programs."""
    items: tuple[Message, ...] = ()
    """Of a summary."""
    unsubscribe: str = ""
    """Of mail to a person."""

    def text(self) -> str:
        """Plain text without the title."""
        parts = ["\n".join(self.lines), "\n".join(f"{name}: {value}" for name, value in self.facts)]
        parts += ["\n".join((item.title, *item.lines, item.url)) for item in self.items]
        parts += [f"Runbook: {self.runbook}" if self.runbook else "", self.url]
        return "\n\n".join(part for part in parts if part.strip())
