"""Built-in components speak the reader's language."""

from __future__ import annotations

import pytest
from django.utils import translation

from mlops.blocks.catalogue import component, derive
from mlops.components.wording import in_words
from mlops.web.templatetags.registry import step_title


def test_a_component_is_told_in_german_and_keeps_its_names():
    plain = component("split_data")
    with translation.override("de"):
        german = in_words(plain)
    assert (german.name, german.title, german.group) == ("split_data", "Daten aufteilen", "Daten transformieren")
    assert german.parameters[0].help == "Wie die Zeilen aufgeteilt werden."
    assert [each.name for each in german.parameters] == [each.name for each in plain.parameters]
    assert german.defaults() == plain.defaults()


def test_in_english_a_component_stays_as_it_is_written():
    with translation.override("en"):
        assert in_words(component("split_data")) == component("split_data")


@pytest.mark.django_db
def test_the_palette_is_german_for_who_reads_german(client, owner, project):
    client.force_login(owner)
    shown = client.get(f"/api/v1/palette/?project={project.slug}", headers={"Accept-Language": "de"}).json()
    assert "Modell trainieren" in {each["title"] for each in shown["components"]}


def test_what_stands_in_the_way_of_a_drawing_is_told_in_german():
    with translation.override("de"):
        problems = derive("train_model", None, {}, {}).problems
    wanted = "Modell trainieren braucht etwas an seinem Eingang „Untrainiertes Modell“."
    assert wanted in {one.message for one in problems}


def test_a_step_that_goes_by_its_components_name_is_named_in_german_and_a_name_of_its_own_stays():
    with translation.override("de"):
        assert [step_title("Split Data"), step_title("By region")] == ["Daten aufteilen", "By region"]
