"""Amounts as Kubernetes writes them: `500m` of a processor, `512Mi` of memory."""

from __future__ import annotations

import re
from decimal import Decimal

UNITS = {
    "": Decimal(1), "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "k": Decimal(10**3),
    "M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12), "P": Decimal(10**15), "E": Decimal(10**18),
    "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40), "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}  # fmt: skip
QUANTITY = re.compile(r"([+-]?[0-9]+(?:\.[0-9]*)?|[+-]?\.[0-9]+)([eE][+-]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?")


def cpu(cpus: float) -> str:
    """Whole processors as a number, parts of one in thousandths; never less than one thousandth."""
    thousandths = max(1, round(cpus * 1000))
    return f"{thousandths}m" if thousandths % 1000 else str(thousandths // 1000)


def memory(size_bytes: int) -> str:
    for unit, size in (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
        if size_bytes % size == 0:
            return f"{size_bytes // size}{unit}"
    return str(size_bytes)


def amount(text: str | int | float) -> Decimal:
    """Raises ValueError where Kubernetes would refuse the text."""
    match = QUANTITY.fullmatch(str(text))
    if match is None:
        raise ValueError(f"“{text}” is no quantity")
    number, unit = match[1], match[2] or ""
    return Decimal(f"{number}{unit}") if unit[:1] in ("e", "E") and len(unit) > 1 and unit != "Ei" else (
        Decimal(number) * UNITS[unit]
    )  # fmt: skip
