"""The log of a build, which grows while it is built."""

from __future__ import annotations

from mlops.environments.store import log_by

MOST_BYTES = 1_000_000


def read_log(key: str, *, after: int = 0) -> tuple[str, int]:
    """The text after that many bytes, at most a megabyte of it, and where it ends. Whole lines only."""
    file = log_by(key)
    try:
        with file.open("rb") as opened:
            opened.seek(after)
            content = opened.read(MOST_BYTES)
    except FileNotFoundError:
        return "", 0
    content = content[: content.rfind(b"\n") + 1]
    return content.decode(errors="replace"), after + len(content)
