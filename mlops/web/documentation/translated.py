"""Pages in other languages: `docs/de/guides/registry.md` is `docs/guides/registry.md` in German. Each names the English
text that it was made of by a digest in its first line, so that one that has fallen behind is known."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

import msgspec

from mlops.web.documentation.shelf import Page, folder, pages, titled

LANGUAGES = ("de",)
OF = re.compile(r"<!-- of ([0-9a-f]{12}) -->\n\n?")


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    page: Page
    """At the address of the English one."""
    is_behind: bool
    """The English text has changed since."""


@cache
def translated(address: str, language: str) -> Translation | None:
    """None: nobody has translated it. Raises KeyError where there is no such page."""
    original = pages()[address]
    file = _file(original, language)
    if language not in LANGUAGES or not file.is_file():
        return None
    text = file.read_text(encoding="utf-8")
    made_of = OF.match(text)
    page = titled(f"{language}/{original.path}", OF.sub("", text, count=1), address=address)
    return Translation(page=page, is_behind=made_of is None or made_of[1] != digest(original))


def digest(page: Page) -> str:
    return hashlib.sha256(page.text.encode()).hexdigest()[:12]


def mark() -> list[Path]:
    """Writes the digests of the English texts as they are now into all translations; those that changed."""
    changed = []
    for file, page in ((_file(page, language), page) for page in pages().values() for language in LANGUAGES):
        if file.is_file():
            before = file.read_text(encoding="utf-8")
            after = f"<!-- of {digest(page)} -->\n\n{OF.sub('', before, count=1)}"
            if after != before:
                file.write_text(after, encoding="utf-8")
                changed.append(file)
    return changed


def _file(original: Page, language: str) -> Path:
    return folder() / language / original.path
