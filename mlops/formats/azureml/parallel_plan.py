"""How a parallel job cuts its input and what it takes: `mini_batch_size`, thresholds, retries, concurrency."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Literal

from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.parallel import IGNORED, ParallelPlan
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _

PLAN_FIELDS = {
    "mini_batch_size", "partition_keys", "mini_batch_error_threshold", "error_threshold", "logging_level",
    "max_concurrency_per_instance", "retry_settings", "input_data",
}  # fmt: skip
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(b|kb|mb|gb|k|m|g)?", re.IGNORECASE)
UNITS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
LEVELS: tuple[Literal["DEBUG", "INFO", "WARNING", "ERROR"], ...] = ("DEBUG", "INFO", "WARNING", "ERROR")


def read_parallel_plan(
    source: Source, at: Path, *, input: str, forms: dict[str, str], over: dict[str, Any]
) -> ParallelPlan:
    """`over`: what the arguments of the script say, which wins. Raises Refusal."""
    found = fields(source, at)
    files, size = _size(source, (*at, "mini_batch_size"), found.get("mini_batch_size"), forms.get(input) == "mltable")
    retries = found.get("retry_settings") or {}
    place = (*at, "retry_settings")
    if retries:
        retries = fields(source, place)
        for name in retries:
            if name not in ("max_retries", "timeout"):
                raise source.unknown(name, {"max_retries", "timeout"}, at=place, kind=_("the retry settings"))
    concurrency = found.get("max_concurrency_per_instance")
    level = str(over.get("logging_level") or found.get("logging_level") or "INFO").upper()
    if level not in LEVELS:
        hint = nearest(level, LEVELS) or _("Levels: %(names)s.") % {"names": ", ".join(LEVELS)}
        raise source.refuse(
            "level_unknown",
            _("“%(level)s” is no logging level.") % {"level": level},
            at=(*at, "logging_level"),
            hint=hint,
        )
    thresholds: dict[str, Any] = {
        name: over[name] if name in over else _whole(source, (*at, name), found.get(name, IGNORED), least=IGNORED)
        for name in ("mini_batch_error_threshold", "error_threshold")
    }
    return ParallelPlan(
        input=input,
        mini_batch_files=files,
        mini_batch_bytes=size,
        partition_keys=_keys(source, (*at, "partition_keys"), found.get("partition_keys")),
        **thresholds,
        allowed_failed_percent=over.get("allowed_failed_percent", 100.0),
        concurrency=None if concurrency is None else _whole(source, (*at, "max_concurrency_per_instance"), concurrency),
        max_retries=_whole(source, (*place, "max_retries"), retries.get("max_retries", 2), least=0),
        timeout_seconds=float(_whole(source, (*place, "timeout"), retries.get("timeout", 60))),
        logging_level=next(one for one in LEVELS if one == level),
    )


def _size(source: Source, at: Path, given: Any, is_table: bool) -> tuple[int | None, int | None]:
    """(files, bytes): a plain number counts files, or the bytes of a table."""
    if given is None:
        return None, None
    found = SIZE.fullmatch(str(given).strip())
    number = float(found[1]) if found else 0.0
    if found is None or number <= 0:
        hint = _("Such as mini_batch_size: 10 for files, or mini_batch_size: 100kb for a table.")
        raise source.refuse(
            "size_unfit", _("“%(given)s” is no size of a mini-batch.") % {"given": given}, at=at, hint=hint
        )
    unit = (found[2] or "").lower()[:1]
    if unit or is_table:
        return None, math.ceil(number * UNITS[unit or "b"])
    return int(number), None


def _keys(source: Source, at: Path, given: Any) -> tuple[str, ...]:
    """A list, also where it was written as JSON text."""
    if given is None:
        return ()
    if isinstance(given, str):
        try:
            given = json.loads(given.replace("'", '"')) if given.strip().startswith("[") else [given]
        except ValueError:
            given = None
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        hint = _("Such as partition_keys: [store, product].")
        raise source.refuse("partition_unfit", _("`partition_keys` must be a list of columns."), at=at, hint=hint)
    return tuple(given)


def _whole(source: Source, at: Path, given: Any, *, least: int = 1) -> int:
    try:
        number = math.nan if isinstance(given, bool) else float(given)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or number != int(number) or number < least:
        raise source.refuse(
            "number_unfit",
            _("`%(at)s` must be a whole number from %(least)s, not “%(given)s”.")
            % {"at": at[-1], "least": least, "given": given},
            at=at,
        )
    return int(number)
