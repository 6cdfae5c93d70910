"""How a step's process has its program run in a container: it writes down what, the worker starts it, and answers.

The process itself has no way to the engine; image, files and limits are the worker's, from the step's order."""

from __future__ import annotations

import msgspec

ASKED_FILE, ENDED_FILE = "container.json", "container-ended.json"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    words: tuple[str, ...]
    cwd: str
    variables: dict[str, str]
    folders: tuple[str, ...]
    """Of the step's work folder, which the program may write."""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """`problem`: why it could not be run; then `status` means nothing, and `code` is that of the step's error."""

    status: int = 0
    code: str = "container_failed"
    problem: str = ""
    hint: str = ""
