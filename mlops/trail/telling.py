"""Spans of what the web process and the workers do, from a click to a step: sent where MLOPS_OTEL_ENDPOINT says so.

A trace that a caller began keeps the caller's decision; of those that begin here MLOPS_OTEL_SHARE are told."""

from __future__ import annotations

import atexit
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mlops.http.exporting import Exporter, exporter
from mlops.http.otlp import share
from mlops.http.spans import INTERNAL, Span
from mlops.trail import carried
from mlops.trail.carried import Trail

Value = str | int | float
_exporter: Exporter | None = None
_share = 0.0


@dataclass(kw_only=True)
class Told:
    """What may be known only at the end; without a name there is no span."""

    name: str
    attributes: dict[str, Value]
    error: str = ""


def begin(service: str) -> None:
    """Once in a process that tells spans; without a collector nothing happens."""
    global _exporter, _share
    _exporter = exporter(service)
    if _exporter is not None:
        _share = share()
        atexit.register(_exporter.end)


def decided(trail: Trail, *, is_begun: bool) -> Trail:
    """With the decision whether it is told, where it begins here."""
    if _exporter is None or not is_begun:
        return trail
    return replace(trail, is_sampled=random.random() < _share)


@contextmanager
def span(name: str, attributes: Mapping[str, Value] = {}, *, kind: int = INTERNAL) -> Iterator[Told]:
    """What happens within hangs below it. An exception is its error, and goes on."""
    told, trail = Told(name=name, attributes=dict(attributes)), carried.current()
    if _exporter is None or trail is None or not trail.is_sampled:
        yield told
        return
    own, began = replace(trail, span_id=carried.new_span_id()), time.time()
    clock = time.perf_counter()
    try:
        with carried.following(own):
            yield told
    except BaseException as error:
        told.error = told.error or f"{type(error).__name__}: {error}"
        raise
    finally:
        _add(own, told, parent_id=trail.span_id, kind=kind, began=began, seconds=time.perf_counter() - clock)


def note(name: str, attributes: Mapping[str, Value] = {}, *, began: float | None = None, seconds: float = 0.0) -> None:
    """A span of what is over: an act, or what another process did."""
    trail = carried.current()
    if _exporter is not None and trail is not None and trail.is_sampled:
        own, told = replace(trail, span_id=carried.new_span_id()), Told(name=name, attributes=dict(attributes))
        _add(own, told, parent_id=trail.span_id, kind=INTERNAL, began=began or time.time(), seconds=seconds)


def _add(own: Trail, told: Told, *, parent_id: str, kind: int, began: float, seconds: float) -> None:
    if _exporter is None or not told.name:
        return
    attributes = {"correlation.id": own.correlation, **told.attributes}
    _exporter.queue.add(
        Span(
            own.trace_id.encode(), own.span_id.encode(), parent_id.encode(), told.name, kind, began, seconds,
            tuple(attributes.items()), told.error,
        )
    )  # fmt: skip
