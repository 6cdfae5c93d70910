"""Explanations as rows: asked for, computed in a child process, cancelled, taken over, compared, called by REST."""

from __future__ import annotations

import io
import threading
import zipfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.utils import timezone

from mlops.events.models import Event
from mlops.explanations import actions, queries, served, tasks, what_if
from mlops.explanations.models import Explanation, ExplanationState
from mlops.explanations.orders import checked_order
from mlops.formats.refusal import Refusal
from tests.registry.shelf import registered
from tests.scoring.running import is_running, wait_for

pytestmark = pytest.mark.django_db

QUICK = {"rows": "20", "background": "5", "dependence": "1"}


def asked(actor: Any, project: Any, *, order: Any = QUICK, **more: Any) -> Explanation:
    version = more.pop("version", None) or registered(actor, project)
    return actions.explain(actor, version, order=checked_order(order), **more)


def done(one: Explanation) -> Explanation:
    tasks.explain(str(one.pk))
    one.refresh_from_db()
    return one


def test_an_explanation_ends_with_files_and_everybody_is_told_without_values(client, contributor, project, tmp_path):
    client.force_login(contributor)
    version = registered(contributor, project)
    address = f"/api/v1/models/{version.model_id}/versions/{version.number}/explanations/"
    made = client.post(address, {**QUICK, "fairness": "make", "comment": "first"}, content_type="application/json")
    assert made.status_code == 201, made.content
    one = done(Explanation.objects.get())
    assert one.state == ExplanationState.COMPLETED, f"{one.reason} {one.hint}"
    told = client.get(f"/api/v1/explanations/{one.pk}/").json()
    assert told["summary"]["kind"] == "tree"
    assert told["summary"]["cost"]["peak_bytes"] > 0
    rows = client.get(f"/api/v1/explanations/{one.pk}/rows/?limit=2").json()
    assert rows["count"] == 20
    assert len(rows["results"][0]["contributions"]) == 3
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/api/v1/explanations/{one.pk}/download/").content))
    assert set(archive.namelist()) >= {"summary.json", "contributions.parquet", "fairness.json"}
    event = Event.objects.get(type="mlops.explanation.completed")
    assert event.data["rows"] == 20
    assert "power" in event.data["weightiest"]
    for page in ("", "?row=3", "?cohort=make", "?csv=importance"):
        assert client.get(f"/explanations/{one.pk}/{page}").status_code == 200
    assert client.get(f"/models/{version.model_id}/{version.number}/?tab=explanations").status_code == 200
    other = client.get(f"/explanations/{one.pk}/compare/{one.pk}/")
    assert b"agrees to 1" in other.content
    row = {"power": 90, "weight": 1000.0, "make": "audi"}
    changed = {"power": 240, "weight": 1000.0, "make": "audi"}
    address = f"/api/v1/explanations/{one.pk}/what-if/"
    first, second = (
        client.post(address, {"row": each}, content_type="application/json").json() for each in (row, changed)
    )
    assert second["sum"][0] > first["sum"][0] + 5_000
    page = client.post(f"/explanations/{one.pk}/what-if/?row=2", {"=power": "many", "=weight": "1", "=make": "audi"})
    assert page.status_code == 422
    assert client.get(f"/explanations/{one.pk}/what-if/?row=2").status_code == 200
    what_if.end_all()
    folder = tmp_path / "served"
    folder.mkdir()
    served.lay_out(version, folder)
    assert list(folder.iterdir()) == [], "its rows go nowhere unasked"
    Explanation.objects.filter(pk=one.pk).update(order=one.order | {"for_deployments": True})
    served.lay_out(version, folder)
    assert len(msgspec.json.decode((folder / "explainer.json").read_bytes())["background"]) == 5


def test_a_failure_says_why_and_what_to_do(contributor, project):
    one = done(asked(contributor, project, order={**QUICK, "kind": "linear"}))
    assert one.state == ExplanationState.FAILED
    assert "does not fit" in one.reason
    assert "permutation" in one.hint


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"rows": "0"}, "rows"),
        ({"rows": "many"}, "many"),
        ({"kind": "magic"}, "magic"),
        ({"surrogate": "forest"}, "forest"),
        ({"rwos": 1}, "rwos"),
        ({"fairness": [str(one) for one in range(11)]}, "fairness"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(given, told):
    with pytest.raises(Refusal, match=told):
        checked_order(given)


def test_readers_cannot_ask(contributor, reader, project):
    version = registered(contributor, project)
    with pytest.raises(Refusal) as refused:
        asked(reader, project, version=version)
    assert refused.value.status == 403


def test_names_are_given_by_themselves_and_not_twice(contributor, project):
    first = asked(contributor, project)
    assert asked(contributor, project, version=first.version).name == "explanation-2"
    with pytest.raises(Refusal) as refused:
        asked(contributor, project, version=first.version, name="explanation-1")
    assert refused.value.status == 409


def test_a_waiting_one_is_cancelled_at_once_and_a_running_one_by_its_worker(contributor, project):
    waiting = actions.cancel(contributor, asked(contributor, project))
    assert waiting.state == ExplanationState.CANCELLED
    running = asked(contributor, project, version=waiting.version)
    Explanation.objects.filter(pk=running.pk).update(cancel_asked=True)
    assert done(running).state == ExplanationState.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_cancelling_one_under_way_ends_its_child_process(contributor, project):
    one = asked(contributor, project, order={"rows": "200", "background": "100", "kind": "permutation"})
    seen: list[int] = []

    def cancel() -> None:
        wait_for(lambda: bool(_children(one)))
        seen.extend(_children(one))
        actions.cancel(contributor, Explanation.objects.get(pk=one.pk))
        connection.close()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    done(one)
    canceller.join()

    assert one.state == ExplanationState.CANCELLED
    assert seen
    assert not [pid for pid in seen if is_running(pid)]
    assert Event.objects.get(type="mlops.explanation.cancelled").subject == one.subject


def _children(one: Explanation) -> list[int]:
    """Processes that compute it: they are called with its folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"explanation-{one.pk}-" in place.read_bytes().decode(errors="replace"):
                found.append(int(place.parent.name))
    return found


def test_a_lost_worker_gives_it_back_and_at_last_up(contributor, project):
    one = asked(contributor, project)
    past = timezone.now() - timedelta(minutes=5)
    for attempt, state in ((1, ExplanationState.QUEUED), (3, ExplanationState.FAILED)):
        Explanation.objects.update(state=ExplanationState.RUNNING, lease_until=past, attempt=attempt)
        tasks.sweep()
        one.refresh_from_db()
        assert one.state == state


def test_one_that_runs_is_not_deleted(contributor, project):
    one = asked(contributor, project)
    with pytest.raises(Refusal):
        actions.delete(contributor, one)
    actions.delete(contributor, actions.cancel(contributor, one))
    assert not queries.explanations_of(one.version).exists()
