"""A refusal: the one way in which any part of the product says no. It names what, why and what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

import msgspec

from mlops.formats.spoken import gettext as _


class Where(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The place a refusal points at; every part is optional."""

    node: str | None = None
    port: str | None = None
    parameter: str | None = None
    column: str | None = None
    row: int | None = None
    value: str | None = None


class Refusal(Exception):
    """An act that cannot be done. `status` is the HTTP status that a face should answer with."""

    retry_after = 0
    """Seconds to wait before the next try, where a face should say so; 0: none."""

    def __init__(
        self, code: str, message: str, *, hint: str = "", status: int = 400, where: Where | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.status = status
        self.where = where or Where()

    def as_problem(self) -> dict[str, Any]:
        """The body of an `application/problem+json` answer (RFC 9457)."""
        place: dict[str, Any] = msgspec.to_builtins(self.where)
        return {
            "type": "about:blank",
            "title": self.code.replace("_", " "),
            "status": self.status,
            "code": self.code,
            "detail": self.message,
            "hint": self.hint,
            **({"where": place} if place else {}),
        }


def refusal_of(form: dict[str, Any]) -> Refusal:
    """What a child process wrote down as code, message, hint, status and where."""
    where = msgspec.convert(form["where"], Where)
    return Refusal(form["code"], form["message"], hint=form["hint"], status=form["status"], where=where)


def nearest(wanted: str, known: Iterable[str]) -> str:
    """`Did you mean 'x'?`, or an empty text when nothing is close."""
    close = difflib.get_close_matches(wanted, list(known), n=1, cutoff=0.6)
    return _("Did you mean '%(nearest)s'?") % {"nearest": close[0]} if close else ""
