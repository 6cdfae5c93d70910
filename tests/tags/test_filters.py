"""What a person may type as a tag filter."""

from __future__ import annotations

import pytest

from mlops.formats.refusal import Refusal
from mlops.tags.filters import TagFilter, remove_tag, tags_of, understand, write_tags


@pytest.mark.parametrize(
    "text", ["Area=Churn", "Area = Churn", "Area : Churn", 'Area="Churn"', " Area= 'Churn' ", '"Area"=Churn']
)
def test_every_usual_way_to_write_a_tag_filter_is_understood(text):
    assert understand(text) == TagFilter("Area", "Churn")


def test_a_key_alone_asks_for_any_value():
    assert understand("Area") == TagFilter("Area", None)


@pytest.mark.parametrize("text", ["", "   ", "=Churn"])
def test_a_filter_without_a_key_is_refused_with_the_right_form(text):
    with pytest.raises(Refusal) as refused:
        understand(text)
    assert "TagName=TagValue" in refused.value.hint


def test_a_tag_has_one_value_and_can_be_removed(project):
    write_tags(project, {"Area": "Churn"})
    write_tags(project, {"Area": "Sales"})
    assert tags_of(project) == {"Area": "Sales"}
    remove_tag(project, "Area")
    assert tags_of(project) == {}
