"""`mlops doctor`: every setting with value and origin, every part with its state and what to do about it."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import msgspec

from mlops import env
from mlops.client.options import add_output
from mlops.client.output import as_table, show
from mlops.server.checks import CHECKS, Part


def define(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(act=doctor)
    add_output(parser)


def doctor(arguments: argparse.Namespace) -> int:
    """Exit status 1 when a part that is needed is broken."""
    settings, parts = _settings(), [_looked_at(name) for name in CHECKS]
    report = {"settings": settings, "parts": msgspec.to_builtins(parts), "warnings": env.unknown_names()}
    if arguments.query or arguments.output not in (None, "table"):
        show(arguments, report)
    elif arguments.output is None and not sys.stdout.isatty():
        show(argparse.Namespace(output="json", query=None), report)
    else:
        _tell(report)
    return 1 if any(part.state == "broken" for part in parts) else 0


def _settings() -> list[dict[str, str]]:
    return [
        {"name": one.name, "value": env.shown(one), "origin": env.origin(one.name), "help": one.help}
        for one in env.VARIABLES
    ]


def _looked_at(name: str) -> Part:
    try:
        return CHECKS[name](name)
    except Exception as error:  # whatever breaks a part is its state
        return Part(name=name, state="broken", detail=f"{type(error).__name__}: {error}")


def _tell(report: dict[str, Any]) -> None:
    columns = (("setting", "name"), ("value", "value"), ("origin", "origin"), ("what it is", "help"))
    print(as_table(report["settings"], columns=columns))
    print()
    print(as_table(report["parts"], columns=(("part", "name"), ("state", "state"), ("what is there", "detail"))))
    remedies = [part for part in report["parts"] if part["remedy"] and part["state"] != "ok"]
    if remedies or report["warnings"]:
        print()
    for part in remedies:
        print(f"{part['name']}: {part['remedy']}")
    for warning in report["warnings"]:
        print(f"warning: {warning}")
