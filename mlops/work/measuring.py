"""What each package tells Prometheus: it registers a collector at start, and /metrics asks all of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from mlops.formats.prometheus import Family, Sample

Collector = Callable[[], Iterable[Family]]
COLLECTORS: dict[str, Collector] = {}


def measures(name: str) -> Callable[[Collector], Collector]:
    """Makes a function a collector. It is asked at each scrape, so it counts in the database and reads no files."""

    def register(function: Collector) -> Collector:
        COLLECTORS[name] = function
        return function

    return register


def collected() -> list[Family]:
    """Of all collectors; one that fails takes only its own families away, and is told by `mlops_collector_up` 0."""
    found: list[Family] = []
    failed: set[str] = set()
    for name, collect in COLLECTORS.items():
        try:
            found += list(collect())
        except Exception:  # whatever breaks one package's counts must not hide the others'
            logging.getLogger(__name__).exception("The collector %s failed.", name)
            failed.add(name)
    return [*found, _up(failed)]


def _up(failed: set[str]) -> Family:
    samples = [Sample(float(name not in failed), {"collector": name}) for name in COLLECTORS]
    return Family(name="mlops_collector_up", help="Whether a package could tell its counts.", samples=samples)
