"""Runs a user's scoring script: init() once, run(data) for each request, one at a time."""

from __future__ import annotations

import importlib.util
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.refusal import Refusal
from mlops.scoring.children.pipe import serve


def main(script: str) -> None:
    serve(lambda: load(Path(script)))


def load(path: Path) -> Callable[[Any], Any]:
    """Imports the script and calls its init(); the result answers {"data": text} with encoded JSON."""
    sys.path.insert(0, str(path.parent))
    os.chdir(path.parent)
    module = _guarded(path, "the import", lambda: _import(path))
    if not callable(getattr(module, "run", None)):
        raise Refusal(
            "script_incomplete",
            f"{path.name} has no function run(data).",
            hint="Define run(data): it is called for every request.",
        )
    init = getattr(module, "init", None)
    if callable(init):
        _guarded(path, "init()", init)

    def answer(message: dict[str, Any]) -> bytes:
        return encode(_guarded(path, "run()", lambda: module.run(message["data"])), path=path)

    return answer


def encode(value: Any, *, path: Path) -> bytes:
    """What run() returned, as JSON: dicts, lists, texts, numpy and pandas values."""
    try:
        return msgspec.json.encode(value, enc_hook=_plain)
    except (TypeError, ValueError) as error:
        raise Refusal(
            "script_result",
            f"What run() in {path.name} returned cannot be written as JSON: {error}",
            hint="Return a dict, a list, a text, a number, a numpy array or a pandas table.",
            status=502,
        ) from error


def _import(path: Path) -> Any:
    if not path.is_file():
        raise Refusal("script_missing", f"The script {path.name} is not in the server's folder.")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise Refusal("script_missing", f"{path.name} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _guarded(path: Path, stage: str, act: Callable[[], Any]) -> Any:
    """What the user's code raises becomes a refusal that names exception, stage and line."""
    try:
        return act()
    except Refusal:
        raise
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        line = _line(error, path)
        place = f"{path.name}, line {line}, in {stage}" if line else f"{path.name}, in {stage}"
        raise Refusal(
            "script_failed",
            f"{place}: {type(error).__name__}: {error}",
            hint="The whole traceback is in the deployment's log.",
            status=502,
        ) from error


def _line(error: BaseException, path: Path) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return frames[-1].lineno if frames else None


def _plain(value: Any) -> Any:
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return value.to_dict(orient="records")
    for name in ("tolist", "to_list", "isoformat"):
        if hasattr(value, name):
            return getattr(value, name)()
    if isinstance(value, set | frozenset):
        return list(value)
    raise TypeError(f"a value of the type {type(value).__name__}")


if __name__ == "__main__":
    main(sys.argv[1])
