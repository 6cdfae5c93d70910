"""Where code comes from: the facts of the git work tree that it lies in, what was not committed, what is not tracked.

Only files that are sent are told of: what an ignore file leaves behind stays behind.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from mlops.formats.code_source import MOST_DIFF_BYTES, MOST_UNTRACKED, GitFacts

SECONDS = 20
NO_CHANGE = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def git_facts(folder: Path, sent: Collection[Path]) -> tuple[GitFacts, bytes] | None:
    """The facts and the diff of `sent` (absolute paths below `folder`) against the last commit.

    None where the folder lies in no git work tree, where nothing is committed yet, or where there is no git."""
    commit = _git(folder, "rev-parse", "HEAD")
    top = _git(folder, "rev-parse", "--show-toplevel")
    if not commit or not top:
        return None
    root = Path(top.decode().strip())
    changed = _names(_git(folder, "diff", "--name-only", "-z", "HEAD", "--", "."), root)
    mine = [path for path in changed if path in sent or not path.exists()]
    untracked = _names(_git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--full-name", "."), root)
    others = [path for path in untracked if path in sent]
    diff = (
        _git(folder, "diff", "--binary", "--no-ext-diff", "--no-textconv", "HEAD", "--", *map(str, mine))
        if mine
        else b""
    )
    facts = GitFacts(
        repository_uri=without_credentials(_remote(folder)),
        branch=_text(_git(folder, "symbolic-ref", "--short", "-q", "HEAD")),
        commit=_text(commit),
        is_dirty=bool(_git(folder, "status", "--porcelain", ".")),
        folder=folder.relative_to(root).as_posix(),
        untracked=tuple(path.relative_to(root).as_posix() for path in others[:MOST_UNTRACKED]),
        untracked_count=len(others),
        diff_bytes=len(diff),
    )
    return facts, diff if len(diff) <= MOST_DIFF_BYTES else b""


def without_credentials(address: str) -> str:
    """A remote's address as it may be shown: of a URL, no password, no token, nothing behind `?`."""
    parts = urlsplit(address)
    if not parts.scheme or not parts.netloc:
        return re.sub(r"^([^/@:]+):[^/@]+@", r"\1@", address)
    place = parts.netloc.rpartition("@")[2]
    if parts.scheme == "ssh" and parts.username:
        place = f"{parts.username}@{place}"
    return urlunsplit((parts.scheme, place, parts.path, "", ""))


def _remote(folder: Path) -> str:
    """git answers with the remote's own name where there is none."""
    found = _text(_git(folder, "ls-remote", "--get-url"))
    return found if re.search(r"[/:]", found) else ""


def _names(listed: bytes, root: Path) -> list[Path]:
    return [root / name.decode("utf-8", "surrogateescape") for name in listed.split(b"\0") if name]


def _text(answer: bytes) -> str:
    return answer.decode("utf-8", "replace").strip()


def _git(folder: Path, *words: str) -> bytes:
    """What git says; nothing where it fails, is missing or takes too long."""
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", *words]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=SECONDS, check=False, env=os.environ | NO_CHANGE
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""
