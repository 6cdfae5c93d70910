"""What `resources` asks of a worker, in our own fields: `cpu: 2`, `memory: 4Gi`, `gpu: 1`, `labels: {zone: a}`."""

from __future__ import annotations

import re
from typing import Any

from mlops.formats.azureml.lines import Path, Source
from mlops.formats.definition import Resources
from mlops.formats.labels import read_labels
from mlops.formats.spoken import gettext as _

UNITS = {
    "": 1, "b": 1, "k": 10**3, "kb": 10**3, "ki": 2**10, "kib": 2**10, "m": 10**6, "mb": 10**6, "mi": 2**20,
    "mib": 2**20, "g": 10**9, "gb": 10**9, "gi": 2**30, "gib": 2**30, "t": 10**12, "tb": 10**12, "ti": 2**40,
    "tib": 2**40,
}  # fmt: skip
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")


def read_wishes(source: Source, at: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Fields of `Resources`. Raises Refusal `number_expected`, `size_unfit`, `label_invalid`."""
    return {
        "cpus": _number(source, (*at, "cpu"), given.get("cpu")),
        "memory_bytes": _size(source, (*at, "memory"), given.get("memory")),
        "gpus": int(_number(source, (*at, "gpu"), given.get("gpu"), whole=True)),
        "labels": _labels(source, (*at, "labels"), given.get("labels")),
    }


def write_wishes(resources: Resources) -> dict[str, Any]:
    """None where nothing is asked."""
    cpus = resources.cpus
    return {
        "cpu": (int(cpus) if cpus.is_integer() else cpus) if cpus else None,
        "memory": resources.memory_bytes or None,
        "gpu": resources.gpus or None,
        "labels": dict(sorted(resources.labels.items())) or None,
    }


def size_in_bytes(text: str) -> int | None:
    """Of `4Gi`, `512Mi`, `2GB`, `1000`; None where it is no size."""
    found = SIZE.fullmatch(text.strip())
    if found is None or found[2].lower() not in UNITS:
        return None
    return int(float(found[1]) * UNITS[found[2].lower()])


def _number(source: Source, at: Path, value: Any, *, whole: bool = False) -> float:
    if value in (None, ""):
        return 0.0
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if isinstance(value, bool) or not 0 <= number <= 10_000 or (whole and not number.is_integer()):
        kind = "a whole number" if whole else "a number"
        raise source.refuse(
            "number_expected", _("“%(at)s” must be %(kind)s of 0 or more.") % {"at": at[-1], "kind": kind}, at=at
        )
    return number


def _size(source: Source, at: Path, value: Any) -> int:
    if value in (None, ""):
        return 0
    size = None if isinstance(value, bool) else size_in_bytes(str(value))
    if size is None:
        hint = _("Such as 4Gi, 512Mi, 2GB, or a number of bytes.")
        raise source.refuse("size_unfit", _("“%(value)s” is no size of memory.") % {"value": value}, at=at, hint=hint)
    return size


def _labels(source: Source, at: Path, value: Any) -> dict[str, str]:
    if value in (None, "", {}, []):
        return {}
    if isinstance(value, dict):
        labels = {str(name): "" if one is None else str(one) for name, one in value.items()}
    else:
        labels = read_labels(",".join(map(str, value)) if isinstance(value, list) else str(value))
    for name, one in labels.items():
        if set(",=@") & set(name) or "," in one:
            hint = _("Letters, digits, “-”, “_” and “.” serve everywhere.")
            raise source.refuse("label_invalid", _("“%(name)s” is no label.") % {"name": name}, at=at, hint=hint)
    return labels
