"""Rows are removed on request, with their labels and their last copies; refreshes make versions at an interval."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.collected import forget_tasks, keeping, labels, refreshing, save_tasks, tasks
from mlops.collected.forgetting import forget
from mlops.collected.models import Forgetting, Intake, Part, SavedWindow
from mlops.collected.reading import count_window
from mlops.collected.saving import save_window
from mlops.formats.refusal import Refusal
from tests.collected.spooled import recorded, spooled

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(blue, endpoint, contributor):
    for name in ("ann", "bob", "ann"):
        parts = {"inputs": {"customer": [name], "age": [30]}, "predictions": {"price": [1.0]}}
        spooled(blue, recorded(blue, at=timezone.now(), request_id=f"{name}-{Part.objects.count()}", parts=parts))
        tasks.look()
    sent = [{"request_id": "ann-0", "price": 1}, {"request_id": "bob-1", "price": 2}]
    labels.post_rows(contributor, endpoint, rows=sent)
    tasks.look()


def carried_out(asked: Forgetting) -> Forgetting:
    forget_tasks.forget(str(asked.pk))
    asked.refresh_from_db()
    return asked


def test_a_person_is_forgotten_by_the_value_of_a_column(contributor, endpoint, rows):
    done = carried_out(forget(contributor, endpoint, column="customer", values=["ann"], why="Asked by letter."))
    assert (done.state, done.reason) == ("completed", "2 rows and 1 label were removed.")
    assert done.values == []
    assert count_window(endpoint).rows == 1
    assert Intake.objects.get().recent == []
    assert keeping.remove_forsaken(grace=timedelta(0)) == 3


def test_datasets_are_named_once_and_only_where_they_may_hold_what_was_removed(contributor, endpoint, rows):
    for _number in range(2):
        made = save_window(contributor, endpoint, "fresh", None)
        save_tasks.save(str(made.pk))
    SavedWindow.objects.update(version=SavedWindow.objects.earliest("created_at").version)
    nothing = carried_out(forget(contributor, endpoint, column="customer", values=["zoe"]))
    assert (nothing.reason, nothing.datasets) == ("No row and no label has such a value: nothing was removed.", [])
    assert carried_out(forget(contributor, endpoint, column="customer", values=["ann"])).datasets == ["fresh:1"]
    assert carried_out(forget(contributor, endpoint, column="customer", values=["ann"])).datasets == ["fresh:1"]


def test_a_request_is_forgotten_by_its_id_and_a_number_by_its_value(contributor, endpoint, rows):
    carried_out(forget(contributor, endpoint, column="request_id", values=["bob-1"]))
    assert count_window(endpoint).rows == 2
    carried_out(forget(contributor, endpoint, column="inputs.age", values=["30.0"]))
    assert count_window(endpoint).rows == 0


def test_a_hashed_value_is_found_by_what_it_was(contributor, blue, endpoint):
    from mlops.deployments.collecting import hash_secret
    from mlops.scoring.collecting.redacting import Redactor

    hidden = Redactor({"customer": "hash"}, secret=hash_secret(blue.pk)).columns({"customer": ["ann"]})
    spooled(blue, recorded(blue, at=timezone.now(), parts={"inputs": hidden, "predictions": {"price": [1]}}))
    tasks.look()
    carried_out(forget(contributor, endpoint, column="customer", values=["ann"]))
    assert count_window(endpoint).rows == 0


def test_a_column_that_was_never_collected_is_refused_with_the_nearest(contributor, reader, endpoint, rows):
    with pytest.raises(Refusal) as refused:
        forget(contributor, endpoint, column="custommer", values=["ann"])
    assert refused.value.hint == "Did you mean 'customer'?"
    with pytest.raises(Refusal, match="0 values"):
        forget(contributor, endpoint, column="customer", values=[" "])
    with pytest.raises(Refusal, match="contributor"):
        forget(reader, endpoint, column="customer", values=["ann"])


def test_a_dataset_is_refreshed_at_its_interval_and_says_why_it_was_passed_over(contributor, endpoint, rows):
    made = refreshing.refresh(contributor, endpoint, "fresh", every_hours=1, window_hours=24)
    now = timezone.now()
    assert [refreshing.start_due(at) for at in (now, now, now + timedelta(minutes=61))] == [1, 0, 1]
    assert SavedWindow.objects.filter(dataset="fresh").count() == 2
    assert refreshing.start_due(now + timedelta(days=9)) == 0
    made.refresh_from_db()
    assert "collected no rows in this window" in made.reason
    with pytest.raises(Refusal):
        refreshing.refresh(contributor, endpoint, "fresh", every_hours=0)
