"""Filters of events, as Event Grid means them."""

from __future__ import annotations

import pytest

from mlops.formats.event_filter import holds, is_subject_of, is_type_of, read_filters
from mlops.formats.refusal import Refusal

EVENT = {
    "type": "mlops.model.registered",
    "subject": "models/churn:3",
    "data": {
        "version": 3, "share": 0.25, "is_new": True, "nothing": None, "features": ["age", "income"],
        "tags": {"Area": "Churn", "team.name": "blue"},
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("StringIn", "data.tags.Area", ["x", "churn"], True),
        ("StringIn", "data.tags.area", ["Churn"], True),
        ("StringIn", "data.tags.team.name", ["blue"], True),
        ("StringNotIn", "data.tags.Area", ["Churn"], False),
        ("StringNotIn", "data.tags.absent", ["Churn"], True),
        ("StringContains", "subject", ["HURN"], True),
        ("StringNotContains", "subject", ["zebra", "churn"], False),
        ("StringBeginsWith", "subject", ["models/"], True),
        ("StringNotBeginsWith", "subject", ["runs/"], True),
        ("StringEndsWith", "subject", [":3"], True),
        ("StringNotEndsWith", "subject", [":3"], False),
        ("StringIn", "data.features", ["income"], True),
        ("StringNotIn", "data.features", ["income"], False),
        ("StringIn", "data.absent", ["x"], False),
        ("StringIn", "data.version", ["3"], True),
        ("NumberIn", "data.version", [1, 3], True),
        ("NumberNotIn", "data.version", [1, 3], False),
        ("NumberNotIn", "data.absent", [1], True),
        ("NumberGreaterThan", "data.share", [0.25], False),
        ("NumberGreaterThanOrEquals", "data.share", [0.25], True),
        ("NumberLessThan", "data.share", ["0.3"], True),
        ("NumberLessThanOrEquals", "data.share", [0.2], False),
        ("NumberInRange", "data.share", [[0.5, 1], [0.2, 0.3]], True),
        ("NumberNotInRange", "data.share", [[0.2, 0.3]], False),
        ("NumberGreaterThan", "data.is_new", [0], False),
        ("BoolEquals", "data.is_new", [True], True),
        ("BoolEquals", "data.is_new", ["false"], False),
        ("BoolEquals", "data.version", [True], False),
        ("IsNullOrUndefined", "data.nothing", [], True),
        ("IsNullOrUndefined", "data.absent.further", [], True),
        ("IsNotNull", "data.version", [], True),
        ("IsNotNull", "data.nothing", [], False),
    ],
)
def test_each_operator_means_what_event_grid_says(operator, key, values, expected):
    filters = read_filters([{"operatorType": operator, "key": key, "values": values}])
    assert holds(filters, EVENT) is expected


def test_all_filters_must_hold():
    both = [
        {"operatorType": "stringin", "key": "data.tags.Area", "value": "Churn"},
        {"operator": "NumberGreaterThan", "key": "data.version", "value": 7},
    ]
    assert holds(read_filters(both[:1]), EVENT)
    assert not holds(read_filters(both), EVENT)


def test_a_member_is_looked_for_in_the_sent_form_first():
    filters = read_filters([{"operatorType": "StringIn", "key": "data.ModelName", "value": "churn"}])
    assert holds(filters, {"data": {"ModelName": "churn"}}, EVENT)
    assert not holds(filters, EVENT)


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ([], True),
        (["mlops.model.registered"], True),
        (["mlops.model.*"], True),
        (["*.registered"], True),
        (["mlops.run.*", "MLOPS.MODEL.*"], True),
        (["mlops.model"], False),
        (["mlops.run.*"], False),
    ],
)
def test_types_may_have_wildcards(patterns, expected):
    assert is_type_of("mlops.model.registered", patterns) is expected


def test_subjects_begin_and_end():
    assert is_subject_of("models/Churn:3", begins="models/churn", ends=":3")
    assert not is_subject_of("models/Churn:3", begins="models/churn", ends=":3", with_case=True)
    assert not is_subject_of("runs/1", begins="models/", ends="")


@pytest.mark.parametrize(
    ("given", "place", "hint"),
    [
        ({"operatorType": "StringInn", "key": "a", "values": ["x"]}, "filters[1].operatorType", "StringIn"),
        ({"operatorType": "StringIn", "key": "", "values": ["x"]}, "filters[1].key", "data.tags"),
        ({"operatorType": "StringIn", "key": "a", "values": []}, "filters[1].values", "list"),
        ({"operatorType": "NumberIn", "key": "a", "values": ["x"]}, "filters[1].values", "numbers"),
        ({"operatorType": "NumberInRange", "key": "a", "values": [1, 2]}, "filters[1].values", "pairs"),
        ({"operatorType": "BoolEquals", "key": "a", "value": "perhaps"}, "filters[1].values", "true"),
        ({"operatorType": "StringIn", "key": "a", "values": ["x"], "more": 1}, "filters[1]", "operatorType"),
        ("data.x = 1", "filters[1]", "operatorType"),
    ],
)
def test_a_filter_that_cannot_be_understood_is_refused_at_its_place(given, place, hint):
    with pytest.raises(Refusal) as caught:
        read_filters([given])
    assert caught.value.where.parameter == place
    assert hint in caught.value.hint
