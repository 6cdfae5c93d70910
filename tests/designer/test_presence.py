"""Who else has the draft open."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from designer import actions, presence
from designer.models import Presence
from mlops.events.models import Notice
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(contributor, project):
    return actions.create_draft(contributor, project)


def told() -> int:
    return Notice.objects.filter(kind="presence").count()


def test_each_page_sees_the_others_and_not_itself(draft, contributor, reader):
    mine, hers = uuid4(), uuid4()
    presence.be_present(contributor, draft, tab=mine, nodes=["a"], field="a/value")
    presence.be_present(reader, draft, tab=hers, nodes=[], field="")
    seen = presence.others(draft, tab=hers)
    assert [(one["name"], one["nodes"], one["field"]) for one in seen] == [("carl", ["a"], "a/value")]


def test_others_are_told_of_changes_and_not_of_heartbeats(draft, contributor):
    tab = uuid4()
    for nodes in (["a"], ["a"], ["b"]):
        presence.be_present(contributor, draft, tab=tab, nodes=nodes, field="")
    assert told() == 2


def test_a_page_that_says_nothing_any_more_is_gone(draft, contributor):
    presence.be_present(contributor, draft, tab=uuid4(), nodes=[], field="")
    Presence.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    assert presence.others(draft, tab=uuid4()) == []


def test_leaving_is_told_at_once(draft, contributor):
    tab = uuid4()
    presence.be_present(contributor, draft, tab=tab, nodes=[], field="")
    presence.leave(contributor, draft, tab=tab)
    assert presence.others(draft, tab=None) == []
    assert told() == 2


def test_a_stranger_is_not_present(draft, stranger):
    with pytest.raises(Refusal) as refused:
        presence.be_present(stranger, draft, tab=uuid4(), nodes=[], field="")
    assert refused.value.status == 404
