"""The texts of the product that can be translated, found in its sources."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

from mlops.blocks.catalogue import components
from mlops.components.wording import texts_of
from mlops.env import VARIABLES
from mlops.events import wording
from mlops.formats.azureml.curated import FAMILIES
from mlops.formats.spoken import CONTEXT

ROOT = Path(__file__).resolve().parents[2]
Text = tuple[str, str, str | None]
"""One, several (or empty), and the context that tells it from the same words elsewhere."""
KEYWORDS = {
    "_": None,
    "lazily": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
DESCRIBED: tuple[tuple[str, str, list[str]], ...] = (
    (wording.CONTEXT, "mlops/events/catalogue", list(wording.texts())),
    ("setting", "mlops/env.py", [one.help for one in VARIABLES]),
    ("environment", "mlops/formats/azureml/curated.py", [one.title for one in FAMILIES]),
)
"""Texts that stand in English with what they describe: context, place, texts. Pages show them by `|within`."""
STRING = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\$]|\\.)*`)"""
ONE = re.compile(rf"\b(?:_|gettext)\(\s*{STRING}")
WITHIN = re.compile(rf"\bpgettext\(\s*{STRING}\s*,\s*{STRING}")
SEVERAL = re.compile(rf"\bngettext\(\s*{STRING}\s*,\s*{STRING}")


def of_python_and_templates() -> Iterator[tuple[Text, str]]:
    """And of components and types of events. Each text with the file that it is found in."""
    for folder in ("mlops", "designer"):
        for place in sorted((ROOT / folder).rglob("*.py")):
            source = place.read_text(encoding="utf-8")
            if ("gettext" in source or "lazily" in source) and "migrations" not in place.parts:
                yield from _in(source, place)
                for within in _in_f_strings(source):
                    yield from _in(within, place)
        for place in sorted((ROOT / folder).rglob("templates/**/*.*")):
            if place.suffix in (".html", ".txt"):
                told = templatize(place.read_text(encoding="utf-8"))
                yield from _in("\n".join(line.strip() for line in told.splitlines()), place)
    yield from of_components()
    for context, where, texts in DESCRIBED:
        for text in texts:
            yield (text, "", context), where


def of_components() -> Iterator[tuple[Text, str]]:
    for component in components():
        for text in texts_of(component):
            yield (text, "", CONTEXT), f"mlops/blocks/components/{component.name}.py"


def of_scripts() -> Iterator[tuple[Text, str]]:
    places = [*(ROOT / "frontend" / "src").rglob("*.ts*"), *(ROOT / "mlops/web/static/web").rglob("*.js")]
    for place in sorted(places):
        source, name = place.read_text(encoding="utf-8"), str(place.relative_to(ROOT))
        for one, several in SEVERAL.findall(source):
            yield (_plain(one), _plain(several), None), name
        for context, text in WITHIN.findall(source):
            yield (_plain(text), "", _plain(context)), name
        for text in ONE.findall(source):
            yield (_plain(text), "", None), name


def first_places(found: Iterable[tuple[Text, str]]) -> dict[Text, str]:
    """A text that stands alone somewhere and with a plural elsewhere is one entry, the latter."""
    places: dict[Text, str] = {}
    for text, place in found:
        if text[0]:
            places.setdefault(text, place)
    counted = {(text[0], text[2]) for text in places if text[1]}
    return {text: place for text, place in places.items() if text[1] or (text[0], text[2]) not in counted}


def _plain(literal: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), literal[1:-1])


def _in_f_strings(source: str) -> Iterator[str]:
    """What stands in their braces: to a reader of tokens they are one, before Python 3.12."""
    for text in ast.walk(ast.parse(source)):
        if isinstance(text, ast.JoinedStr):
            yield from (ast.unparse(part.value) for part in text.values if isinstance(part, ast.FormattedValue))


def _in(source: str, place: Path) -> Iterator[tuple[Text, str]]:
    for _line, text, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
        one, several = (text, "") if isinstance(text, str) else (*text, "")[:2]
        yield (one, several, context), str(place.relative_to(ROOT))
