"""`python -m mlops.runtime.component NAME --port FOLDER --parameter VALUE --output FOLDER`: one built-in component,
as the command of its definition calls it. Values of structured parameters are JSON."""

from __future__ import annotations

import json
import sys
import tempfile
from typing import Any

from mlops.blocks.catalogue import component
from mlops.blocks.execution import execute
from mlops.formats.component import Component
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.step import StepOrder


class Printed:
    def log(self, text: str) -> None:
        print(text, flush=True)

    def progress(self, share: float) -> None:
        pass

    def metric(self, key: str, value: float) -> None:
        print(f"{key} = {value}", flush=True)


def main(words: list[str]) -> int:
    try:
        definition = component(words[0] if words else "")
        given = _pairs(words[1:])
        with tempfile.TemporaryDirectory(prefix="mlops-") as work_dir:
            execute(_order(definition, given, work_dir), Printed())
    except Refusal as refusal:
        print(f"{refusal.message} {refusal.hint}", file=sys.stderr)
        return 1
    return 0


def _pairs(words: list[str]) -> dict[str, str]:
    if len(words) % 2 or any(not word.startswith("--") for word in words[::2]):
        raise Refusal("usage", _("Each option is --NAME VALUE."))
    return dict(zip((word[2:] for word in words[::2]), words[1::2], strict=True))


def _order(definition: Component, given: dict[str, str], work_dir: str) -> StepOrder:
    inputs = {port.name: given[port.name] for port in definition.inputs if port.name in given}
    outputs = {port.name: given[port.name] for port in definition.outputs if port.name in given}
    parameters = {one.name: _value(given[one.name], one.type) for one in definition.parameters if one.name in given}
    return StepOrder(
        run="",
        node=definition.name,
        component=definition.name,
        version=definition.version,
        title=definition.title,
        parameters=parameters,
        inputs=inputs,
        outputs=outputs,
        work_dir=work_dir,
    )


def _value(text: str, kind: str) -> Any:
    if kind in ("integer", "decimal", "columns"):
        return json.loads(text)
    return text.strip().lower() == "true" if kind == "boolean" else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
