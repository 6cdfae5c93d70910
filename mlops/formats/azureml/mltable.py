"""The file MLTable: which paths, and what is done with their rows. What is not known here is warned of by name."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _

KNOWN = {"$schema", "type", "paths", "transformations", "metadata", "extra", "traits"}
PATH_KINDS = ("file", "folder", "pattern")
READERS = ("read_delimited", "read_parquet", "read_json_lines", "read_delta_lake")
STEPS = (
    "keep_columns", "drop_columns", "convert_column_types", "skip", "take", "take_random_sample", "filter",
    "rename_columns", "extract_columns_from_partition_format",
)  # fmt: skip
OPTIONS: dict[str, tuple[str, ...]] = {
    "read_delimited": ("delimiter", "header", "encoding", "include_path_column", "infer_column_types",
                       "empty_as_string", "support_multi_line", "path_column", "partition_size"),
    "read_parquet": ("include_path_column", "path_column"),
    "read_json_lines": ("encoding", "invalid_lines", "include_path_column", "path_column"),
}  # fmt: skip
SILENT = ("partition_size", "support_multi_line", "path_column")
"""Options that change nothing here."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: Any
    line: int


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """`paths`: (kind, path). `reader` empty: by the files' endings."""

    paths: tuple[tuple[str, str], ...]
    reader: str = ""
    options: dict[str, Any] = {}
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()


def read_mltable(source: Source) -> Table:
    """Raises Refusal with the line: `field_unknown`, `field_missing`, `field_invalid`."""
    found = fields(source)
    for name in found:
        if name not in KNOWN:
            raise source.unknown(name, KNOWN, at=(), kind=_("an MLTable"))
    paths = tuple(_path(source, place) for place in range(len(_listed(source, found, "paths"))))
    if not paths:
        raise source.refuse("field_missing", _("An MLTable needs “paths”."), hint=_("Such as - file: ./data.csv"))
    reader, options = "", dict[str, Any]()
    steps: list[Step] = []
    warnings: list[str] = []
    for place, one in enumerate(_listed(source, found, "transformations")):
        name, value = _named(source, one, ("transformations", place))
        line = source.line(("transformations", place))
        if name in READERS and name != "read_delta_lake":
            reader, options = name, _options(source, name, value, line, warnings)
        elif name in STEPS and name != "extract_columns_from_partition_format":
            steps.append(Step(name=name, value=value, line=line))
        elif name in (*READERS, *STEPS):
            warnings.append(f"{source.name}, line {line}: “{name}” is not done here.")
        else:
            hint = nearest(name, (*READERS, *STEPS))
            warnings.append(
                f"{source.name}, line {line}: “{name}” is no transformation that is known here. {hint}".strip()
            )
    return Table(paths=paths, reader=reader, options=options, steps=tuple(steps), warnings=tuple(warnings))


def _listed(source: Source, found: dict[str, Any], name: str) -> list[Any]:
    value = found.get(name) or []
    if not isinstance(value, list):
        raise source.refuse("field_invalid", _("“%(name)s” must be a list.") % {"name": name}, at=(name,))
    return value


def _path(source: Source, place: int) -> tuple[str, str]:
    at: Path = ("paths", place)
    one = source.value["paths"][place]
    kinds = [kind for kind in PATH_KINDS if isinstance(one, dict) and kind in one]
    if len(kinds) != 1:
        hint = _("Such as - file: ./data.csv, - folder: ./parts or - pattern: ./*.csv")
        raise source.refuse("field_invalid", _("A path is one of file, folder and pattern."), at=at, hint=hint)
    return kinds[0], str(one[kinds[0]])


def _named(source: Source, one: Any, at: Path) -> tuple[str, Any]:
    if isinstance(one, str):
        return one, None
    if isinstance(one, dict) and len(one) == 1:
        name, value = next(iter(one.items()))
        return str(name), value
    hint = _("Such as - read_parquet, or - keep_columns: [a, b]")
    raise source.refuse("field_invalid", _("A transformation is a name, or a name and its value."), at=at, hint=hint)


def _options(source: Source, name: str, value: Any, line: int, warnings: list[str]) -> dict[str, Any]:
    given = value if isinstance(value, dict) else {}
    known = OPTIONS[name]
    for option in given:
        if option not in known:
            hint = nearest(str(option), known) or _("Options: %(names)s.") % {"names": ", ".join(known)}
            raise source.refuse(
                "field_unknown",
                _("“%(option)s” is no option of %(name)s.") % {"option": option, "name": name},
                at=("transformations",),
                hint=hint,
            )
        if option in SILENT:
            warnings.append(f"{source.name}, line {line}: “{option}” has no meaning here.")
    return {str(option): one for option, one in given.items()}
