"""What a device keeps beside its bundles: who it is, whom it trusts, which version runs. Files replaced whole."""

from __future__ import annotations

import fcntl
import os
import uuid
from pathlib import Path

import msgspec

from mlops.formats.refusal import Refusal


class Current(msgspec.Struct, frozen=True, kw_only=True):
    """Which bundle runs, and which to go back to."""

    folder: str
    serial: int
    previous: str = ""
    previous_serial: int = 0
    rejected: tuple[int, ...] = ()
    """Serials that were tried and failed; they are not tried again."""


class Home:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.versions = folder / "versions"
        self.spool = folder / "spool"
        """What was collected and not handed over yet, of whichever bundle."""

    @property
    def key(self) -> str:
        """The public key that this device trusts; empty before the first start."""
        return self._read("trusted.key")

    @property
    def token(self) -> str:
        return os.environ.get("MLOPS_DEVICE_TOKEN", "") or self._read("token")

    @property
    def install(self) -> str:
        """Names this installation: reports are numbered within it."""
        found = self._read("install")
        if not found:
            found = uuid.uuid4().hex
            self._write("install", found)
        return found

    @property
    def current(self) -> Current | None:
        try:
            return msgspec.json.decode(self._read("current.json"), type=Current)
        except msgspec.DecodeError:
            return None

    def trust(self, key: str) -> None:
        """The first key counts. Raises Refusal `key_differs` for another one."""
        if self.key and self.key != key:
            raise Refusal(
                "key_differs",
                "This bundle is signed with another key than the one that this device trusts.",
                hint=f"If the server's key was changed on purpose, delete {self.folder / 'trusted.key'}.",
            )
        if not self.key:
            self._write("trusted.key", key)

    def keep_token(self, token: str) -> None:
        self._write("token", token)

    def keep_current(self, current: Current) -> None:
        self._write("current.json", msgspec.json.encode(current).decode())

    def hold(self) -> int:
        """A lock for as long as this process lives. Raises Refusal `already_running`."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            hint = "Stop it first, or give this one another folder with --home."
            raise Refusal("already_running", f"A bundle runs already in {self.folder}.", hint=hint) from None
        return lock

    def _read(self, name: str) -> str:
        try:
            return (self.folder / name).read_text().strip()
        except OSError:
            return ""

    def _write(self, name: str, text: str) -> None:
        draft = self.folder / f".{name}.draft"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / name)
