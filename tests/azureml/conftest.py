"""The command of the shell against a real server; the files of `good` and `bad` are its input."""

from __future__ import annotations

from tests.client.conftest import mlops, signed_in

__all__ = ["mlops", "signed_in"]
