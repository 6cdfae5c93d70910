"""What a child refuses: the same parts as mlops.formats.refusal.Refusal, for a Python that has no msgspec."""

from __future__ import annotations

from typing import Any


class Fault(Exception):
    """`where` may hold row (from 0), column and value."""

    def __init__(
        self, code: str, message: str, *, hint: str = "", status: int = 400, where: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.status = code, message, hint, status
        self.where = where or {}


def fault_form(error: BaseException) -> dict[str, Any]:
    """The plain values that travel to the server; a Refusal has the same parts as a Fault."""
    if all(hasattr(error, part) for part in ("code", "message", "hint", "status", "where")):
        where = error.where  # type: ignore[attr-defined]
        if not isinstance(where, dict):
            where = {name: getattr(where, name) for name in where.__struct_fields__ if getattr(where, name) is not None}
        parts = {part: getattr(error, part) for part in ("code", "message", "hint", "status")}
        return {**parts, "where": where}
    return {
        "code": "scoring_failed",
        "message": f"{type(error).__name__}: {error}",
        "hint": "The traceback is in the deployment's log.",
        "status": 502,
        "where": {},
    }
