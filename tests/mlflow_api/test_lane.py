"""The short way of metrics and of searches: kept and answered as by Django, and refused by Django where it must be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event
from typing import Any

import msgspec
import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import User
from django.core.asgi import get_asgi_application
from django.db import connection
from django.test import Client
from django.utils import timezone

from mlops.accounts.actions import create_token, revoke_token
from mlops.accounts.membership import give_role, remove_person
from mlops.accounts.models import ApiToken
from mlops.mlflow_api import whole_runs
from mlops.mlflow_api.finding import default_experiment
from mlops.mlflow_api.lane.allowed import MOST_SECONDS_BY_EVENTS
from mlops.mlflow_api.lane.entry import Lane
from mlops.mlflow_api.lane.reader import Reader
from mlops.mlflow_api.lane.writer import Writer
from mlops.runs import step_tokens
from mlops.runs.deletion import delete
from mlops.runs.logging import log_dataset_use, log_parameters
from mlops.runs.models import LatestMetric, LoggedModel, LoggedModelUse, Metric, Run, Step
from mlops.runs.tracking import start_tracked

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/2.0/mlflow/runs/log-metric"
BATCH = "/api/2.0/mlflow/runs/log-batch"
SEARCH = "/api/2.0/mlflow/runs/search"
Answers = list[tuple[int, Any]]


class Pages:
    """Django, and how many calls reached it."""

    def __init__(self) -> None:
        self.reached = 0
        self._django = get_asgi_application()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached += 1
        await self._django(scope, receive, send)


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def log(pages: Pages, token: str) -> Iterator[Callable[..., Answers]]:
    """`log(point, …)` sends them all at once and gives their answers in order."""
    writer, reader = Writer(), Reader()
    lane = Lane(pages, writer, reader)

    async def sent(body: bytes, headers: dict[str, str], path: str) -> tuple[int, Any]:
        scope: dict[str, Any] = {"type": "http", "method": "POST", "path": path, "query_string": b""}
        scope["headers"] = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        asked = ApplicationCommunicator(lane, scope)
        for part, more in ((body[:9], True), (body[9:], False)):
            await asked.send_input({"type": "http.request", "body": part, "more_body": more})
        start = await asked.receive_output(timeout=20)
        answer = await asked.receive_output(timeout=20)
        return start["status"], msgspec.json.decode(answer["body"])

    def all_sent(*points: dict[str, Any], by: str = token, path: str = PATH, **more: str) -> Answers:
        async def together() -> Answers:
            bodies = [msgspec.json.encode({"timestamp": 1, **point}) for point in points]
            headers = {"Host": "testserver", "Content-Type": "application/json", "Authorization": f"Bearer {by}"} | more
            sized = [(body, headers | {"Content-Length": str(len(body))}) for body in bodies]
            return list(await asyncio.gather(*(sent(body, own, path) for body, own in sized)))

        return async_to_sync(together)()

    yield all_sent
    writer.stop()
    reader.stop()


@pytest.fixture
def run(contributor: User, project: Any) -> Run:
    return start_tracked(contributor, default_experiment(project))


def point(run: Run, **fields: Any) -> dict[str, Any]:
    return {"run_id": run.pk.hex, "key": "loss", "value": 0.5} | fields


def test_a_metric_is_kept_when_it_is_answered_and_django_is_not_asked(log, run, pages):
    assert log(point(run, step=3, timestamp=1_000)) == [(200, {})]
    kept = Metric.objects.get()
    assert (kept.run, kept.key, kept.value, kept.position, kept.at.timestamp()) == (run, "loss", 0.5, 3, 1.0)
    assert pages.reached == 0


def test_many_callers_at_once_lose_nothing_and_the_latest_step_stays_the_latest(log, run, contributor, pages):
    other = start_tracked(contributor, run.experiment)
    points = [point(one, step=step, value=step) for step in range(20) for one in (run, other)]
    assert log(*points, *points[:4]) == [(200, {})] * 44
    assert Metric.objects.count() == 44
    assert {one.value for one in LatestMetric.objects.all()} == {19.0}
    assert pages.reached == 0


def test_a_metric_is_kept_where_each_waits_for_the_disk(log, run, settings):
    settings.RUN_METRICS_COMMIT = "durable"
    assert log(point(run), point(run, step=1)) == [(200, {})] * 2
    assert Metric.objects.count() == 2


def test_not_a_number_is_kept_as_such(log, run):
    assert log(point(run, value="NaN")) == [(200, {})]
    assert Metric.objects.get().special == "nan"


def test_what_is_wrong_is_refused_beside_what_is_right(log, run, pages):
    answers = log(point(run), point(run, value="high"), point(run, key="../x"), {"key": "a", "value": 1})
    assert [status for status, _body in answers] == [200, 400, 400, 400]
    assert "Please specify value as a valid double" in answers[1][1]["message"]
    assert (Metric.objects.count(), pages.reached) == (1, 3)


def test_strangers_readers_and_unknown_tokens_are_refused(log, run, stranger, reader, contributor):
    narrow = create_token(contributor, name="narrow", scopes="read")
    by = [create_token(stranger, name="a"), create_token(reader, name="a"), narrow, "wrong"]
    assert [log(point(run), by=one)[0][0] for one in by] == [404, 403, 403, 401]
    assert not Metric.objects.exists()


def test_a_right_that_was_taken_away_ends_at_once(log, run, owner, project, contributor):
    assert log(point(run))[0][0] == 200
    give_role(owner, project, user=contributor, role="reader")
    assert log(point(run))[0][0] == 403
    give_role(owner, project, user=contributor, role="contributor")
    assert log(point(run))[0][0] == 200
    revoke_token(contributor, token_id=ApiToken.objects.get(user=contributor).pk)
    assert log(point(run))[0][0] == 401
    assert Metric.objects.count() == 2


def test_a_deleted_run_takes_no_more_metrics(log, run, owner):
    assert log(point(run))[0][0] == 200
    Run.objects.filter(pk=run.pk).update(state="completed")
    delete(owner, Run.objects.get(pk=run.pk))
    status, told = log(point(run))[0]
    assert (status, Metric.objects.count()) == (400, 1)
    assert "must be in the 'active' state" in told["message"]


def test_a_token_ends_when_it_expires(log, run, contributor):
    by = create_token(contributor, name="short", expires=timedelta(days=1))
    assert log(point(run), by=by)[0][0] == 200
    ApiToken.objects.filter(name="short").update(expires_at=timezone.now() - timedelta(seconds=1))
    if connection.vendor != "sqlite":  # no event says so
        time.sleep(MOST_SECONDS_BY_EVENTS)
    assert log(point(run), by=by)[0][0] == 401


def test_the_code_of_a_step_logs_to_its_own_run_while_it_runs(log, run, contributor):
    other = start_tracked(contributor, run.experiment)
    step = Step.objects.create(
        run=run, node="job", title="job", component="x", version="1", state="running", attempt=1,
        state_since=timezone.now(),
    )  # fmt: skip
    by = step_tokens.issue(step)
    assert [log(point(one), by=by)[0][0] for one in (run, other)] == [200, 404]
    Step.objects.update(state="completed")
    assert log(point(run), by=by)[0][0] == 401


def batch(run: Run, *points: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"run_id": run.pk.hex, "metrics": [{"value": 0.5, "timestamp": 1} | one for one in points]} | more


def test_a_batch_of_a_thousand_metrics_is_kept_without_django(log, run, pages):
    told = [{"key": f"m{step % 3}", "step": step, "timestamp": 5_000 + step} for step in range(1_000)]
    assert log(batch(run, *told), path=BATCH) == [(200, {})]
    assert (Metric.objects.count(), pages.reached) == (1_000, 0)
    assert set(LatestMetric.objects.values_list("key", "position")) == {("m0", 999), ("m1", 997), ("m2", 998)}


def test_batches_of_many_runs_at_once_are_each_kept_whole(log, run, contributor):
    other = start_tracked(contributor, run.experiment)
    told = [{"key": "loss", "step": step} for step in range(1_000)]
    assert log(*[batch(one, *told) for one in (run, other) for _again in range(4)], path=BATCH) == [(200, {})] * 8
    assert [Metric.objects.filter(run=one).count() for one in (run, other)] == [4_000, 4_000]


@pytest.mark.parametrize(
    "more",
    [
        {"params": [{"key": "lr", "value": "1"}]},
        {"tags": [{"key": "team", "value": "x"}]},
        {"metrics": [{"key": "a", "value": "NaN", "timestamp": 1}]},
        {"metrics": []},
    ],
)
def test_a_batch_that_tells_more_than_plain_metrics_is_djangos(log, run, pages, more):
    assert log(batch(run, {"key": "loss"}, **more), path=BATCH) == [(200, {})]
    assert pages.reached == 1


@pytest.mark.parametrize("odd", [{"key": "../x"}, {"key": "b", "value": "high"}, {"key": "b", "timestamp": -1}])
def test_one_odd_metric_of_a_batch_lets_none_be_kept(log, run, odd):
    assert log(batch(run, {"key": "loss"}, odd), path=BATCH)[0][0] == 400
    assert not Metric.objects.exists()


def test_a_batch_of_too_many_is_refused(log, run):
    status, told = log(batch(run, *[{"key": "loss"}] * 1_001), path=BATCH)[0]
    assert (status, "at most 1000 metrics" in told["message"]) == (400, True)


def test_strangers_batches_are_refused(log, run, stranger, reader):
    by = [create_token(stranger, name="a"), create_token(reader, name="a"), "wrong"]
    assert [log(batch(run, {"key": "loss"}), by=one, path=BATCH)[0][0] for one in by] == [404, 403, 401]


def test_a_workspace_narrows_as_elsewhere(log, run, project):
    assert log(point(run), **{"X-MLFLOW-WORKSPACE": project.slug})[0][0] == 200
    assert log(point(run), **{"X-MLFLOW-WORKSPACE": "elsewhere"})[0][0] == 404


@pytest.mark.parametrize("odd", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_calls_of_other_sites_and_names_are_djangos_to_answer(log, run, pages, odd, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    try:
        status = log(point(run), **odd)[0][0]
    except msgspec.DecodeError:  # Django's own page
        status = 400
    assert (status in (400, 403), pages.reached, Metric.objects.count()) == (True, 1, 0)


def search(**fields: Any) -> dict[str, Any]:
    return {"experiment_ids": ["0"]} | fields


def found(answers: Answers) -> list[list[str]]:
    return [[one["info"]["run_id"] for one in body.get("runs", [])] for _status, body in answers]


def test_a_search_is_answered_as_by_django_which_is_not_asked(log, run, contributor, pages, token):
    other = start_tracked(contributor, run.experiment, name="second", description="why", parent=run, tags={"team": "x"})
    log_dataset_use(other, "sales", "d1", context="training")
    log(
        batch(run, {"key": "rmse", "value": 0.1}, {"key": "mae", "value": 3}), batch(other, {"key": "rmse"}), path=BATCH
    )
    log(*(point(run, key=value, value=value) for value in ("NaN", "Infinity", "-Infinity")), point(run, value=1e-300))
    log_parameters(run, {"lr": "0.1", "odd “name” é": '\\ "é" \t'})
    now = timezone.now()
    model = LoggedModel.objects.create(experiment=run.experiment, name="m", run=run, changed_at=now)
    for is_output in (False, True):
        LoggedModelUse.objects.create(run=run, model=model, is_output=is_output, position=3)
    Run.objects.filter(pk=other.pk).update(ended_at=timezone.now())
    for asked in (
        search(),
        search(filter="metrics.rmse < 0.3 and params.lr = '0.1'", order_by=["metrics.rmse DESC"]),
        search(filter="tags.team = 'x' and attributes.run_name like 'sec%'", max_results=1),
        search(run_view_type="ALL", order_by=["metrics.rmse"], max_results=1),
        search(experiment_ids=[run.experiment.pk.hex], filter="attributes.status = 'RUNNING'"),
    ):
        ours = log(asked, path=SEARCH)[0]
        theirs = Client(headers={"Authorization": f"Bearer {token}"}).post(
            SEARCH, asked, content_type="application/json"
        )
        assert (ours[0], ours[1]) == (200, theirs.json())
        assert ours[1]["runs"]
    assert pages.reached == 0


@pytest.mark.parametrize(
    ("text", "by", "names"),
    [
        ("metrics.a < 0.3", "metrics.a DESC", ["0.2", "0.1", "-Infinity"]),
        ("metrics.a < 0.3 and metrics.a > 0.1", "metrics.a", ["0.2"]),
        ("metrics.a > 0.1", "metrics.a", ["0.2", "0.3", "Infinity"]),
        ("metrics.a = 0.1", "metrics.a", ["0.1"]),
        ("metrics.a != 0.1", "metrics.a", ["-Infinity", "0.2", "0.3", "Infinity", "NaN"]),
        ("metrics.a > 0.1 and metrics.b > 0", "metrics.a", ["0.2", "Infinity"]),
        ("metrics.a < 0.3", "metrics.b DESC", ["0.2", "0.1", "-Infinity"]),
        ("", "metrics.a", ["-Infinity", "0.1", "0.2", "0.3", "Infinity", "NaN", "none"]),
        ("", "metrics.a DESC", ["Infinity", "0.3", "0.2", "0.1", "-Infinity", "NaN", "none"]),
    ],
)
def test_a_metric_may_be_looked_for_and_ordered_by(log, run, contributor, pages, text, by, names):
    for value in ("none", "-Infinity", "NaN", "0.1", "Infinity", "0.2", "0.3"):
        other = start_tracked(contributor, run.experiment, name=value)
        if value != "none":
            log(point(other, key="a", value=value if value[-1].isalpha() else float(value)))
        if value in ("0.2", "Infinity"):
            log(point(other, key="b", value=1))
    asked = search(filter=f"{text}{' and ' if text else ''}attributes.run_id != '{run.pk.hex}'", order_by=[by])
    answer = log(asked, path=SEARCH)[0][1]["runs"]
    assert [one["info"]["run_name"] for one in answer] == names
    assert pages.reached == 0


def test_a_search_sees_what_was_done_a_moment_ago(log, run, contributor, pages):
    assert found(log(search(), path=SEARCH)) == [[run.pk.hex]]
    other = start_tracked(contributor, run.experiment)
    assert found(log(search(), path=SEARCH)) == [[other.pk.hex, run.pk.hex]]
    assert pages.reached == 0


def test_a_search_is_answered_where_a_pooler_loses_its_plan(log, run, pages, monkeypatch):
    """Of the six, PostgreSQL loses the kept plan once; the search is then answered the long way, and keeps none."""
    is_kept = connection.vendor == "postgresql"
    asked_before, lost = whole_runs._rows, Event()
    monkeypatch.setattr(whole_runs, "_plans_are_lost", lost)

    def after_another_session(sql: str, values: list[Any]) -> list[Any]:
        connection.ensure_connection()
        connection.connection.pgconn.exec_(b"DEALLOCATE ALL")
        return asked_before(sql, values)

    monkeypatch.setattr(whole_runs, "_rows", after_another_session)
    for _again in range(6):
        assert found(log(search(), path=SEARCH)) == [[run.pk.hex]]
    assert (lost.is_set(), pages.reached) == (is_kept, int(is_kept))


def test_a_search_finds_nothing_of_projects_that_are_or_become_anothers(
    log, run, owner, project, contributor, stranger
):
    by = create_token(stranger, name="a")
    wanted = search(experiment_ids=[run.experiment.pk.hex])
    assert found(log(wanted, path=SEARCH)) == [[run.pk.hex]]
    assert found(log(wanted, path=SEARCH, by=by)) == [[]]
    remove_person(owner, project, user=contributor)
    assert found(log(wanted, path=SEARCH)) == [[]]


@pytest.mark.parametrize("odd", [{"filter": "metrics.rmse <"}, {"max_results": 0}, {"order_by": ["nothing"]}])
def test_a_search_that_must_be_refused_is_djangos(log, run, pages, odd):
    assert (log(search(**odd), path=SEARCH)[0][0], pages.reached) == (400, 1)


def test_a_search_by_no_known_token_is_refused(log, run):
    assert log(search(), path=SEARCH, by="wrong")[0][0] == 401
