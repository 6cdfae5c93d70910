"""What never changes of a run, read once in each process: a large one is looked at after each of its steps."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import cached_property
from uuid import UUID

import msgspec

from mlops.blocks.library import Library
from mlops.execution.library import library_of
from mlops.formats.pipeline import PipelineSpec
from mlops.pipelines.order import fed
from mlops.runs.models import Run

MOST_KEPT = 16

_lock = threading.Lock()
_kept: OrderedDict[tuple[UUID, str], Frozen] = OrderedDict()


class Frozen:
    def __init__(self, run: Run) -> None:
        self.spec: PipelineSpec = msgspec.convert(run.spec, type=PipelineSpec)
        self.library: Library = library_of(run)

    @cached_property
    def fed(self) -> dict[str, set[str]]:
        """Node to the nodes that it feeds."""
        return fed(self.spec)

    @cached_property
    def feeders(self) -> dict[str, set[str]]:
        """Node to the nodes that feed it."""
        found: dict[str, set[str]] = {}
        for source, targets in self.fed.items():
            for target in targets:
                found.setdefault(target, set()).add(source)
        return found


def frozen(run: Run) -> Frozen:
    """Without a query where the run was met before; its columns may be deferred."""
    key = (run.pk, run.spec_digest)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = Frozen(run)
    with _lock:
        _kept[key] = found
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found
