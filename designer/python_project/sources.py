"""The sources of the built-in components, with their imports under the name of the exported package."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import mlops

PACKAGE = "studio_steps"
TAKEN = ("formats", "stats", "blocks", "confinement", "env.py")
NAMED = re.compile(r"\bmlops\.(?=(?:formats|stats|blocks|confinement|env)\b)")


@cache
def sources() -> dict[str, str]:
    """Path below the package to text."""
    root = Path(mlops.__file__).parent
    found = {"__init__.py": '"""The components of the pipeline, as MLOps Studio carries them out."""\n'}
    for name in TAKEN:
        for path in sorted((root / name).rglob("*")) or [root / name]:
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                text = path.read_text(encoding="utf-8")
                found[path.relative_to(root).as_posix()] = NAMED.sub(f"{PACKAGE}.", text)
    return found
