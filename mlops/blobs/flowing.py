"""Pieces of a streamed answer, in the form that the server at hand sends one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any


def flowing(request: Any, pieces: Iterator[bytes]) -> Iterator[bytes] | AsyncIterator[bytes]:
    """Under ASGI a plain iterator would be gathered in memory first. `request`: Django's or that of DRF. The pieces
    come from files: they are fetched in threads, where nothing asks the database."""
    is_async = hasattr(getattr(request, "_request", request), "scope")
    return _flow(pieces) if is_async else pieces


async def _flow(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
