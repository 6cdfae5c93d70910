"""The catalogue of events: complete, in one style, and as its documents say."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mlops.events.catalogue import GROUPS, TYPES
from mlops.events.catalogue.checking import Undescribed, check
from mlops.events.catalogue.described import NAME
from mlops.events.catalogue.documents import documents
from mlops.events.chain import record

ROOT = Path(__file__).parents[2]


written = cache(documents)


def names_in_code() -> Iterator[tuple[str, str]]:
    """Each type that an act names, with its file; what is put in at run time as `*`."""
    for path in sorted([*ROOT.glob("mlops/**/*.py"), *ROOT.glob("designer/**/*.py")]):
        place = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        if "mlops.events.chain import" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            name = ""
            if isinstance(node, ast.JoinedStr):
                name = "".join(part.value if isinstance(part, ast.Constant) else "*" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                name = node.value
            is_type = re.fullmatch(r"mlops(\.([a-z_]+\*?|\*)){1,2}", name) and not name.endswith("_")
            path_of = ROOT / name.replace(".", "/")
            if is_type and not path_of.is_dir() and not path_of.with_suffix(".py").is_file():
                yield name, place


@pytest.mark.parametrize(("name", "place"), sorted(set(names_in_code())))
def test_every_type_that_an_act_names_is_described(name, place):
    known = re.compile(re.escape(name).replace(r"\*", "[a-z_.]+"))
    assert any(known.fullmatch(one) for one in TYPES), f"{place}: describe {name} in mlops/events/catalogue/"


@pytest.mark.parametrize("name", TYPES)
def test_names_are_noun_and_verb_in_one_style(name):
    assert NAME.fullmatch(name)
    assert TYPES[name].title
    assert TYPES[name].when.endswith(".")


def test_no_type_is_described_twice():
    assert sum(map(len, GROUPS.values())) == len(TYPES) >= 25


def test_the_documents_are_written_from_the_catalogue():
    folder = ROOT / "docs" / "events"
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert kept == written(), "run: python -m mlops.events.catalogue docs/events"


@pytest.mark.parametrize("name", TYPES)
def test_every_schema_is_a_json_schema(name):
    Draft202012Validator.check_schema(json.loads(written()[f"{name}.json"]))


def test_receivers_take_members_that_they_do_not_know():
    validator = Draft202012Validator(json.loads(written()["mlops.draft.renamed.json"]))
    assert validator.is_valid({"before": "a", "after": "b", "new": 1})
    assert not validator.is_valid({"before": "a"})


def test_an_unknown_type_is_refused_with_the_nearest():
    with pytest.raises(Undescribed, match=r"Did you mean 'mlops\.model\.registered'"):
        check("mlops.model.registerd", subject="models/a:1", data={})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("subject", "data"),
    [
        ("drafts/1", {"before": "a"}),
        ("drafts/1", {"before": "a", "after": 3}),
        ("drafts/1", {"before": "a", "after": "b", "secret": "c"}),
        ("drawings/1", {"before": "a", "after": "b"}),
    ],
)
def test_an_act_that_says_something_else_fails_its_tests(owner, project, subject, data):
    with pytest.raises(Undescribed):
        record(owner, "mlops.draft.renamed", subject=subject, project=project, data=data, before={}, after={})


def test_an_act_that_changes_something_tells_both_sides(owner, project):
    with pytest.raises(Undescribed, match="neither before nor after"):
        record(owner, "mlops.draft.deleted", subject="drafts/1", project=project, data={"name": "a"})
