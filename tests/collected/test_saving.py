"""A window as a version of a dataset, with lineage and with or without labels."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.collected import labels, save_tasks, tasks
from mlops.collected.saving import save_window
from mlops.datasets.models import Dataset
from mlops.formats.refusal import Refusal
from tests.collected.spooled import recorded, spooled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rows(blue):
    now = timezone.now()
    for number in range(6):
        parts = {"inputs": {"power": [number], "make": ["audi"]}, "predictions": {"price": [10.0 * number]}}
        spooled(blue, recorded(blue, request_id=f"r{number}", at=now - timedelta(minutes=number), parts=parts))
    tasks.look()


def carried_out(saved):
    save_tasks.save(str(saved.pk))
    saved.refresh_from_db()
    return saved


def test_a_window_becomes_the_next_version_with_the_names_of_the_training_data(contributor, endpoint, rows):
    posted = [{"request_id": f"r{number}", "price": 2 * number} for number in range(3)]
    labels.post_rows(contributor, endpoint, rows=posted)
    tasks.look()
    done = carried_out(save_window(contributor, endpoint, "fresh", None, is_labelled=True))
    assert (done.state, done.version.row_count) == ("completed", 3), done.reason
    assert [column["name"] for column in done.version.schema["columns"]] == ["power", "make", "price"]
    again = carried_out(save_window(contributor, endpoint, "fresh", timezone.now() - timedelta(minutes=1, seconds=30)))
    assert (again.version.number, again.version.row_count) == (2, 2)
    assert "Collected by the endpoint prices" in Dataset.objects.get(name="fresh").source


def test_all_columns_keep_ids_times_and_predictions(contributor, endpoint, rows):
    done = carried_out(save_window(contributor, endpoint, "everything", None, columns="all"))
    names = [column["name"] for column in done.version.schema["columns"]]
    assert {"request_id", "at", "inputs.power", "predictions.price"} <= set(names)


def test_a_window_without_labels_fails_with_the_reason_where_labels_are_wanted(contributor, endpoint, rows):
    done = carried_out(save_window(contributor, endpoint, "fresh", None, is_labelled=True))
    assert (done.state, done.reason) == ("failed", "No row of this window has a label.")
    assert done.hint


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"deployments": ["bleu"]}, "deployment_unknown"),
        ({"columns": "some"}, "columns_unknown"),
        ({"end": timezone.now() - timedelta(days=300)}, "nothing_collected"),
        ({"start": timezone.now(), "end": timezone.now() - timedelta(days=1)}, "window_empty"),
        ({"dataset_name": "a:b"}, "name_invalid"),
    ],
)
def test_what_cannot_be_saved_is_refused_at_once(contributor, endpoint, rows, more, code):
    with pytest.raises(Refusal) as refused:
        save_window(contributor, endpoint, **{"dataset_name": "fresh", "start": None, **more})
    assert refused.value.code == code
