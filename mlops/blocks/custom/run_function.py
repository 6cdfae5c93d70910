"""Loads a function of a file and calls it. Stands alone: it is also run by the Python of a component's environment,
where nothing of this product is installed.

As a program it is given a folder with `call.json`: file, function, parameters, tables and folders (name to path),
and outputs (name to kind). It writes `NAME.parquet`, or `result.json` with the paths that were returned, and
`failure.json` where the function fails."""

from __future__ import annotations

import builtins
import importlib.util
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any


def load(file: Path, name: str) -> Callable[..., Any]:
    """`@component` is known in the file without an import, and changes nothing there."""
    builtins.component = _component  # type: ignore[attr-defined]
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file.name} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    function: Callable[..., Any] = getattr(module, name)
    return function


def results(returned: Any, outputs: list[str]) -> list[Any]:
    """One value for each output. Raises TypeError where the number differs."""
    if not outputs:
        return []
    values = list(returned) if len(outputs) > 1 and isinstance(returned, tuple | list) else [returned]
    if len(values) == 1 and isinstance(returned, tuple) and len(returned) == 1:
        values = list(returned)
    if len(values) != len(outputs):
        raise TypeError(f"it returned {len(values)} values for the outputs {', '.join(outputs)}")
    return values


def line_in(error: BaseException, file: Path) -> int | None:
    """The last line of the file that was running."""
    if isinstance(error, SyntaxError):
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).name == file.name]
    return lines[-1] if lines else None


def _component(*given: Any, **_named: Any) -> Any:
    return given[0] if given and callable(given[0]) else lambda function: function


def main(folder: Path) -> int:
    import pandas as pd

    call = json.loads((folder / "call.json").read_text())
    file = Path(call["file"])
    try:
        arguments = dict(call["parameters"])
        arguments |= {name: pd.read_parquet(path) for name, path in call["tables"].items()}
        arguments |= {name: Path(path) for name, path in call["folders"].items()}
        values = results(load(file, call["function"])(**arguments), list(call["outputs"]))
        paths = {}
        for (name, kind), value in zip(call["outputs"].items(), values, strict=True):
            if kind == "table":
                if not isinstance(value, pd.DataFrame):
                    raise TypeError(f"the output {name} must be a data frame, not {type(value).__name__}")
                value.to_parquet(folder / f"{name}.parquet", index=False)
            else:
                paths[name] = str(Path(value).resolve())
        (folder / "result.json").write_text(json.dumps(paths))
    except BaseException as error:
        traceback.print_exc()
        told = {"error": f"{type(error).__name__}: {error}", "line": line_in(error, file)}
        (folder / "failure.json").write_text(json.dumps(told))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
