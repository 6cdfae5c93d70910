"""The scoring server of an image has all of our own code that it imports."""

from __future__ import annotations

import ast

from mlops.packaging.images import runtime


def imported(source: bytes) -> set[str]:
    """Packages of ours that a file names in its imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("mlops.")}


ELSEWHERE = ("children/native.py", "/minibatches/", "stats/long_profile.py")
"""Not of the server: the original's process, batch jobs, and profiles of stored tables."""


def test_the_server_finds_all_that_it_imports_of_ours():
    files = [(path, content) for path, content in runtime.runtime_files(runtime.SERVER) if path.endswith(".py")]
    ours = {path: imported(content) for path, content in files if not any(part in path for part in ELSEWHERE)}
    assert {path: names - set(runtime.SERVER) for path, names in ours.items() if names - set(runtime.SERVER)} == {}
