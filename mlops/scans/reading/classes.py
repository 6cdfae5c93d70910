"""Writes down the classes of trusted packages, from their sources: `python -m mlops.scans.reading.classes FOLDER…`.

A FOLDER is one that holds installed packages, of one version or another; nothing of them is imported. A line is a
module and the classes that it defines at its top, as classes.txt holds them. What may do more than hold a model's state
is left out.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = (
    "sklearn", "imblearn", "lightgbm.basic", "lightgbm.sklearn", "xgboost.core", "xgboost.sklearn", "statsmodels",
    "scipy.sparse", "scipy.interpolate", "scipy.spatial", "pandas.core", "pandas.tseries",
)  # fmt: skip
LEFT_OUT = re.compile(
    r"(^|\.)(tests?|conftest|externals|testing|_testing|datasets|_build_utils|compat|sandbox|iolib|tools|graphics|api"
    r"|examples|computation|_min_dependencies|setup|csgraph|_show_versions|plotting|_plot|formats|_isotonic_viz)(\.|$)"
)
COMPILED = re.compile(r"^\s*cdef class (\w+)", re.MULTILINE)


def classes_in(folder: Path) -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        place = folder.joinpath(*package.split("."))
        sources = place.rglob("*") if place.is_dir() else [place.with_suffix(".py")]
        for path in sources:
            module = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
            if path.suffix in (".py", ".pyx") and path.is_file() and not LEFT_OUT.search(module):
                text = path.read_text(encoding="utf-8", errors="replace")
                yield from ((module, name) for name in _named(text, compiled=path.suffix == ".pyx"))


def _named(text: str, *, compiled: bool) -> list[str]:
    if compiled:
        return COMPILED.findall(text)
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]


def main(folders: list[str]) -> None:
    found: dict[str, set[str]] = {}
    for folder in folders:
        for module, name in classes_in(Path(folder)):
            found.setdefault(module, set()).add(name)
    for module in sorted(found):
        print(module, *sorted(found[module]))


if __name__ == "__main__":
    main(sys.argv[1:])
