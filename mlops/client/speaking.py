"""The language that a terminal is set to, in which the server is asked to say its refusals."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

LANGUAGE = re.compile(r"([a-z]{2,3})(?:[_.@]|$)")


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """`de` where LC_ALL, LC_MESSAGES or LANG (the first that is set) is `de_AT.UTF-8`; empty for `C` and `POSIX`."""
    said = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    found = LANGUAGE.match(said)
    return found[1] if found else ""
