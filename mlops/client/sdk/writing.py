"""Values as the YAML files that the commands read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def local(path: str) -> str:
    """A local path as an absolute one, because the file that names it is written elsewhere; others stay."""
    text = str(path)
    if not text or ":" in text.split("/")[0] or text.startswith("${{"):
        return text
    return str(Path(text).expanduser().resolve())


def plain(value: Any) -> Any:
    """Entities as their fields, mappings and lists as they are."""
    if hasattr(value, "fields"):
        return plain(value.fields())
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


@contextmanager
def as_file(fields: Mapping[str, Any], *, schema: str = "") -> Iterator[str]:
    """A YAML file with the fields, for as long as a command reads it."""
    import yaml

    document = ({"$schema": schema} if schema else {}) | plain(fields)
    with tempfile.NamedTemporaryFile("w", suffix=".yml", prefix=".mlops-", encoding="utf-8") as file:
        yaml.safe_dump(document, file, sort_keys=False, allow_unicode=True)
        file.flush()
        yield file.name
