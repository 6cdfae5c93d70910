"""The command line of a component with its values filled in, safe from what values hold."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

PART = re.compile(r"\$\[\[(.*?)\]\]", re.DOTALL)
EXPRESSION = re.compile(r"\$\{\{\s*(inputs|outputs)\.([A-Za-z0-9_]+)(?:\.path)?\s*\}\}")


def worded(command: str, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> str:
    """`$[[...]]` goes where an input in it has no value. A value is one word, also within quotes of either kind."""

    def part(found: re.Match[str]) -> str:
        names = [name for kind, name in EXPRESSION.findall(found[1]) if kind == "inputs"]
        return found[1] if all(name in inputs for name in names) else ""

    return _filled(PART.sub(part, command), {"inputs": inputs, "outputs": outputs})


def filled(text: str, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> str:
    """A text that is no command line, such as an environment variable."""
    values = {"inputs": inputs, "outputs": outputs}
    return EXPRESSION.sub(lambda found: values[found[1]].get(found[2], ""), text)


def _filled(command: str, values: Mapping[str, Mapping[str, str]]) -> str:
    done: list[str] = []
    quote, place = "", 0
    for found in EXPRESSION.finditer(command):
        between = command[place : found.start()]
        quote = _quote_after(between, quote)
        done += [between, _as_word(values[found[1]].get(found[2], ""), quote)]
        place = found.end()
    return "".join([*done, command[place:]])


def _quote_after(text: str, quote: str) -> str:
    """The quotation mark that is open after the text; empty for none."""
    escaped = False
    for sign in text:
        if escaped:
            escaped = False
        elif sign == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
    return quote


def _as_word(value: str, quote: str) -> str:
    if quote == "'":
        return value.replace("'", "'\\''")
    if quote == '"':
        return re.sub(r'([\\"$`])', r"\\\1", value)
    return shlex.quote(value)
