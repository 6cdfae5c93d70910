"""Reading the YAML files of the public schemas: fields without a meaning here warn, unknown ones are refused."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mlops.formats.refusal import Refusal, nearest


def load(file: str, *, kind: str, known: Iterable[str], without_meaning: Iterable[str] = ()) -> dict[str, Any]:
    """The document's fields. `known` ones are used, `without_meaning` are told and left out."""
    known, silent = set(known) | {"$schema"}, set(without_meaning)
    document = _parsed(Path(file))
    for field in document:
        if field in silent:
            print(f"warning: “{field}” has no meaning here and is left out.", file=sys.stderr)
        elif field not in known:
            raise Refusal(
                "field_unknown",
                f"{file}: “{field}” is no field of a {kind}.",
                hint=nearest(str(field), known | silent) or f"Fields: {', '.join(sorted(known))}.",
            )
    return {key: value for key, value in document.items() if key in known}


def load_plain(file: str) -> dict[str, Any]:
    """The document's fields, whatever they are: the server checks them."""
    return _parsed(Path(file))


def beside(file: str, path: str) -> Path:
    """A local path of the document, relative to its file."""
    return (Path(file).parent / path.removeprefix("file:")).resolve() if file else Path(path)


def readable(path: Path) -> Path:
    if path.exists():
        return path
    siblings = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
    raise Refusal("file_unknown", f"There is no file {path}.", hint=nearest(path.name, siblings))


def _parsed(path: Path) -> dict[str, Any]:
    import yaml

    try:
        document = yaml.safe_load(readable(path).read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise Refusal("file_unreadable", f"{path} is not UTF-8 text.") from error
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f", line {place.line + 1}, column {place.column + 1}" if place else ""
        reason = getattr(error, "problem", None) or str(error)
        raise Refusal("yaml_unreadable", f"{path}{where}: {reason}.") from error
    if not isinstance(document, dict):
        raise Refusal("yaml_unreadable", f"{path} holds no fields of the form `name: value`.")
    return document
