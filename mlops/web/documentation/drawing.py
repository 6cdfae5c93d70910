"""A page of the documentation as safe HTML: headings with anchors, code with a button to copy it, links that work."""

from __future__ import annotations

import posixpath
from functools import cache
from typing import Any

import msgspec
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mlops.formats.markdown import parser
from mlops.web.documentation.shelf import PICTURES, Page, address_of, pages, picture, schema
from mlops.web.documentation.translated import Translation, translated


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    level: int
    title: str
    anchor: str


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """What stands below one heading, as plain text; the first has the page's title."""

    heading: Heading
    text: str


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    html: str
    passages: tuple[Passage, ...]

    @property
    def contents(self) -> list[Heading]:
        return [one.heading for one in self.passages if one.heading.level == 2]


def drawn(address: str) -> Drawn:
    """Raises KeyError where there is no such page."""
    return _drawn(address, get_language() or "")


@cache
def _drawn(address: str, language: str) -> Drawn:
    """A page never changes, but the word on its buttons does with the language."""
    return draw(pages()[address])


def drawn_for_reader(address: str) -> tuple[Drawn, Translation | None]:
    """In the reader's language, where somebody has translated the page."""
    language = get_language() or ""
    found = translated(address, language)
    return (_drawn_translation(address, language) if found else drawn(address)), found


@cache
def _drawn_translation(address: str, language: str) -> Drawn:
    found = translated(address, language)
    assert found is not None
    return draw(found.page)


def draw(page: Page) -> Drawn:
    """The title is left out: the frame shows it."""
    tokens = _parser().parse(page.text)
    headings = _anchored(tokens)
    for token in tokens:
        if token.children:
            token.children = _linked(page, token.children)
    start = next((at + 1 for at, one in enumerate(tokens) if one.type == "heading_close"), 0)
    passages = _passages(tokens, headings)
    return Drawn(html=_parser().renderer.render(tokens[start:], _parser().options, {}), passages=passages)


def link_to(page: Page, href: str) -> str:
    """Where a link of the page leads; empty where the product has no such page."""
    if href.startswith(("http://", "https://", "/", "mailto:")):
        return href
    path, _, anchor = href.partition("#")
    if not path:
        return href
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), path))
    if target.startswith("events/") and schema(posixpath.basename(target)) is not None:
        return reverse("web:docs-event", args=[posixpath.basename(target)])
    address = address_of(target) if target.endswith(".md") else target
    if address not in pages():
        return ""
    return url_of(address) + (f"#{anchor}" if anchor else "")


def picture_of(page: Page, src: str) -> str:
    """The address of a picture of the guides; empty for every other."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), src))
    folder, _, name = target.rpartition("/")
    return reverse("web:docs-picture", args=[name]) if folder == PICTURES and picture(name) is not None else ""


def url_of(address: str) -> str:
    return reverse("web:docs-page", args=[address]) if address else reverse("web:docs")


def slug(title: str) -> str:
    """The anchor of a heading, as on code hosts."""
    return "".join(char for char in title.lower() if char.isalnum() or char in " -_").replace(" ", "-")


def _anchored(tokens: list[Any]) -> dict[int, Heading]:
    """Gives every heading its anchor; the value has them by the place of their token."""
    found: dict[int, Heading] = {}
    used: dict[str, int] = {}
    for at, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        title = _plain(tokens[at + 1])
        anchor = slug(title)
        used[anchor] = used.get(anchor, -1) + 1
        anchor = f"{anchor}-{used[anchor]}" if used[anchor] else anchor
        token.attrSet("id", anchor)
        found[at] = Heading(level=int(token.tag[1]), title=title, anchor=anchor)
    return found


def _linked(page: Page, children: list[Any]) -> list[Any]:
    kept, dropped = [], 0
    for child in children:
        if child.type == "link_open":
            href = link_to(page, str(child.attrGet("href")))
            if not href:
                dropped += 1
                continue
            child.attrSet("href", href)
            if href.startswith("http"):
                child.attrSet("rel", "noopener noreferrer")
        if child.type == "image":
            child.attrSet("src", picture_of(page, str(child.attrGet("src"))))
        if child.type == "link_close" and dropped:
            dropped -= 1
            continue
        kept.append(child)
    return kept


def _passages(tokens: list[Any], headings: dict[int, Heading]) -> tuple[Passage, ...]:
    found: list[tuple[Heading, list[str]]] = []
    for at, token in enumerate(tokens):
        if at in headings:
            found.append((headings[at], []))
        elif found and at - 1 not in headings:
            text = token.content if token.type == "fence" else _plain(token) if token.type == "inline" else ""
            found[-1][1].extend([text] if text else [])
    return tuple(Passage(heading=heading, text=" ".join(" ".join(texts).split())) for heading, texts in found)


def _plain(token: Any) -> str:
    return "".join(" " if one.type == "softbreak" else one.content for one in token.children or ())


@cache
def _parser() -> Any:
    made = parser(breaks=False).enable("image")
    rules: dict[str, Any] = made.renderer.rules
    plain_fence = rules["fence"]

    def fence(tokens: Any, at: int, options: Any, environment: Any) -> str:
        code = mark_safe(plain_fence(tokens, at, options, environment).replace("<pre>", '<pre tabindex="0">', 1))  # nosec B308 B703
        button = '<button type="button" class="button button-small copy" data-copy><span>{}</span></button>'
        return format_html(f'<div class="code">{button}{{}}</div>', _("Copy"), code)

    def image(tokens: Any, at: int, *_: Any) -> str:
        """Only our own; of any other its words are left."""
        src, words = tokens[at].attrGet("src"), tokens[at].content
        if not src:
            return format_html("{}", words)
        return format_html('<a href="{}"><img src="{}" alt="{}" loading="lazy"></a>', src, src, words)

    def table_open(*_: Any) -> str:
        return '<div class="table-wrap" tabindex="0"><table class="table table-dense">'

    rules.update(fence=fence, image=image, table_open=table_open, table_close=lambda *_: "</table></div>")
    return made
