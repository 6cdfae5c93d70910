"""Bodies of scoring requests, kept for endpoints where somebody asked for it: the last ones, in memory alone.

They are what a replay asks another version. Nothing is kept where nobody asked, and all of it is gone when the
recording is ended or the router stops."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

MOST_BODY_BYTES = 64 * 1024
MOST_BYTES = 16 * 1024 * 1024
"""Of one endpoint."""
RECORDED_PATH = "/score"


class Recording:
    """The newest `most` bodies; larger ones than MOST_BODY_BYTES are counted and left out."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.left_out = 0
        self._bodies: deque[bytes] = deque()
        self._bytes = 0

    def add(self, body: bytes) -> None:
        if len(body) > MOST_BODY_BYTES:
            self.left_out += 1
            return
        self._bodies.append(body)
        self._bytes += len(body)
        self.shrink()

    def shrink(self) -> None:
        while len(self._bodies) > self.most or self._bytes > MOST_BYTES:
            self._bytes -= len(self._bodies.popleft())

    def __len__(self) -> int:
        return len(self._bodies)

    def bodies(self) -> list[bytes]:
        """Oldest first."""
        return list(self._bodies)


class Recordings:
    """By endpoint id."""

    def __init__(self) -> None:
        self._kept: dict[str, Recording] = {}

    def keep_only(self, wanted: Mapping[str, int]) -> None:
        """`wanted`: endpoint id to how many requests are to be kept."""
        for gone in [one for one in self._kept if not wanted.get(one)]:
            del self._kept[gone]
        for endpoint, most in wanted.items():
            if most:
                kept = self._kept.setdefault(endpoint, Recording(most))
                kept.most = most
                kept.shrink()

    def add(self, endpoint_id: str, path: str, body: bytes) -> None:
        kept = self._kept.get(endpoint_id)
        if kept is not None and path == RECORDED_PATH:
            kept.add(body)

    def of(self, endpoint_id: str) -> Recording | None:
        return self._kept.get(endpoint_id)
