"""Reading the YAML files of the public schemas: fields without a meaning here warn, unknown ones are refused."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from mlops.formats.azureml import lines
from mlops.formats.azureml.lines import Source, fields
from mlops.formats.azureml.setting import with_settings
from mlops.formats.refusal import Refusal, nearest


def load(
    file: str,
    *,
    kind: str,
    known: Iterable[str],
    without_meaning: Iterable[str] = (),
    settings: Iterable[str] = (),
    base: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The document's fields. `known` ones are used, `without_meaning` are told and left out; `settings` give some anew,
    as `--set` writes them. `base`: the document, where there is no file."""
    return load_source(file, kind=kind, known=known, without_meaning=without_meaning, settings=settings, base=base)[1]


def load_source(
    file: str,
    *,
    kind: str,
    known: Iterable[str],
    without_meaning: Iterable[str] = (),
    settings: Iterable[str] = (),
    base: Mapping[str, Any] | None = None,
) -> tuple[Source, dict[str, Any]]:
    """As `load`, with the file's lines, so that a fault can be told where it stands."""
    known, silent = set(known) | {"$schema"}, set(without_meaning)
    source = _source(Path(file)) if file else Source(name="--set", value=dict(base or {}), lines={})
    source = with_settings(source, settings)
    document = fields(source)
    for field in document:
        if field in silent:
            line = source.line((field,))
            print(
                f"warning: {source.name}, line {line}: “{field}” has no meaning here and is left out.", file=sys.stderr
            )
        elif field not in known:
            raise source.unknown(field, known | silent, at=(), kind=f"a {kind}")
    return source, {key: value for key, value in document.items() if key in known}


def choice(source: Source, field: str, given: str, choices: Collection[str], *, kind: str) -> str:
    """Raises Refusal `value_invalid` with the field's line."""
    if given not in choices:
        hint = nearest(given, choices) or f"One of: {', '.join(choices)}."
        message = f"“{given}” is no {field} of a {kind}."
        raise source.refuse("value_invalid", message, at=(field,), hint=hint)
    return given


def load_plain(file: str) -> dict[str, Any]:
    """The document's fields, whatever they are: the server checks them."""
    return _parsed(Path(file))


def beside(file: str, path: str) -> Path:
    """A local path of the document, relative to its file."""
    return (Path(file).parent / path.removeprefix("file:").replace("\\", "/")).resolve() if file else Path(path)


def readable(path: Path) -> Path:
    if path.exists():
        return path
    siblings = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
    raise Refusal("file_unknown", f"There is no file {path}.", hint=nearest(path.name, siblings))


def _parsed(path: Path) -> dict[str, Any]:
    return fields(_source(path))


def _source(path: Path) -> Source:
    try:
        return lines.load(str(path), readable(path).read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise Refusal("file_unreadable", f"{path} is not UTF-8 text.") from error
