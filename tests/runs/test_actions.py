"""What people change about a run."""

from __future__ import annotations

import pytest

from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.runs import actions
from mlops.runs.models import Run
from mlops.tags.filters import tags_of
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(contributor, project):
    return past_run(contributor, project)


def test_name_notes_and_tags_change_with_an_event_each(contributor, run):
    actions.rename(contributor, run, display_name=" Second try ")
    actions.describe(contributor, run, description="# Why\r\nBecause")
    actions.set_tags(contributor, run, tags={" team ": " red ", "stage": ""})
    actions.take_tag_off(contributor, run, key="stage")
    run = Run.objects.get(pk=run.pk)
    assert (run.display_name, run.description, tags_of(run)) == ("Second try", "# Why\nBecause", {"team": "red"})
    types = ["mlops.run.renamed", "mlops.run.described", "mlops.run.tagged", "mlops.run.untagged"]
    assert list(Event.objects.order_by("seq").values_list("type", flat=True))[-4:] == types


def test_a_run_is_archived_once_and_comes_back(contributor, run):
    actions.archive(contributor, run)
    actions.archive(contributor, run)
    assert Event.objects.filter(type="mlops.run.archived").count() == 1
    actions.bring_back(contributor, run)
    assert Run.objects.get(pk=run.pk).archived_at is None


@pytest.mark.parametrize("tags", [{"": "x"}, {"k" * 101: ""}, {"k": "v" * 501}])
def test_a_tag_that_cannot_be_kept_is_refused(contributor, run, tags):
    with pytest.raises(Refusal) as refused:
        actions.set_tags(contributor, run, tags=tags)
    assert refused.value.code == "tag_invalid"


def test_a_reader_changes_nothing(reader, run):
    for act in (lambda: actions.rename(reader, run, display_name="x"), lambda: actions.archive(reader, run)):
        with pytest.raises(Refusal, match="role contributor"):
            act()
