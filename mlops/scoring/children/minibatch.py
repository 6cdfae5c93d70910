"""Runs a user's batch script: init() once, run(mini_batch) with file paths or a pandas table, one at a time.

Standard library and what the script's own environment has: it may run in another Python than ours."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from mlops.formats.spoken import gettext as _
from mlops.scoring.children.encoding import decode
from mlops.scoring.children.faults import Fault
from mlops.scoring.children.model_folder import set_up
from mlops.scoring.children.pipe import Answer, serve
from mlops.scoring.children.script import COMPAT, Guard, imported, json_of

Run = Callable[[Any], "tuple[dict[str, Any], bytes]"]
"""A mini-batch to {"items", "succeeded", "form"} and the results as JSON, one a line."""


def main(script: str, code: str, level: str) -> None:
    serve(lambda: _answering(load(script, code, level)))


def load(script: str, code: str, level: str) -> Run:
    """Imports the script with its folder on the path, and calls its init()."""
    set_up()
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    sys.path[:0] = list(dict.fromkeys((os.path.dirname(script), code)))
    sys.path.append(COMPAT)
    os.chdir(code)
    guard = Guard(script, code)
    module = guard("the import", lambda: imported(script))
    if not callable(getattr(module, "run", None)):
        hint = _("Define run(mini_batch): it gets a list of file paths, or a pandas table, and returns a list.")
        raise Fault("script_incomplete", f"{guard.name} has no function run(mini_batch).", hint=hint)
    init = getattr(module, "init", None)
    if callable(init):
        guard("init()", init)

    def run(batch: Any) -> tuple[dict[str, Any], bytes]:
        rows = _rows(guard("run()", lambda: module.run(batch)), guard.name)
        form = "none" if not rows else "objects" if all(isinstance(row, dict) for row in rows) else "lines"
        lines = b"".join(json_of(row, name=guard.name) + b"\n" for row in rows)
        return {"items": len(batch), "succeeded": len(rows), "form": form}, lines

    return run


def _answering(run: Run) -> tuple[Answer, dict[str, Any]]:
    """For another process: {"paths": [...]}, or {"dates": [names]} with the columns as JSON behind it."""

    def answer(message: dict[str, Any], raw: bytes) -> tuple[Any, bytes]:
        return run(message["paths"] if "paths" in message else _table(decode(raw), message["dates"]))

    return answer, {}


def _table(columns: dict[str, list[Any]], dates: list[str]) -> Any:
    try:
        import pandas
    except ModuleNotFoundError as error:
        hint = _("Add pandas to the deployment's environment: rows come as a pandas table.")
        raise Fault("package_missing", "pandas is not in the environment of the script.", hint=hint) from error
    frame = pandas.DataFrame(columns)
    for name in dates:
        frame[name] = pandas.to_datetime(frame[name])
    return frame


def _rows(given: Any, name: str) -> list[Any]:
    if hasattr(given, "to_dict") and hasattr(given, "columns"):
        return list(given.to_dict(orient="records"))
    if isinstance(given, (str, bytes, dict)) or not hasattr(given, "__iter__"):
        raise Fault(
            "script_result",
            f"run() in {name} returned a {type(given).__name__}.",
            hint=_("Return a list with one element for each file or row that was scored, or a pandas table."),
            status=502,
        )
    return list(given)
