"""What the child is asked for, and what it answers."""

from __future__ import annotations

import msgspec


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """`addresses`: the numbers that were judged; only these are connected to, whatever the name says by now."""

    scheme: str
    """https, http, ssh or file"""
    host: str = ""
    port: int = 0
    path: str
    user: str = ""
    addresses: tuple[str, ...] = ()


class Login(msgspec.Struct, frozen=True, kw_only=True):
    user: str = ""
    token: str = ""
    private_key: str = ""
    """In OpenSSH's form."""
    host_key: str = ""
    """Such as `ssh-ed25519 AAAA…`, which the host must show; empty where it is told by the first connection."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    bytes: int = 500_000_000
    """Of all files together, and of what is transferred."""
    file_bytes: int = 100_000_000
    files: int = 20_000


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it shall be; `before` is the SHA-256 of what it must still be, empty where it must not be there."""

    path: str
    data: bytes
    before: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    """The folder that files are written into; it exists and is empty."""
    place: Place
    login: Login = Login()
    limits: Limits = Limits()
    branch: str = ""
    """Empty: the branch that the repository calls its own."""
    commit: str = ""
    """Empty: the branch's newest. With `tag`: what it must still point to."""
    tag: str = ""
    """In place of a branch: the commit that this tag names."""
    before: str = ""
    """The commit to tell the changes since; empty where there was none."""
    changes: tuple[Change, ...] = ()
    onto: str = ""
    """Another branch that the commit becomes, on top of what `branch` has; empty: `branch` itself."""
    onto_was: str = ""
    """The commit that `onto` may be at: one of ours, which is replaced."""
    message: str = ""
    author: str = ""
    """`Name <address>`"""
    memory_bytes: int = 0


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    branches: dict[str, str]
    """Name to commit."""
    tags: dict[str, str] = {}
    """Name to what it points to: a commit, or a tag object that names one."""
    head: str = ""
    """The repository's own branch."""
    host_key: str = ""


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    commit: str
    branch: str
    author: str
    message: str
    """Its first line."""
    paths: tuple[str, ...]
    """Of all files that were written."""
    changed: tuple[str, ...] | None
    """Paths that differ from `before`; None where that is not known."""
    left_out: tuple[str, ...] = ()
    """What was not taken, each with why."""
    bytes: int = 0
    host_key: str = ""


class Committed(msgspec.Struct, frozen=True, kw_only=True):
    commit: str
    branch: str
    host_key: str = ""
