"""The page Collected data: state, last rows, and what may be done with a window."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from mlops.collected import label_taking, tasks
from mlops.collected.models import Forgetting, LabelPost, Refresh, SavedWindow
from tests.collected.spooled import recorded, spooled

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(blue, endpoint) -> str:
    spooled(blue, recorded(blue, request_id="a", at=timezone.now() - timedelta(days=2)), recorded(blue))
    tasks.look()
    return f"/endpoints/{endpoint.pk}/collected/"


def test_state_and_last_rows_are_shown_to_contributors_and_no_rows_to_readers(client, page, contributor, reader):
    client.force_login(contributor)
    shown = client.get(page).content.decode()
    assert "Collecting" in shown
    assert "inputs.power" in shown
    assert "Rows by day" in shown
    client.force_login(reader)
    live = client.get(f"{page}?part=live").content.decode()
    assert "Collecting" in live
    assert "inputs.power" not in live


def test_an_endpoint_that_collects_nothing_says_what_to_do(client, endpoint, contributor):
    client.force_login(contributor)
    assert "turn on data collection" in client.get(f"/endpoints/{endpoint.pk}/collected/").content.decode()


def test_each_act_of_the_page_does_what_it_says(client, page, contributor):
    client.force_login(contributor)
    for typed in (
        {"act": "save", "dataset": "fresh"},
        {"act": "refresh", "dataset": "fresh", "every_hours": "6"},
        {"act": "remove", "column": "request_id", "value": "a\nb"},
        {"act": "label", "file": SimpleUploadedFile("labels.csv", b"request_id,price\na,2\n")},
    ):
        assert client.post(page, typed).status_code == 302, typed
    counts = [kind.objects.count() for kind in (SavedWindow, Refresh, Forgetting, LabelPost)]
    assert counts == [1, 1, 1, 1]
    assert "source=collected" in client.post(page, {"act": "replay"})["Location"]
    assert client.get(f"{page}?export=csv")["Content-Type"] == "application/zip"
    shown = client.get(page).content.decode()
    assert "A new version every 6 hours" in shown
    client.post(page, {"act": "end-refresh", "refresh": Refresh.objects.get().pk})
    assert not Refresh.objects.exists()


def test_unknown_ids_are_said_without_loading_the_page_anew(client, page, contributor):
    client.force_login(contributor)
    csv = SimpleUploadedFile("labels.csv", b"request_id,price\na,2\nnoid,3\n")
    shown = client.post(page, {"act": "label", "file": csv}, follow=True).content.decode()
    assert f"{page}?part=labels" in shown
    assert "are being looked for" in shown
    label_taking.match_due(patience=timedelta(0))
    assert "1 of 2 ids are unknown, such as noid." in client.get(f"{page}?part=labels").content.decode()


def test_an_export_is_posted_so_that_no_address_holds_the_token(client, page, contributor):
    client.force_login(contributor)
    assert 'formmethod="get"' not in client.get(page).content.decode()
    for kind in ("csv", "parquet"):
        answer = client.post(page, {"export": kind, "start": "", "end": "", "csrfmiddlewaretoken": "x"})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    refused = client.post(page, {"export": "csv", "start": "soon"})
    assert (refused.status_code, 'value="soon"' in refused.content.decode()) == (400, True)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"act": "save", "dataset": ""}, "needs a name"),
        ({"act": "save", "dataset": "x", "start": "soon"}, "no moment"),
        (
            {"act": "save", "dataset": "x", "start": "2026-01-02T08:00", "end": "2026-01-01"},
            "(2026-01-01 00:00:00 UTC)",
        ),
        ({"act": "refresh", "dataset": "x", "every_hours": "often"}, "no number of hours"),
        ({"act": "remove", "column": "nothing", "value": "a"}, "is no column"),
        ({"act": "label"}, "no labels"),
        ({"act": "dance"}, "no such act"),
    ],
)
def test_what_cannot_be_is_said_at_the_top_and_nothing_typed_is_lost(client, page, contributor, typed, told):
    client.force_login(contributor)
    answer = client.post(page, typed)
    assert (answer.status_code, told in answer.content.decode()) == (400, True)
