"""Gives an order to one of this package's child processes and reads its answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.packaging.child import run_module

SECONDS = 900.0
T = TypeVar("T")
Beat = Callable[[], None]


def ask(name: str, order: Any, folder: Path, answer: str, kind: type[T], *, beat: Beat) -> T:
    """`name`: of the module. Raises Refusal `comparison_failed` where the child ends without an answer."""
    place = folder / f"{name}-order.json"
    place.write_bytes(msgspec.json.encode(order))
    ended = run_module(f"mlops.retraining.{name}", ["--order", str(place)], folder=folder, seconds=SECONDS, beat=beat)
    told = folder / answer
    if ended.status != 0 or not told.is_file():
        hint = _("Try again; if it ends so again, compare on fewer rows (held_out.most_rows).")
        raise Refusal(
            "comparison_failed", _("The comparison's process ended: %(why)s.") % {"why": ended.why}, hint=hint
        )
    return msgspec.json.decode(told.read_bytes(), type=kind)
