"""A wire between a studio and what it stands on: bytes go through it, until it is told to lose some of them."""

from __future__ import annotations

import contextlib
import socket
import threading


class Wire:
    """Listens at `host`, passes all on to the port of this machine. `lose_a_claim` makes it close the connection in
    place of PostgreSQL's answer to the next commit that claims a step: the database has kept it, and nobody was told.
    """

    def __init__(self, port: int, *, host: str = "127.0.0.1") -> None:
        self._target = port
        self._listener = socket.create_server((host, 0), backlog=200)
        self.port = int(self._listener.getsockname()[1])
        self._is_armed = threading.Event()
        self.lost = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def lose_a_claim(self) -> None:
        self._is_armed.set()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._target), timeout=10)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        talk = _Talk()
        back = threading.Thread(target=self._answers, args=(far, near, talk), daemon=True)
        back.start()
        with contextlib.suppress(OSError):
            while data := near.recv(65536):
                talk.hear(data)
                far.sendall(data)
        _cut(far, near)

    def _answers(self, far: socket.socket, near: socket.socket, talk: _Talk) -> None:
        with contextlib.suppress(OSError):
            while data := far.recv(65536):
                if talk.commits_a_claim and b"COMMIT\0" in data:
                    talk.commits_a_claim = False
                    if self._is_armed.is_set():
                        self._is_armed.clear()
                        self.lost += 1
                        break
                near.sendall(data)
        _cut(far, near)


class _Talk:
    """What the near side said last."""

    def __init__(self) -> None:
        self._has_claimed = False
        self.commits_a_claim = False

    def hear(self, data: bytes) -> None:
        if b'UPDATE "runs_step"' in data and b'"lease_owner"' in data and b'"attempt" = (' in data:
            self._has_claimed = True
        if b"COMMIT" in data:
            self.commits_a_claim, self._has_claimed = self._has_claimed, False


def _cut(*ends: socket.socket) -> None:
    for one in ends:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
