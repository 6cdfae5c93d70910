"""What is being typed, wherever the caret stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops.formats.search import Name
from mlops.formats.search.completing import Wanted, wanted_at
from tests.formats.search.test_parsing import WORDS


def name(begin: str, start: int, end: int, space: str = "") -> Wanted:
    return Wanted(kind="name", begin=begin, span=(start, end), space=space)  # type: ignore[arg-type]


def value(begin: str, start: int, end: int, *, of: str, space: str = "field") -> Wanted:
    named = Name(space=space, key=of)  # type: ignore[arg-type]
    return Wanted(kind="value", begin=begin, span=(start, end), name=named)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", name("", 0, 0)),
        ("sta", name("sta", 0, 3)),
        ("state = failed ", name("", 15, 15)),
        ("state = failed and (na", name("na", 20, 22)),
        ("metrics.", name("", 0, 8, "metric")),
        ("x=1 metrics.rm", name("rm", 4, 14, "metric")),
        ("state = ", value("", 8, 8, of="state")),
        ("state=fai", value("fai", 6, 9, of="state")),
        ("-state:fai", value("fai", 7, 10, of="state")),
        ("state in (failed, ru", value("ru", 18, 20, of="state")),
        ("Area=", value("", 5, 5, of="Area", space="tag")),
        ("Area='New Y", value("New Y", 5, 11, of="Area", space="tag")),
        ("tag:Ar", name("Ar", 4, 6)),
        ("a b and not ", name("", 12, 12)),
    ],
)
def test_what_is_typed_is_known(text, wanted):
    found = wanted_at(text + " and more", len(text), WORDS)
    named = found.name and Name(space=found.name.space, key=found.name.key)
    assert (found.kind, found.begin, found.span, found.space, named) == (
        wanted.kind, wanted.begin, wanted.span, wanted.space, wanted.name,
    )  # fmt: skip


@given(st.text(max_size=30), st.integers(0, 30))
@settings(max_examples=150, deadline=None)
def test_whatever_is_typed_can_be_completed(text, place):
    found = wanted_at(text, min(place, len(text)), WORDS)
    assert found.span[1] == min(place, len(text))
