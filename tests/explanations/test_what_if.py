"""Warm processes of what-if: one that is slow to start holds nobody else up, and none stays behind."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from mlops.explanations import actions, what_if
from mlops.explanations.models import Explanation
from mlops.explanations.orders import checked_order
from mlops.formats.refusal import Refusal
from mlops.packaging.scratch import scratch
from mlops.runtime import learning
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(contributor, project) -> Explanation:
    """Its background is not in its files, so that its process never starts."""
    version = registered(contributor, project)
    one = actions.explain(contributor, version, order=checked_order({}))
    one.tree_id = version.tree_id
    return one


def left(one: Explanation) -> list[Path]:
    return list(scratch().glob(f"what-if-{one.pk}-*"))


def test_one_that_cannot_start_leaves_nothing_behind(lost):
    with pytest.raises((Refusal, OSError, KeyError)):
        what_if.asked(lost, {})
    assert what_if._warm == {}
    assert left(lost) == []


def test_one_that_is_being_laid_out_holds_no_other_up(lost):
    slow, found = what_if._child_of(lost), []
    with slow._turn:  # its model is being fetched
        other = Explanation(pk="00000000-0000-0000-0000-000000000001", version=lost.version)
        asking = threading.Thread(target=lambda: found.append(what_if._child_of(other)))
        asking.start()
        asking.join(5)
    assert found
    what_if.end_all()
    assert left(lost) == []


def test_a_process_without_the_libraries_of_models_says_so(lost, monkeypatch):
    monkeypatch.setattr(learning, "is_here", lambda: False)
    with pytest.raises(Refusal) as refused:
        what_if.asked(lost, {})
    assert refused.value.code == "what_if_not_here"
    assert "mlops-studio-worker" in refused.value.hint
