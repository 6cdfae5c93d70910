"""Asks the servers of deployments what they use, by the standard process metrics on their /metrics."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

import msgspec

from mlops.formats.prometheus import value_in

SECONDS = 1.0
MOST_AT_ONCE = 8


class Used(msgspec.Struct, frozen=True, kw_only=True):
    at: float
    """Unix seconds."""
    cpu_seconds: float
    """Since the server's start."""
    memory_bytes: float


def footprints(urls: Iterable[str]) -> dict[str, Used]:
    """By address. A server that does not answer in a second, or does not tell, is left out."""
    wanted = list(dict.fromkeys(urls))
    if not wanted:
        return {}
    with ThreadPoolExecutor(min(MOST_AT_ONCE, len(wanted))) as pool:
        found = zip(wanted, pool.map(_asked, wanted), strict=True)
        return {url: used for url, used in found if used is not None}


def _asked(url: str) -> Used | None:
    try:
        with urlopen(f"{url}/metrics", timeout=SECONDS) as answer:  # nosec B310
            told = answer.read(2_000_000).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None
    cpu, memory = value_in(told, "process_cpu_seconds_total"), value_in(told, "process_resident_memory_bytes")
    if cpu is None or memory is None:
        return None
    return Used(at=time.time(), cpu_seconds=cpu, memory_bytes=memory)
