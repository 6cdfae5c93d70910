"""The parser of commands. What it cannot take is told as every refusal is: what is wrong, and the nearest that fits."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

WRONG_USAGE, REFUSED = 2, 3


class Words(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if "ACTION" in message or "COMMAND" in message:
            group = next(one for one in self._actions if isinstance(one, argparse._SubParsersAction))
            self.tell("verb_missing", f"Say what `{self.prog}` is to do.", f"There are: {_listed(group.choices)}.")
        text = f"{message[:1].upper()}{message[1:]}"
        self.tell("usage", text if text.endswith(".") else f"{text}.", f"`{self.prog} --help` shows what it takes.")

    def tell(self, code: str, message: str, hint: str, *, status: int = WRONG_USAGE) -> NoReturn:
        print(f"code: {code}\nmessage: {message}\nhint: {hint}", file=sys.stderr)
        sys.exit(status)

    def unknown(self, words: list[str]) -> NoReturn:
        """Options that no command of these words has."""
        from mlops.formats.refusal import nearest

        known = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
        first = next((word for word in words if word.startswith("-")), words[0]).partition("=")[0]
        hint = nearest(first, known) or f"`{self.prog} --help` shows what it takes."
        self.tell("option_unknown", f"`{self.prog}` takes no {' '.join(words)}.", hint)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        if isinstance(action, argparse._SubParsersAction):
            self._unknown_verb(str(value), list(action.choices))
        from mlops.formats.refusal import nearest

        name = max(action.option_strings or [str(action.dest)], key=len)
        known = [str(one) for one in action.choices if one != ""]
        hint = nearest(str(value), known) or f"One of: {', '.join(known)}."
        self.tell("value_invalid", f"“{value}” is no {name} of `{self.prog}`.", hint)

    def _unknown_verb(self, verb: str, known: list[str]) -> NoReturn:
        from mlops.client.az_verbs import instead_of
        from mlops.formats.refusal import nearest

        group = self.prog.partition(" ")[2]
        if hint := instead_of(group, verb):
            self.tell("not_here", f"“{group} {verb}” has no counterpart here.", hint, status=REFUSED)
        message = f"`{self.prog}` has no “{verb}”."
        self.tell("verb_unknown", message, nearest(verb, known) or f"There are: {_listed(known)}.")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
