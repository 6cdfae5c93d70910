"""The pages of the command line, from its own parsers: one of all commands, and one for each with its words."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import cache

from mlops.client.main import GROUPS, parser_of
from mlops.web.reference.tables import code, table

INTRODUCTION = """# Commands

`mlops COMMAND ACTION …` talks to the server of `mlops login` or of `MLOPS_URL` and `MLOPS_TOKEN`; without either, to
the one on this machine. Exit status: 0 done, 1 the job or request failed, 2 wrong usage, 3 refused, with `code`,
`message` and `hint` on standard error.

Commands that answer also take `-o table|json|jsonc|yaml|yamlc|tsv|none`, the form of the answer (a table on a
terminal, else JSON), and `--query EXPR`, a JMESPath expression that is applied to it; their pages do not repeat these
two.
"""


def pages() -> dict[str, str]:
    rows = [(f"[`mlops {one.name}`](commands/{one.name}.md)", one.help, _listed(one.name)) for one in GROUPS]
    index = "\n".join([INTRODUCTION, *table(("command", "what it is for", "actions"), rows)])
    return {"commands.md": index, **{f"commands/{one.name}.md": _page(one.name, one.help) for one in GROUPS}}


@cache
def parser(name: str) -> argparse.ArgumentParser:
    return parser_of(name)


def verbs(of: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """The next words that it takes: word, help, and what follows."""
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {one.dest: one.help or "" for one in action._choices_actions}
            for word, child in action.choices.items():
                yield word, helps.get(word, ""), child


def arguments(of: argparse.ArgumentParser) -> list[argparse.Action]:
    """Its own, without `--help` and what is accepted in silence."""
    hidden = (argparse._SubParsersAction, argparse._HelpAction)
    return [one for one in of._actions if not isinstance(one, hidden) and one.help != argparse.SUPPRESS]


def leaves(of: argparse.ArgumentParser, help: str = "") -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """Whole commands, with what each does."""
    found = list(verbs(of))
    if not found:
        yield of, help
    for _word, text, child in found:
        yield from leaves(child, text)


def _listed(name: str) -> str:
    return ", ".join(code(word) for word, _, _ in verbs(parser(name)))


def _page(name: str, help: str) -> str:
    lines = [f"# mlops {name}", "", _sentence(help), ""]
    for command, text in leaves(parser(name), help):
        alone = command is parser(name)
        lines += [] if alone else [f"## {command.prog}", "", _sentence(text), ""]
        lines += ["```", _usage(command), "```", ""]
        told = [one for one in arguments(command) if not _is_common(one)]
        lines += table(("argument", "meaning"), map(_row, told))
    return "\n".join(lines)


def _is_common(action: argparse.Action) -> bool:
    """`--query` of another meaning, and `-o` of another form, are told."""
    return "jsonc" in (action.choices or ()) or "JMESPath" in (action.help or "")


def _usage(command: argparse.ArgumentParser) -> str:
    """What must be given, then the rest as `[…]`."""
    given = [_needed(one) for one in arguments(command) if one.required or not one.option_strings]
    rest = ["[OPTIONS]"] if any(one.option_strings and not one.required for one in arguments(command)) else []
    return " ".join([command.prog, *given, *rest])


def _needed(action: argparse.Action) -> str:
    word = _value(action)
    if action.option_strings:
        return f"{max(action.option_strings, key=len)} {word}".strip()
    return f"[{word}]" if action.nargs in ("?", "*") else word


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    if not metavar and action.choices is not None:
        metavar = "|".join(str(one) for one in action.choices if one != "")
    metavar = metavar or action.dest.upper()
    return f"{metavar}…" if action.nargs in ("+", "*", argparse.REMAINDER) else metavar


def _row(action: argparse.Action) -> tuple[str, str]:
    names = ", ".join(action.option_strings)
    text = (action.help or "").replace("%%", "%")
    return code(f"{names} {_value(action)}".strip()), text + (" (required)" if names and action.required else "")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
