"""Answers as table, JSON, YAML or tab-separated values, after an optional JMESPath query."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from typing import Any

from mlops.client.calling import answers
from mlops.client.errors import WrongUsage

Columns = Sequence[tuple[str, str]]
"""Heading and dotted path of each column of a table."""


FORMS = {"jsonc": "json", "yamlc": "yaml"}
"""Those that `az` writes in colours."""


def print_warnings(answer: Any) -> None:
    """What the server says beside its answer, on standard error."""
    for line in (answer.get("warnings") or ()) if isinstance(answer, dict) else ():
        print(f"warning: {line}", file=sys.stderr)


def is_for_people(arguments: argparse.Namespace) -> bool:
    """Whether the answer is shown as a table that people read, so that words of ours may stand beside it."""
    if arguments.query:
        return False
    return arguments.output == "table" or (not arguments.output and sys.stdout.isatty())


def show(arguments: argparse.Namespace, value: Any, *, columns: Columns = ()) -> int:
    """Writes the answer in the form that was asked for. `columns` shape tables only, and only without a query."""
    if (kept := answers.get()) is not None:
        kept.append(value)
        return 0
    if arguments.query:
        value, columns = _queried(value, arguments.query), ()
    form = FORMS.get(arguments.output or "", arguments.output) or ("table" if sys.stdout.isatty() else "json")
    if form == "none":
        return 0
    writer = {"json": as_json, "yaml": as_yaml, "tsv": as_tsv}.get(form)
    text = writer(value) if writer else as_table(value, columns=columns)
    if text:
        print(text)
    return 0


def show_secret(arguments: argparse.Namespace, made: dict[str, Any], name: str) -> int:
    """What is shown once, under that name: in the form tsv it is alone on its line, for shells to take."""
    if arguments.output == "tsv" and not arguments.query and made.get(name):
        print(made[name])
        return 0
    return show(arguments, made)


def as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def as_yaml(value: Any) -> str:
    import yaml

    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=False)
    return text.removesuffix("\n").removesuffix("\n...")


def as_tsv(value: Any) -> str:
    """One line a row, no heading; a nested value is JSON."""
    rows = value if isinstance(value, list) else [value]
    return "\n".join("\t".join(_cell(cell) for cell in _cells(row)) for row in rows)


def as_table(value: Any, *, columns: Columns = ()) -> str:
    if isinstance(value, dict):
        return _key_values(value)
    if not isinstance(value, list):
        return _cell(value)
    if not value:
        return "Nothing found."
    if not isinstance(value[0], dict):
        return "\n".join(_cell(one) for one in value)
    columns = columns or [(key, key) for key, cell in value[0].items() if not isinstance(cell, dict | list)]
    grid = [[heading.upper() for heading, _ in columns]]
    grid += [[_short(_cell(_at(row, path))) for _, path in columns] for row in value]
    return "\n".join(line.rstrip() for line in _aligned(grid))


def _queried(value: Any, expression: str) -> Any:
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.search(expression, value)
    except JMESPathError as error:
        raise WrongUsage(
            "query_unreadable",
            f"--query {expression!r} is no JMESPath expression: {str(error).splitlines()[0]}",
            hint="For example: --query name, or --query '[].{name: name, state: state}'",
        ) from error


def _cells(row: Any) -> list[Any]:
    if isinstance(row, dict):
        return list(row.values())
    return row if isinstance(row, list) else [row]


def _at(row: Any, path: str) -> Any:
    for key in path.split("."):
        row = row.get(key) if isinstance(row, dict) else None
    return row


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value).replace("\t", " ").replace("\n", " ")


def _short(text: str, *, width: int = 60) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _aligned(grid: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in grid) for i in range(len(grid[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in grid]


def _key_values(value: dict[str, Any]) -> str:
    width = max((len(key) for key in value), default=0)
    room = max(40, shutil.get_terminal_size().columns - width - 2)
    return "\n".join(f"{key.ljust(width)}  {_short(_cell(cell), width=room)}".rstrip() for key, cell in value.items())
