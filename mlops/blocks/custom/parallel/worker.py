"""One process of a parallel job: imports the entry script, calls init() once and run() for each mini-batch.

Standard library and what the script's own environment has: it runs in another Python than ours. It reads one JSON
line a mini-batch from the first file descriptor that it is given and answers one on the second."""

from __future__ import annotations

import importlib.util
import inspect
import json
import logging
import os
import sys
import traceback
from typing import Any

COMPAT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compat")


class MiniBatchContext:
    """What run(mini_batch, mini_batch_context) is told of its mini-batch, by the names of Azure ML."""

    def __init__(self, batch: dict[str, Any]) -> None:
        self.minibatch_index = self.mini_batch_id = batch["number"]
        self.partition_key_value: dict[str, Any] = batch.get("keys") or {}
        """What the partition keys hold in it."""


def main(settings_file: str, asked: int, answered: int) -> None:
    with open(settings_file, encoding="utf-8") as opened:
        settings = json.load(opened)
    questions, answers = os.fdopen(asked, encoding="utf-8"), os.fdopen(answered, "w", encoding="utf-8")

    def answer(**told: Any) -> None:
        answers.write(json.dumps(told) + "\n")
        answers.flush()

    logging.basicConfig(level=settings["level"], stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        module = _loaded(settings["script"], settings["arguments"])
        if callable(getattr(module, "init", None)):
            module.init()
        told_context = _takes_context(module.run)
        answer(ready=True)
    except BaseException as error:  # also exit(): the script does not load
        traceback.print_exc()
        answer(error=_told(error), traceback=traceback.format_exc()[-8000:])
        return
    for line in questions:
        batch = json.loads(line)
        os.environ["MLOPS_MINI_BATCH"] = str(batch["number"])
        try:
            given = _table(batch["table"]) if "table" in batch else list(batch["files"])
            items = len(given)
            rows, count = _written(module.run(given, MiniBatchContext(batch)) if told_context else module.run(given))
            if rows and batch.get("out"):
                with open(batch["out"], "w", encoding="utf-8", newline="") as out:
                    out.write(rows)
            answer(items=items, succeeded=count)
        except Exception as error:
            traceback.print_exc()
            answer(error=_told(error), traceback=traceback.format_exc()[-8000:])
    if callable(getattr(module, "shutdown", None)):
        module.shutdown()


def _takes_context(run: Any) -> bool:
    """Whether it asks for a second argument."""
    try:
        asked = inspect.signature(run).parameters.values()
    except (TypeError, ValueError):
        return False
    by_place = [one for one in asked if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    return len(by_place) > 1 and (by_place[1].default is by_place[1].empty or by_place[1].name == "mini_batch_context")


def _loaded(script: str, arguments: list[str]) -> Any:
    sys.argv = [script, *arguments]
    sys.path[:0] = list(dict.fromkeys((os.path.dirname(script), os.getcwd())))
    sys.path.append(COMPAT)
    name = os.path.splitext(os.path.basename(script))[0]
    spec = importlib.util.spec_from_file_location(name, script)
    if spec is None or spec.loader is None:
        raise ImportError(f"{script} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    if not callable(getattr(module, "run", None)):
        raise AttributeError(f"{os.path.basename(script)} has no function run(mini_batch)")
    return module


def _table(path: str) -> Any:
    """By pyarrow, or by polars where the product's own environment serves."""
    import pandas

    if importlib.util.find_spec("pyarrow") is not None:
        return pandas.read_parquet(path)
    import polars

    frame = polars.read_parquet(path)
    return pandas.DataFrame({name: frame[name].to_numpy() for name in frame.columns}, columns=frame.columns)


def _written(returned: Any) -> tuple[str, int]:
    """The results as lines, and how many there are. A table has no header and spaces between its values, as Azure ML
    appends it."""
    if hasattr(returned, "to_csv") and hasattr(returned, "columns"):
        text: str = returned.to_csv(header=False, index=False, sep=" ")
        return text, len(returned)
    if returned is None or isinstance(returned, (str, bytes, dict)) or not hasattr(returned, "__iter__"):
        raise TypeError(f"run() must return a list or a data frame, not {type(returned).__name__}")
    rows = list(returned)
    return "".join(_line(row) + "\n" for row in rows), len(rows)


def _line(row: Any) -> str:
    if isinstance(row, bytes):
        return row.decode(errors="replace")
    return " ".join(str(cell) for cell in row) if isinstance(row, (list, tuple)) else str(row)


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
