"""The YAML files: what each of them expects is said in comments at its top."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
GOOD, BAD = HERE / "good", HERE / "bad"


class Case(NamedTuple):
    path: Path
    noun: str
    """The first word of the command that takes it."""
    line: int
    """Where its fault is; 0: anywhere."""
    codes: tuple[str, ...]
    names: str
    """What the fault's message or hint must name."""
    warns: tuple[str, ...]
    needs: str

    @property
    def words(self) -> tuple[str, ...]:
        verb = "validate" if self.noun == "job" else "create"
        more = ("--no-wait",) if self.noun in ("online-deployment", "data") else ()
        return (self.noun, verb, "-f", str(self.path), *more)


def cases(folder: Path) -> list[Case]:
    return [_case(path) for path in sorted(folder.glob("*/*.yml")) if path.name[0].isdigit()]


def _case(path: Path) -> Case:
    said = dict(re.findall(r"^# (expect|warns|needs): (.*)$", path.read_text(), re.MULTILINE))
    line, codes, names = (*said.get("expect", "0 *").split(" ", 2), "")[:3]
    return Case(
        path=path,
        noun=path.parent.name,
        line=int(line),
        codes=() if codes == "*" else tuple(codes.split("|")),
        names=names,
        warns=tuple(one.strip() for one in said.get("warns", "").split(",") if one.strip()),
        needs=said.get("needs", ""),
    )
