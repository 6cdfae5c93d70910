"""What a kind of channel is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from mlops.alerts.telling.message import Message

Options = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Option:
    name: str
    label: Any
    help: Any = ""
    placeholder: str = ""
    is_secret: bool = False
    is_required: bool = True


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came of one attempt. `text` is the other side's answer, or why there was none: shown to people."""

    is_ok: bool
    text: str
    is_final: bool = False
    """It will never work as it stands: it is not tried again."""
    retry_after: timedelta | None = None
    """What the other side asked for."""


class Kind(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> Any: ...
    @property
    def help(self) -> Any: ...
    @property
    def options(self) -> tuple[Option, ...]: ...

    def check(self, options: Options) -> str:
        """Where it leads, without what is secret. Raises Refusal where it can never work."""
        ...

    def send(self, options: Options, message: Message) -> Sent:
        """Never raises: a failure is an answer."""
        ...
