"""Labels come later and are joined when rows are read; the last one wins, and unknown ids are kept and said."""

from __future__ import annotations

import io
from datetime import timedelta

import polars as pl
import pytest
from django.utils import timezone

from mlops.collected import label_taking, labels, tasks
from mlops.collected.label_types import label_types
from mlops.collected.models import LabelPost
from mlops.collected.reading import fetch_window
from mlops.formats.refusal import Refusal
from tests.collected.spooled import recorded, spooled

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(blue):
    """Two requests of now, the first with two rows."""
    now = timezone.now()
    two = {"inputs": {"power": [1, 2]}, "predictions": {"price": [10, 20]}}
    spooled(blue, recorded(blue, request_id="a", at=now, parts=two), recorded(blue, at=now, correlation_id="c"))
    tasks.look()


def labelled(endpoint, folder) -> list:
    tasks.look()
    window = fetch_window(endpoint, folder=folder, start=timezone.now() - timedelta(hours=1), end=None)
    return sorted(pl.read_parquet(window.files[0])["labels.price"].drop_nulls().to_list())


def test_labels_join_by_request_and_row_or_by_correlation(contributor, endpoint, asked, tmp_path):
    rows = [{"request_id": "a", "price": 11}, {"request_id": "a", "row": 1, "price": 22}]
    labels.post_rows(contributor, endpoint, rows=[*rows, {"correlation_id": "c", "price": 33}])
    assert labelled(endpoint, tmp_path) == [11, 22, 33]


def test_the_last_label_wins_column_by_column(contributor, endpoint, asked, tmp_path):
    for price in (1, 2):
        labels.post_rows(contributor, endpoint, rows=[{"request_id": "a", "price": price}])
    labels.post_rows(contributor, endpoint, rows=[{"request_id": "a", "sold": True}])
    assert labelled(endpoint, tmp_path) == [2]


def test_files_and_datasets_are_labels_too_with_the_names_that_azure_gives(contributor, endpoint, asked, tmp_path):
    csv = io.BytesIO(b"price,$aml_request_id\n1.5,a\n7,nobody\n")
    post = labels.post_file(contributor, endpoint, source=csv, file_name="labels.csv")
    assert (post.row_count, post.columns) == (2, ["price"])
    parquet = io.BytesIO()
    pl.DataFrame({"correlation_id": ["c"], "price": [9]}).write_parquet(parquet)
    parquet.seek(0)
    labels.post_file(contributor, endpoint, source=parquet, file_name="labels.parquet")
    assert labelled(endpoint, tmp_path) == [1.5, 9.0]


def test_ids_that_nobody_knows_are_kept_and_said(contributor, blue, endpoint, asked, tmp_path):
    labels.post_rows(contributor, endpoint, rows=[{"request_id": "a", "price": 1}, {"request_id": "later", "price": 2}])
    tasks.look()
    label_taking.match_due(patience=timedelta(0))
    post = LabelPost.objects.get()
    assert (post.row_count, post.unmatched, post.examples) == (2, 1, ["later"])
    assert labelled(endpoint, tmp_path) == [1]


@pytest.mark.parametrize("kind", ["file", "rows"])
@pytest.mark.parametrize("bad", ["late!", "2026-11-26", "none"])
def test_a_column_of_numbers_stays_one(contributor, endpoint, asked, tmp_path, kind, bad):
    labels.post_rows(contributor, endpoint, rows=[{"request_id": "a", "price": 1.5, "sold": True}])
    csv = io.BytesIO(f"request_id,price\na,2\na,{bad}\n".encode())
    rows = [{"request_id": "a", "price": value} for value in (2, bad)]
    sent = {"source": csv, "file_name": "labels.csv"} if kind == "file" else {"rows": rows}
    post = labels.post_file if kind == "file" else labels.post_rows
    with pytest.raises(Refusal, match=f"Row 2: “{bad}” is no label of “price”, whose labels are numbers") as refused:
        post(contributor, endpoint, **sent)
    assert (refused.value.code, refused.value.where.row) == ("label_type_changed", 2)
    assert labelled(endpoint, tmp_path) == [1.5]


def test_the_first_labels_have_the_type_that_the_model_learned(contributor, endpoint, asked):
    csv = io.BytesIO(b"request_id,price\nnoid,abc\na,late!\n")
    with pytest.raises(Refusal, match="Row 1: “abc” is no label of “price”"):
        labels.post_file(contributor, endpoint, source=csv, file_name="labels.csv")
    rows = [{"request_id": "a", "other": 1}, {"request_id": "a", "other": "much"}]
    with pytest.raises(Refusal, match="“much” is no label of “other”, whose labels are numbers"):
        labels.post_rows(contributor, endpoint, rows=rows)


def test_unknown_ids_of_a_file_are_counted_too(contributor, endpoint, asked):
    csv = io.BytesIO(b"request_id,price\na,1\nnoid,2\nnobody,3\n")
    labels.post_file(contributor, endpoint, source=csv, file_name="labels.csv")
    label_taking.match_due(patience=timedelta(0))
    post = LabelPost.objects.get()
    assert (post.unmatched, sorted(post.examples)) == (2, ["nobody", "noid"])


def test_numbers_as_text_are_numbers_and_empty_cells_say_nothing(contributor, endpoint, asked, tmp_path):
    labels.post_rows(contributor, endpoint, rows=[{"request_id": "a", "price": "7"}])
    csv = io.BytesIO(b"correlation_id,price,note\nc,2.5,\nc,,\n")
    post = labels.post_file(contributor, endpoint, source=csv, file_name="labels.csv")
    assert post.columns == ["price"]
    assert labelled(endpoint, tmp_path) == [2.5, 7]


def test_times_stay_times_whether_they_come_in_a_file_or_in_rows(contributor, endpoint, asked):
    csv = io.BytesIO(b"request_id,seen\na,2026-11-26T08:00:00Z\n")
    labels.post_file(contributor, endpoint, source=csv, file_name="labels.csv")
    labels.post_rows(contributor, endpoint, rows=[{"correlation_id": "c", "seen": "2026-11-26T10:00:00+01:00"}])
    tasks.look()
    assert label_types(endpoint)["seen"] == "date"


def test_a_label_may_come_before_its_request_is_visible(contributor, blue, endpoint, tmp_path):
    labels.post_rows(contributor, endpoint, rows=[{"request_id": "z", "price": 5}])
    tasks.look()
    spooled(blue, recorded(blue, request_id="z", at=timezone.now()))
    assert labelled(endpoint, tmp_path) == [5]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "There are no labels"),
        ([{"price": 1}], "Row 1 .* neither request_id nor correlation_id"),
        ([{"request_id": "a", "price": 1}, {"request_id": "a"}], "Row 2 .* no label column"),
        ([{"request_id": "a", "row": -1, "price": 1}], "no number from 0"),
        (["a"], "no object"),
    ],
)
def test_rows_that_are_no_labels_are_refused_with_their_number(contributor, endpoint, rows, told):
    with pytest.raises(Refusal, match=told):
        labels.post_rows(contributor, endpoint, rows=rows)
    assert not LabelPost.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n1,2\n", "label_ids_missing"),
        (b"request_id\nx\n", "labels_missing"),
        (b"request_id,y\n,2\n", "label_invalid"),
        (b"", "labels_missing"),
        (b" \n", "labels_missing"),
        (b"\x00\x01\x02", "labels_unreadable"),
        (bytes(range(1, 256)) * 20, "labels_unreadable"),
        (b"PAR1 and no more", "labels_unreadable"),
    ],
)
def test_a_file_that_holds_no_labels_is_refused(contributor, endpoint, content, code):
    with pytest.raises(Refusal) as refused:
        labels.post_file(contributor, endpoint, source=io.BytesIO(content), file_name="x.csv")
    assert refused.value.code == code
    assert refused.value.hint
    assert "/" not in refused.value.message
    assert "column0" not in refused.value.message
