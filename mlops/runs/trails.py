"""What is done for a run belongs to the request that began it, whichever process does it and whoever woke that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mlops.runs.models import Run
from mlops.trail import carried


@contextmanager
def of_run(run: Run, **facts: object) -> Iterator[None]:
    """`facts`: what lines of the log say besides, such as the step."""
    trail = carried.begun(correlation=run.correlation or carried.correlation() or "", traceparent=run.traceparent or "")
    with carried.following(trail), carried.about(run=run.pk, project=run.project_id, **facts):
        yield
