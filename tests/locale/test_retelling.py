"""Stored sentences in the language of whoever reads them."""

from __future__ import annotations

import pytest
from django.utils import translation

from mlops.access.retold import retold
from mlops.locale.retelling import Form, Message, Retelling

PAIRS = [
    ("Waits for a free slot on a worker.", "Wartet auf einen freien Platz auf einem Worker."),
    (
        "Unchanged since run #3, so its result was taken.",
        "Seit Lauf #3 unverändert, daher wurde dessen Ergebnis übernommen.",
    ),
    ("8 steps done.", "8 Schritte fertig."),
    ("1 step done, reused: 1.", "1 Schritt fertig, übernommen: 1."),
    ("Running on host:12.", "Läuft auf host:12."),
    (
        "On 1,036 rows the probabilities differ by at most 1.9e-06; allowed is 0.0001.",
        "Auf 1,036 Zeilen weichen die Wahrscheinlichkeiten um höchstens 1.9e-06 ab; erlaubt ist 0.0001.",
    ),
]


@pytest.mark.parametrize(("english", "german"), PAIRS)
def test_a_stored_sentence_is_read_in_either_language(english, german):
    for stored in (english, german):
        with translation.override("de"):
            assert retold(stored) == german
        with translation.override("en"):
            assert retold(stored) == english


@translation.override("de")
def test_a_sentence_inside_another_is_told_too():
    told = retold("“Train Model” failed: The worker that ran it died.")
    assert told == "„Train Model“ ist fehlgeschlagen: Der ausführende Worker endete unerwartet."


@translation.override("de")
def test_names_are_left_alone():
    assert retold("Not run, because “Waits for a free slot on a worker.” failed.") == (
        "Nicht ausgeführt wegen „Waits for a free slot on a worker.“ (fehlgeschlagen)."
    )


@translation.override("de")
@pytest.mark.parametrize("text", ["", "Train Model", "something that nobody wrote here", "100 %", "x" * 5000])
def test_what_is_not_ours_stays_as_it_is(text):
    assert retold(text) == text


@translation.override("de")
def test_known_sentences_around_an_unknown_one_are_told():
    told = retold("Waits for a free slot on a worker. Nobody ever wrote this. 8 steps done.")
    assert told == "Wartet auf einen freien Platz auf einem Worker. Nobody ever wrote this. 8 Schritte fertig."


def test_the_form_with_the_most_fixed_words_wins():
    forms = [Message("The %(what)s is gone."), Message("The step %(name)s is gone.")]
    retelling = Retelling(Form(message.text, message) for message in forms)
    assert retelling.tell("The step a is gone.", lambda message, count: f"<{message.text}>") == "<The step a is gone.>"


def test_values_that_stand_twice_must_be_the_same():
    message = Message("%(name)s is not %(name)s.")
    retelling = Retelling(iter([Form(message.text, message)]))
    assert retelling.tell("a is not a.", lambda message, count: "same") == "same"
    assert retelling.tell("a is not b.", lambda message, count: "same") == "a is not b."
