"""Jobs about workers."""

from __future__ import annotations

from mlops.compute import joining, watching
from mlops.work.calls import every


@every(15, "compute.watch_workers")
def watch_workers() -> None:
    watching.watch()


@every(3600, "compute.forget_join_tokens")
def forget_join_tokens() -> None:
    joining.forget_old()
