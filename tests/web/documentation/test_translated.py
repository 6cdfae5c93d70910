"""Pages in other languages say what the English ones say."""

from __future__ import annotations

import re

import pytest

from mlops.web.documentation.drawing import link_to, picture_of
from mlops.web.documentation.shelf import IN_TREE, Page, pages
from mlops.web.documentation.translated import LANGUAGES, Translation, translated

FOUND = [one for language in LANGUAGES for address in pages() if (one := translated(address, language))]
REMEDY = "Translate what is new, then run `python -m mlops.web.documentation`."
PARTS = re.compile(r"^```.*?^```|^!?\[|^#+ |^- |^\|", re.DOTALL | re.MULTILINE)


def test_every_file_is_a_page_of_the_documentation():
    files = [file for language in LANGUAGES for file in (IN_TREE / language).rglob("*.md")]
    assert len(files) == len(FOUND)


def test_none_has_fallen_behind():
    assert [one.page.path for one in FOUND if one.is_behind] == [], REMEDY


@pytest.mark.parametrize("found", FOUND, ids=lambda found: found.page.path)
def test_it_has_the_headings_lists_tables_pictures_and_code_of_the_english_page(found: Translation):
    english = pages()[found.page.address]
    assert PARTS.findall(found.page.text) == PARTS.findall(english.text)
    assert _destinations(found.page) == _destinations(english)
    assert "" not in _destinations(found.page)


@pytest.mark.django_db
def test_a_german_reader_gets_the_german_page_and_is_told_of_english_ones(client, owner):
    client.force_login(owner)

    def shown(address: str) -> str:
        return client.get(f"/docs/guides/{address}/", headers={"Accept-Language": "de"}).content.decode()

    assert "Von nichts zur ersten Vorhersage" in shown("first-prediction")
    assert "Diese Seite gibt es nur auf Englisch." in shown("access")
    assert "From nothing to a first prediction" in client.get("/docs/guides/first-prediction/").content.decode()


def _destinations(page: Page) -> list[str]:
    found = re.findall(r"(!?)\[[^\]]*\]\(([^)]+)\)", page.text)
    return [picture_of(page, one) if is_picture else link_to(page, one) for is_picture, one in found]
