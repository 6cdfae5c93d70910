"""What an operation of the API does, in a few words: read from its method and address, so that each one has a title."""

from __future__ import annotations

import re
from typing import Any

METHODS = {"get": "Read", "put": "Set", "patch": "Change", "delete": "Remove"}
ACTS = frozenset(
    (
        "acknowledge", "activate", "apply", "approve", "archive", "cancel", "check", "clone", "collapse", "deactivate",
        "delete", "disable", "empty", "enable", "export", "import", "invoke", "measure", "open", "pause", "plan",
        "preview", "prune", "publish", "pull", "purge", "push", "reject", "replay", "resend", "resolve", "restore",
        "resume", "retry", "settle", "submit", "test", "trigger", "try", "undo", "update", "validate", "verify",
        "withdraw",
    )
)  # fmt: skip
ACTS_ON = ("end-", "regenerate-", "remove-", "rotate-")
"""Words that say the act and its object, such as `end-sessions`."""
IRREGULAR = {"people": "person", "aliases": "alias", "pushes": "push", "refreshes": "refresh"}
ALONE = {"me": "yourself", "collected": "collected data"}
INNER = frozenset(("access", "analysis", "sbom", "status", "telemetry"))
PARAMETER = re.compile(r"\{(\w+)\}")


def title(method: str, address: str) -> str:
    """`title("post", "/api/v1/runs/{run_id}/cancel/")` is “Cancel a run”."""
    parts = [part for part in address.removeprefix("/api/v1/").split("/") if part and part != "{noun}"]
    last = parts[-1]
    if PARAMETER.fullmatch(last):
        return f"{METHODS.get(method, 'Act on')} {_whole(parts)}"
    owner = f" of {_whole(parts[:-1])}" if parts[:-1] else ""
    if method != "post":
        return f"{'List' if method == 'get' and _is_plural(last) else METHODS[method]} {_words(last)}{owner}"
    if last.startswith(ACTS_ON):
        verb, _dash, rest = last.partition("-")
        return f"{verb.capitalize()} {_words(rest)}{owner}"
    if last in ACTS:
        return f"{_words(last).capitalize()} {_whole(parts[:-1])}"
    return f"Create {_with_article(_singular(last))}{owner}" if _is_plural(last) else f"Send {_words(last)}{owner}"


def tell_titles(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular calls it with the drawn schema. What an operation says by itself is kept."""
    for address, item in result["paths"].items():
        for method in ("get", "post", "put", "patch", "delete"):
            if method in item:
                item[method].setdefault("summary", title(method, address))
    return result


def _whole(parts: list[str]) -> str:
    """Such as “a version of a model”."""
    told: list[str] = []
    at = 0
    while at < len(parts):
        is_one = at + 1 < len(parts) and PARAMETER.fullmatch(parts[at + 1])
        if found := PARAMETER.fullmatch(parts[at]):
            told.append(_with_article(_words(found[1].removesuffix("_id"))))
        else:
            told.append(_with_article(_singular(parts[at])) if is_one else _alone(parts[at]))
        at += 2 if is_one else 1
    return " of ".join(reversed(told))


def _alone(word: str) -> str:
    return ALONE.get(word, f"the {_words(word)}")


def _is_plural(word: str) -> bool:
    return (word.endswith("s") and word not in INNER) or word == "people"


def _singular(word: str) -> str:
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("ies") and word != "series":
        return f"{_words(word)[:-3]}y"
    return _words(word).removesuffix("s") if _is_plural(word) else _words(word)


def _with_article(words: str) -> str:
    return f"{'an' if words[:1] in 'aeio' else 'a'} {words}"


def _words(word: str) -> str:
    return word.replace("-", " ").replace("_", " ")
