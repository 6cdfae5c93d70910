"""The commands as functions: the same words, with the answer as a value instead of printed text."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlops.client.connection import Connection

connection_in_use: ContextVar[Connection | None] = ContextVar("connection_in_use", default=None)
reason_in_use: ContextVar[str] = ContextVar("reason_in_use", default="")
"""Why, for the audit trail of the server."""
answers: ContextVar[list[Any] | None] = ContextVar("answers", default=None)


def call(words: Sequence[str], *, connection: Connection) -> Any:
    """What the command `mlops WORDS` answers, or None. Raises Refusal as it would print it."""
    from mlops.client.errors import WrongUsage
    from mlops.client.main import parsed

    found: list[Any] = []
    before = connection_in_use.set(connection), answers.set(found)
    try:
        arguments = parsed([*words, "-o", "json"])
        arguments.act(arguments)
    except SystemExit as ended:  # argparse has said on standard error what was wrong
        raise WrongUsage("usage", f"“mlops {' '.join(words)}” is no call of a command.") from ended
    finally:
        connection_in_use.reset(before[0])
        answers.reset(before[1])
    return found[-1] if found else None
