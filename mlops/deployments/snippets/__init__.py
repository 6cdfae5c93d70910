"""Calls of an endpoint as programs to paste: one file a language, one list, and one test that runs each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from mlops.deployments.snippets import csharp, curl, go, java, javascript, power_query, python, r


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What a program sends. `body` is the JSON value, such as {"data": [{…}]}."""

    uri: str
    body: Any


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """`needs`: what must be there before the program runs. All read the key from ENDPOINT_KEY, but for Power Query."""

    name: str
    title: str
    file: str
    needs: str
    write: Callable[[str, Any], str]

    def program(self, call: Call) -> str:
        return self.write(call.uri, call.body)


LANGUAGES: tuple[Language, ...] = (
    Language(name="curl", title="curl", file="score.sh", needs="curl", write=curl.program),
    Language(name="python", title="Python", file="score.py", needs="pip install requests", write=python.program),
    Language(name="javascript", title="JavaScript", file="score.mjs", needs="Node.js 18", write=javascript.program),
    Language(name="csharp", title="C#", file="Score.cs", needs=".NET 6", write=csharp.program),
    Language(name="go", title="Go", file="score.go", needs="Go 1.18", write=go.program),
    Language(name="java", title="Java", file="Score.java", needs="Java 11", write=java.program),
    Language(name="r", title="R", file="score.R", needs="install.packages(c('httr', 'jsonlite'))", write=r.program),
    Language(
        name="power_query", title="Power Query", file="Score.pq", needs="Power BI or Excel", write=power_query.program
    ),
)


def programs(call: Call) -> dict[str, str]:
    """Language name to program."""
    return {language.name: language.program(call) for language in LANGUAGES}
