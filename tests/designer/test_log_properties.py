"""Whatever several people do to one draft, however it arrives: nothing is lost, and all of it can be undone."""

from __future__ import annotations

import random
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from designer import actions, history, oplog
from designer.graph.normal import applied
from designer.graph.operations import apply, difference
from designer.graph.wellformed import read_changes
from designer.models import Draft, Operation
from mlops.access.models import Project
from tests.designer.drawings import CHANGES, canonical, change

MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ACT = st.one_of(
    st.tuples(st.just("do"), st.integers(0, 2), CHANGES),
    st.tuples(st.just("undo"), st.integers(0, 2), st.none()),
    st.tuples(st.just("redo"), st.integers(0, 2), st.none()),
)


@pytest.fixture
def people(owner: User, contributor: User, project: Project) -> list[User]:
    from mlops.accounts.membership import give_role

    third = User.objects.create_user("mia", password="a long passphrase")
    give_role(owner, project, user=third, role="contributor")
    return [owner, contributor, third]


def do(person: User, draft: Draft, changes: list[dict[str, Any]]) -> oplog.Sent:
    number = uuid4()
    sent = oplog.Sent(id=number, step=number, changes=read_changes(changes))
    oplog.append(person, draft, (sent,))
    return sent


def travel(person: User, draft: Draft, kind: str) -> bool:
    known = history.steps(draft, person)
    step = known["undo"][-1:] if kind == "undo" else known["redo"][:1]
    for each in step:
        oplog.append(person, draft, (oplog.Sent(id=uuid4(), kind=kind, step=each.step),))
    return bool(step)


def play(draft: Draft, people: list[User], acts: list[Any]) -> None:
    for kind, who, changes in acts:
        if kind == "do":
            do(people[who], draft, changes)
        else:
            travel(people[who], draft, kind)


def started(people: list[User], project: Project, start: list[dict[str, Any]]) -> Draft:
    draft = actions.create_draft(people[0], project)
    if start:
        draft.document, _explicit = applied(draft.document, read_changes(start))  # everything has a place, as always
        draft.save()
    return draft


@pytest.mark.django_db
@MANY
@given(start=st.lists(CHANGES, max_size=3), acts=st.lists(ACT, max_size=14), seed=st.integers(0, 99))
@example(
    start=[[change(("groups", "g"), {}), change(("layout", "g"))]], acts=[("do", 0, [change(("groups", "g"))])], seed=0
)
def test_when_everybody_undoes_everything_the_start_is_back(people, project, start, acts, seed):
    draft = started(people, project, [each for changes in start for each in changes])
    before = canonical(draft.document)
    play(draft, people, acts)
    waiting = list(people)
    chance = random.Random(seed)
    while waiting:
        person = chance.choice(waiting)
        if not travel(person, draft, "undo"):
            waiting.remove(person)
    assert canonical(draft.document) == before


@pytest.mark.django_db
@MANY
@given(acts=st.lists(ACT, max_size=14))
def test_the_log_alone_gives_every_revision_again(people, project, acts):
    draft = started(people, project, [])
    seen = {1: canonical(draft.document)}
    for act in acts:
        play(draft, people, [act])
        seen[draft.revision] = canonical(draft.document)
    for number, document in seen.items():
        assert canonical(oplog.document_at(draft, number)) == document


@pytest.mark.django_db
@MANY
@given(acts=st.lists(st.tuples(st.integers(0, 2), CHANGES), min_size=1, max_size=8))
def test_undoing_everything_and_redoing_it_in_turn_changes_nothing(people, project, acts):
    draft = started(people, project, [])
    for _who, changes in acts:
        do(people[0], draft, changes)
    there = canonical(draft.document)
    while travel(people[0], draft, "undo"):
        pass
    while travel(people[0], draft, "redo"):
        pass
    assert canonical(draft.document) == there


@pytest.mark.django_db
@MANY
@given(batches=st.lists(CHANGES, min_size=1, max_size=6), seed=st.integers(0, 99))
def test_what_is_sent_again_is_taken_once(people, project, batches, seed):
    draft = started(people, project, [])
    sent = [oplog.Sent(id=uuid4(), step=uuid4(), changes=read_changes(changes)) for changes in batches]
    chance = random.Random(seed)
    for end in range(1, len(sent) + 1):
        oplog.append(people[0], draft, tuple(sent[:end]))
        oplog.append(people[0], draft, tuple(chance.sample(sent[:end], end)))
    assert list(Operation.objects.filter(draft=draft).values_list("uuid", flat=True)) == [each.id for each in sent]


@MANY
@given(one=CHANGES, other=st.lists(CHANGES, max_size=3))
def test_a_difference_leads_from_one_drawing_to_the_other(one, other):
    empty = {"nodes": {}, "edges": [], "layout": {}, "notes": {}, "groups": {}, "parameters": {}}
    before = apply(empty, read_changes(one))
    after = apply(empty, read_changes([each for changes in other for each in changes]))
    assert canonical(apply(before, difference(before, after))) == canonical(after)
