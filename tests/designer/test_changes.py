"""Changes of a drawing, held against the vectors that TypeScript is held against as well."""

from __future__ import annotations

import json

import pytest

from designer.graph.operations import apply
from designer.graph.wellformed import read_changes
from mlops.formats.refusal import Refusal
from tests.designer.drawings import canonical
from tests.designer.vectors import EMPTY, FILE

CASES = json.loads(FILE.read_text())
A = {"path": ["nodes", "a"], "after": {"component": "one", "version": "1"}}
B = {"path": ["nodes", "b"], "after": {"component": "one", "version": "1"}}
LINK = {"path": ["edges", "b", "in"], "after": {"source": "a", "source_port": "out"}}


def drawn(*changes):
    return apply(EMPTY, read_changes(list(changes)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_changes_lead_where_the_vectors_say(case):
    before = json.dumps(case["document"])
    assert canonical(apply(case["document"], read_changes(case["changes"]))) == canonical(case["after"])
    assert json.dumps(case["document"]) == before


def test_an_input_has_one_link_and_the_later_stands():
    two = drawn(A, B, LINK)
    other = {"path": ["edges", "b", "in"], "after": {"source": "b", "source_port": "out"}}
    assert [edge["source"] for edge in apply(two, read_changes([other]))["edges"]] == ["b"]


def test_what_hangs_on_a_step_goes_with_it():
    gone = apply(drawn(A, B, LINK), read_changes([{"path": ["nodes", "a"]}]))
    assert gone["edges"] == []
    assert set(gone["nodes"]) == {"b"}


def test_a_change_below_a_step_that_is_gone_does_nothing():
    changes = read_changes([{"path": ["nodes", "zz", "title"], "after": "Mine"}])
    assert apply(drawn(A), changes) == drawn(A)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"path": ["nodes", "a"], "after": {"component": "x"}}, "version"),
        ({"path": ["nodes", "a b"], "after": {"component": "x", "version": "1"}}, "a b"),
        ({"path": ["nodes", "a", "titel"], "after": "x"}, "titel"),
        ({"path": ["node", "a"]}, "node"),
        ({"path": []}, "no field"),
        ({"path": ["edges", "a"], "after": {}}, "edges"),
        ({"path": ["edges", "a", "in"], "after": {"source": 5, "source_port": "x"}}, "edges/a/in"),
        ({"after": 5}, "path"),
        (5, "object"),
    ],
)
def test_a_malformed_change_is_refused_by_name(change, told):
    with pytest.raises(Refusal) as refused:
        read_changes([change])
    assert refused.value.code == "operation_invalid"
    assert told in refused.value.message
