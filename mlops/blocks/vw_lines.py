"""Lines for Vowpal Wabbit: from a table's rows, from a column or a file that holds them already, from SVMLight."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import polars as pl

from mlops.blocks.bundles import archive_of
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext

if TYPE_CHECKING:
    from mlops.blocks.values import Bundle

LINE = "line"
VW, SVMLIGHT = "VW", "SVMLight"
_SPECIAL = re.compile(r"[\s|:]+")


def from_rows(frame: pl.DataFrame, columns: Sequence[str]) -> list[str]:
    """A namespace for each column: `|power power:130 |make audi`. Texts fall into words; a gap is left out."""
    parts = [_namespace(frame[name]) for name in columns]
    return [" ".join(part for part in row if part) or "|" for row in zip(*parts, strict=True)] if parts else []


def labelled(lines: Iterable[str], labels: Iterable[float | int | str]) -> list[str]:
    return [f"{label} {line}" for label, line in zip(labels, lines, strict=True)]


def from_svmlight(lines: Iterable[str]) -> list[str]:
    """`1 3:0.5 7:1 # comment` -> `1 | 3:0.5 7:1`; a `qid:` is left out."""
    found = []
    for line in lines:
        label, _, rest = line.partition("#")[0].strip().partition(" ")
        features = " ".join(part for part in rest.split() if not part.startswith("qid:"))
        if ":" in label:
            label, features = "", f"{label} {features}"
        found.append(f"{label} | {features}".strip())
    return found


def lines_in(bundle: Bundle, name: str, *, port: str, parameter: str) -> list[str]:
    """The lines of one file of a zip archive; without a name, of its only file."""
    with zipfile.ZipFile(archive_of(bundle, port=port)) as archive:
        files = [one for one in archive.namelist() if not one.endswith("/") and "__MACOSX" not in one]
        chosen = name or (files[0] if len(files) == 1 else "")
        if chosen not in files:
            told = f"no file '{name}'" if name else f"{len(files)} files"
            message = gettext("The zip archive holds %(told)s.") % {"told": told}
            hint = gettext("Name one of its files: %(names)s.") % {"names": ", ".join(files[:5])}
            raise Refusal("file_not_found", message, hint=hint, status=422, where=Where(parameter=parameter))
        text = archive.read(chosen).decode("utf-8", errors="replace")
    return [line for line in text.splitlines() if line.strip()]


def label_of(line: str) -> str:
    """What stands before the first bar and any importance or tag; empty where there is no label."""
    before = line.partition("|")[0].split()
    return before[0] if before and not before[0].startswith("'") else ""


def _namespace(values: pl.Series) -> list[str]:
    name = _SPECIAL.sub("_", values.name)
    if values.dtype == pl.Boolean:
        return ["" if value is None else f"|{name} {str(value).lower()}" for value in values.to_list()]
    if values.dtype.is_numeric():
        numbers = values.cast(pl.Float64).fill_nan(None).to_list()
        return ["" if value is None else f"|{name} {name}:{value!r}" for value in numbers]
    texts = values.cast(pl.String).to_list()
    return ["" if not text else f"|{name} {_SPECIAL.sub(' ', text).strip()}" for text in texts]
