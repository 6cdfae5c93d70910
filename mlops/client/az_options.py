"""Options that lines copied from `az ml` carry and that have no meaning here: they are left out, and said so."""

from __future__ import annotations

import sys

WITH_VALUE = {
    "--resource-group": "--resource-group", "-g": "--resource-group", "--workspace-name": "--workspace-name",
    "-w": "--workspace-name", "--subscription": "--subscription", "--registry-name": "--registry-name",
    "--os-type": "--os-type", "--container": "--container", "--datastore": "--datastore",
}  # fmt: skip
ALONE = (
    "--no-wait", "--only-show-errors", "--debug", "--verbose", "--force-string", "--skip-validation",
    "--skip-script-validation", "--include-secrets", "--local-enable-gpu",
)  # fmt: skip


def left_over(unknown: list[str]) -> list[str]:
    """What is left of the words that a command does not know."""
    left, found = list[str](), list[str]()
    words = iter(unknown)
    for word in words:
        name, equals, _value = word.partition("=")
        if name in WITH_VALUE:
            found.append(WITH_VALUE[name])
            if not equals:
                next(words, "")
        elif word in ALONE:
            found.append(word)
        else:
            left.append(word)
    _tell(list(dict.fromkeys(found)))
    return left


def _tell(found: list[str]) -> None:
    if found and "--only-show-errors" not in found:
        some = "has" if len(found) == 1 else "have"
        left = "is" if len(found) == 1 else "are"
        print(f"warning: {', '.join(found)} {some} no meaning here and {left} left out.", file=sys.stderr)
