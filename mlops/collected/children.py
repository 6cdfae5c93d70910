"""Asks the child process that works on Parquet parts; its refusals name collected data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mlops.datasets.children import ask_child
from mlops.formats.refusal import Refusal

MODULE = "mlops.collected.tables"
SECONDS = 3600.0
TROUBLES = ("not_enough_memory", "import_too_slow")


def ask_tables(
    verb: str, *, folder: Path, seconds: float = SECONDS, beat: Callable[[], bool] | None = None, **order: Any
) -> Any:
    """The child's result. `folder`: for its scratch files. Raises Refusal."""
    try:
        return ask_child(verb, module=MODULE, path=folder, seconds=seconds, beat=beat, **order)
    except Refusal as refusal:
        if refusal.code not in TROUBLES:
            raise
        raise Refusal(
            "window_too_large",
            _("Reading this much collected data takes more memory or time than is given to it."),
            hint=_("Choose a shorter window, or give the server a larger MLOPS_STEP_MEMORY_BYTES."),
            status=422,
        ) from refusal
