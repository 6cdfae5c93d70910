"""Why a worker lets go of a look before it has ended."""

from __future__ import annotations


class Cancelled(Exception):
    """Somebody asked for the end of it."""


class Lost(Exception):
    """Another worker has it by now."""
