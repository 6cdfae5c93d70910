"""Options that many commands share, and the small declarations that keep each command short."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

Run = Callable[[argparse.Namespace], int]


class Verbs:
    """The second words of a command, such as `list` in `mlops model list`."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._children = parser.add_subparsers(metavar="ACTION", required=True)

    def add(
        self, name: str, help: str, run: Run, *, form: Callable[[argparse.ArgumentParser], None] | None = None
    ) -> argparse.ArgumentParser:
        """`form` adds the options that say how the answer is told; usually `add_output`."""
        child: argparse.ArgumentParser = self._children.add_parser(
            name, help=help, description=f"{help[:1].upper()}{help[1:]}."
        )
        child.set_defaults(act=run, words=child)
        (form or add_output)(child)
        return child

    def group(self, name: str, help: str) -> Verbs:
        """Third words below a second one, such as `show` in `mlops online-endpoint collected show`."""
        return Verbs(self._children.add_parser(name, help=help, description=f"{help[:1].upper()}{help[1:]}."))


def add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        choices=("table", "json", "jsonc", "yaml", "yamlc", "tsv", "none"),
        help="form of the answer (a table on a terminal, else JSON)",
    )
    parser.add_argument("--query", metavar="EXPR", help="a JMESPath expression applied to the answer")


def add_project(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--project", metavar="SLUG", default="", help="the project (not needed where there is one)")


def add_name(parser: argparse.ArgumentParser, what: str, *, required: bool = True) -> None:
    parser.add_argument("-n", "--name", required=required, default="", help=what)


def add_file(parser: argparse.ArgumentParser, what: str, *, required: bool = False) -> None:
    parser.add_argument("-f", "--file", metavar="FILE", required=required, default="", help=what)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """`--set a.b=1 c=2`, which give fields of the file anew."""
    parser.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="A.B=VALUE", help="give fields of the file anew"
    )


def add_filter(parser: argparse.ArgumentParser) -> None:
    """Of a list: which rows, and in which order."""
    parser.add_argument("--filter", default="", metavar="EXPR", help='such as "Area=Churn and created > 7 days ago"')
    parser.add_argument(
        "--tag", action="append", default=[], metavar="NAME=VALUE", help="only with this tag (repeatable)"
    )
    parser.add_argument("--order-by", default="", metavar="NAMES", help='such as "-created" or "name, created desc"')
    parser.add_argument("--max-results", "-r", type=int, default=0, metavar="N", help="at most so many")


def filtered(arguments: argparse.Namespace) -> dict[str, Any]:
    """What `add_filter` added, as REST asks for it; and how many rows at most."""
    most = {"most": arguments.max_results} if arguments.max_results else {}
    return {"filter": arguments.filter, "tag": arguments.tag, "order_by": arguments.order_by, **most}


def add_yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")


def confirm(arguments: argparse.Namespace, question: str) -> None:
    """Asks on a terminal; a script is taken at its word."""
    import sys

    if arguments.yes or not sys.stdin.isatty():
        return
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        from mlops.client.errors import WrongUsage

        raise WrongUsage("not_confirmed", "Nothing was done.")


def pairs(text: str | list[str], *, code: str = "pairs_unreadable") -> dict[str, str]:
    """`a=1 b=2` (spaces or commas) as a dictionary."""
    from mlops.client.errors import WrongUsage

    words = (" ".join(text) if isinstance(text, list) else text).replace(",", " ").split()
    found: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise WrongUsage(code, f"“{word}” is not of the form NAME=VALUE.", hint='For example: "blue=90 green=10"')
        found[key] = value
    return found
