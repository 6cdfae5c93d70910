"""The product speaks German wherever it speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.formats import localize

from mlops.events.chain import record
from tests.alerts.happening import RUN
from tests.locale import refusals, words

PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|%[sd%]|<[^>]+>")
TITLE = re.compile(r"(?:[A-Z][\w-]+(?: (?:in|to|for|and|from|of))? )+[A-Z][\w-]+")
"""Of a component, such as `Select Columns in Dataset`."""
REMEDY = "Run `python -m tests.locale`, and translate what is empty in mlops/locale/de/LC_MESSAGES."


def _catalogue(domain: str) -> Catalog:
    with (words.ROOT / "mlops/locale/de/LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale="de")


def _untranslated(catalogue: Catalog, found: Iterable[tuple[words.Text, str]]) -> list[str]:
    missing = []
    for (one, several, context), place in words.first_places(found).items():
        message = catalogue.get(one, context=context)
        strings = () if message is None else message.string if several else (message.string,)
        if not (strings and all(strings)):
            missing.append(f"{place}: {one[:80]!r}")
    return missing


def test_every_text_of_pages_and_refusals_is_translated():
    assert _untranslated(_catalogue("django"), words.of_python_and_templates()) == [], REMEDY


def test_every_text_of_the_browser_is_translated():
    assert _untranslated(_catalogue("djangojs"), words.of_scripts()) == [], REMEDY


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_what_is_put_into_a_text_is_in_its_translation_too(domain):
    wrong = []
    for message in _catalogue(domain):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for source, target in zip(ids, strings, strict=False):
            if source and set(PLACEHOLDER.findall(source)) != set(PLACEHOLDER.findall(target)):
                wrong.append((source, target))
    assert wrong == []


def test_nothing_is_guessed_by_likeness():
    assert [one.id for domain in ("django", "djangojs") for one in _catalogue(domain) if one.fuzzy and one.id] == []


def test_components_are_named_as_the_palette_names_them():
    catalogue = list(_catalogue("django"))
    titles = [
        one.id
        for one in catalogue
        if one.context == "component" and one.string != one.id and TITLE.fullmatch(str(one.id))
    ]
    said = re.compile(rf'(?<!")\b({"|".join(map(re.escape, titles))})\b')
    told = [text for one in catalogue for text in (one.string if isinstance(one.string, tuple) else (one.string,))]
    assert [text for text in told if said.search(text)] == []


@pytest.mark.django_db
def test_a_person_chooses_a_language_and_is_spoken_to_in_it(client, owner, project):
    client.force_login(owner)
    assert '<html lang="en">' in client.get("/models/").content.decode()
    client.post("/settings/", {"act": "language", "language": "de"})
    page = client.get("/models/").content.decode()
    assert '<html lang="de">' in page
    assert "Modelle" in page
    client.post("/settings/", {"act": "language", "language": ""})
    assert '<html lang="en">' in client.get("/models/").content.decode()


@pytest.mark.django_db
def test_a_refusal_speaks_as_the_caller_asks(client, owner, project):
    client.force_login(owner)
    told = client.get("/api/v1/projects/nowhere/", headers={"Accept-Language": "de"}).json()
    assert told["detail"].startswith("Es gibt kein solches Projekt")


@pytest.mark.django_db
def test_what_happened_is_read_in_the_own_language_and_recorded_in_english(client, owner, project):
    event = record(None, "mlops.run.completed", subject="runs/1", project=project, data=RUN)
    client.force_login(owner)
    page = client.get("/alerts/events/", {"actor": "System"}, headers={"Accept-Language": "de"}).content.decode()
    assert "Lauf abgeschlossen" in page
    assert ">System<" in page
    assert event.actor_name == "system"


@pytest.mark.django_db
def test_an_unknown_language_is_refused(client, owner):
    client.force_login(owner)
    answer = client.post("/settings/", {"act": "language", "language": "tlh"})
    assert "tlh" in answer.content.decode()


def test_numbers_in_german_pages_stay_as_forms_and_code_read_them():
    with translation.override("de"):
        assert localize(1234.5) == "1234.5"


def test_every_refusal_can_be_translated():
    assert list(refusals.plain()) == [], "Put its texts into `_()`, and what changes behind it: `_('…') % {…}`."


def test_no_english_word_is_put_into_a_translated_text():
    assert list(refusals.pieces()) == [], "Write one text for each case, or translate the word."


def test_words_of_two_meanings_are_told_apart():
    with translation.override("de"):
        assert [translation.pgettext("state", "Open"), translation.gettext("Open")] == ["Offen", "Öffnen"]
        assert [translation.pgettext("fraction", "Share"), translation.gettext("Share")] == ["Anteil", "Teilen"]
