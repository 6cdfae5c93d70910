"""`PYTHON start.py MODULE ARGUMENT…`: runs one of our children in any Python, which sees of us only `mlops`.

A model's own environment has its own packages: none of the server's may get in front of them, so nothing is put on
sys.path. What runs there imports nothing but the standard library."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(os.path.dirname(HERE))


def make_importable() -> None:
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != HERE]
    spec = importlib.util.spec_from_file_location(
        "mlops", os.path.join(PACKAGE, "__init__.py"), submodule_search_locations=[PACKAGE]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["mlops"] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    make_importable()
    if "MLOPS_WALLS" in os.environ:  # a server of this machine gives them; an image has its own, and no such module
        importlib.import_module("mlops.confinement.handed").enter()
    importlib.import_module(sys.argv[1]).main(*sys.argv[2:])
