"""What a pod says, written where the step's own process writes: its log, line by line, while it runs.

The connection may break at any time; the next one begins with the second of the last line, of which what was seen is
left out. A cluster tells both streams as one."""

from __future__ import annotations

import contextlib
import re
import threading
from pathlib import Path

from mlops.clusters.kubernetes.client import Client
from mlops.clusters.kubernetes.kubeconfig import Access
from mlops.execution.executors.kubernetes.jobs import CONTAINER
from mlops.formats.refusal import Refusal

STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d) ?")
AGAIN_SECONDS = 1.0
LAST_SECONDS = 20.0
"""How long the end of the log is waited for after the program's end."""


class Said:
    """Of one pod. `ended` is set when its log has ended, which is a reason to look at the pod."""

    def __init__(self, access: Access, namespace: str, pod: str, file: Path) -> None:
        self._access, self._namespace, self._pod, self._file = access, namespace, pod, file
        self._last, self._with_it = (b"", b""), 0
        """When the last line was said (to the second, and what comes after it), and how many lines were said then."""
        self._since = ""
        self._is_over = threading.Event()
        self.news = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """All that it said is in the file then, if the cluster still tells it."""
        self._is_over.set()
        self._thread.join(LAST_SECONDS)
        if not self._thread.is_alive():
            with contextlib.suppress(Refusal):
                self._write(follow=False)

    def leave(self) -> None:
        """Nobody wants to hear more."""
        self._is_over.set()

    def _follow(self) -> None:
        while not self._is_over.is_set():
            with contextlib.suppress(Refusal):  # whether the cluster answers is seen by whoever looks at the pod
                self._write(follow=True)
            self.news.set()
            self._is_over.wait(AGAIN_SECONDS)

    def _write(self, *, follow: bool) -> None:
        known, is_new = self._with_it, True
        with Client(self._access) as client, self._file.open("ab") as target:
            for line in client.stamped_lines(
                self._namespace, self._pod, container=CONTAINER, since=self._since, follow=follow
            ):
                match = STAMP.match(line)
                if match is not None:  # else the rest of a line that was too long
                    said_at = (match[1], (match[2] or b"").ljust(9, b"0"))
                    is_known = said_at < self._last or (said_at == self._last and known > 0)
                    known -= said_at == self._last
                    is_new = not is_known
                    if is_new:
                        self._with_it = self._with_it + 1 if said_at == self._last else 1
                        self._last, self._since = said_at, (match[1] + match[3]).decode()
                if is_new:
                    target.write(line[match.end() if match else 0 :] + b"\n")
                    target.flush()
