"""Runs over REST, as the canvas and the client read them."""

from __future__ import annotations

import uuid

import pytest

from mlops.runs.models import LogLine, Step

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def get(client, reader):
    client.force_login(reader)

    def asked(path: str, status: int = 200, **query: object):
        answer = client.get(f"/api/v1/{path}", query)
        assert answer.status_code == status, answer.content
        return answer.json()

    return asked


def test_a_run_tells_of_its_steps_their_outputs_and_its_metrics(get, run):
    found = get(f"runs/{run.pk}/")
    assert (found["number"], found["state"], found["experiment"], found["can_cancel"]) == (
        1,
        "completed",
        "prices",
        False,
    )
    steps = {step["node"]: step for step in found["steps"]}
    (made,) = steps["train"]["outputs"]
    assert (made["port"], made["type"]) == ("trained_model", "model")
    assert steps["split"]["seconds"] > 0
    assert steps["data"]["seconds"] == 0
    assert "root_mean_squared_error" in {metric["key"] for metric in found["metrics"] if metric["node"] == "evaluate"}


def test_a_table_at_a_port_has_rows_schema_and_profile(get, run):
    found = get(f"runs/{run.pk}/steps/score/outputs/scored_dataset/", offset=2, limit=3)
    names = [column["name"] for column in found["schema"]["columns"]]
    assert names == ["power", "price", "Scored Labels"]
    assert (found["type"], found["row_count"], len(found["rows"]), len(found["rows"][0])) == ("table", 18, 3, 3)
    assert [column["name"] for column in found["profile"]["columns"]] == names
    assert found["rows"] == get(f"runs/{run.pk}/steps/score/outputs/scored_dataset/")["rows"][2:5]


def test_a_dataset_has_its_profile_too(get, run, cars):
    found = get(f"runs/{run.pk}/steps/data/outputs/dataset/")
    assert (found["row_count"], len(found["rows"])) == (60, 50)
    assert [column["name"] for column in found["profile"]["columns"]] == ["power", "price"]


def test_the_evaluation_lies_beside_its_table(get, run):
    found = get(f"runs/{run.pk}/steps/evaluate/outputs/evaluation_results/")
    assert found["evaluation"]["task"] == "regression"
    assert found["evaluation"]["evaluated"][0]["rows"] == 18


def test_a_model_tells_its_facts_and_where_to_register_it(get, run):
    found = get(f"runs/{run.pk}/steps/train/outputs/trained_model/")
    assert (found["type"], found["label"], found["algorithm"]) == ("model", "price", "linear_regression")
    assert found["register_url"] == f"/models/register/?run={run.pk}&node=train&port=trained_model"
    assert found["sources"] == ["Cars:1"]


def test_a_learner_is_told_by_its_parameters(get, run):
    found = get(f"runs/{run.pk}/steps/learner/outputs/untrained_model/")
    assert found["type"] == "untrained_model"
    assert {"label": "Learner", "value": "linear_regression"} in found["summary"]


def test_an_exported_file_is_downloaded_by_its_link(get, run, client):
    found = get(f"runs/{run.pk}/steps/file/outputs/exported_file/")
    assert [file["path"] for file in found["files"]] == ["scores.csv"]
    content = b"".join(client.get(found["files"][0]["url"]).streaming_content)
    assert content.splitlines()[0] == b"power,price,Scored Labels"
    assert len(content) == found["files"][0]["size_bytes"]


def test_files_of_an_output_are_listed_and_downloaded(get, run, client):
    base = f"runs/{run.pk}/steps/train/outputs/trained_model/files/"
    files = {file["path"]: file for file in get(base)["results"]}
    assert {"MLmodel", "mlops_model.json"} <= set(files)
    answer = client.get(f"/api/v1/{base}MLmodel")
    assert answer["Content-Disposition"] == 'attachment; filename="MLmodel"'
    assert len(b"".join(answer.streaming_content)) == files["MLmodel"]["size_bytes"]


def test_a_log_is_read_on_from_where_one_was(get, run):
    step = Step.objects.get(run=run, node="split")
    LogLine.objects.filter(step=step).delete()
    for seq in (1, 2, 3):
        LogLine.objects.create(step=step, seq=seq, at=step.started_at, stream="stdout", text=f"line {seq}")
    first = get(f"runs/{run.pk}/steps/split/log/")
    assert ([line["seq"] for line in first["lines"]], first["next"], first["ended"]) == ([1, 2, 3], 3, True)
    assert [line["text"] for line in get(f"runs/{run.pk}/steps/split/log/", after=2)["lines"]] == ["line 3"]
    assert get(f"runs/{run.pk}/steps/split/log/", after=3) == {"lines": [], "next": 3, "ended": True}


def test_two_runs_are_compared(get, train):
    a, b = train(), train(fraction=0.5)
    found = get("runs/compare/", a=a.pk, b=b.pk)
    assert (found["a"]["number"], found["b"]["number"]) == (1, 2)
    name = "fraction_of_rows_in_the_first_output_dataset"
    assert found["parameters"] == [{"node": "split", "name": name, "a": 0.7, "b": 0.5}]
    assert (found["datasets_a"], found["edges_differ"], found["added"]) == (["Cars:1"], False, [])
    row = next(row for row in found["metrics"] if row["key"] == "root_mean_squared_error")
    assert row["difference"] == pytest.approx(row["b"] - row["a"])


def test_runs_are_filtered(get, run):
    def numbers(**query: str) -> list[int]:
        return [row["number"] for row in get("runs/", **query)["results"]]

    assert numbers() == numbers(project="churn", state="completed", experiment="prices", q="car", who="carl") == [1]
    assert numbers(q="#1") == [1]
    for other in ({"state": "failed"}, {"experiment": "x"}, {"q": "zzz"}, {"q": "2"}, {"who": "olga"}):
        assert numbers(**other) == []
    assert get("experiments/", project="churn")["results"][0]["name"] == "prices"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("runs/?state=compleeted", 400, "state_unknown"),
        ("runs/{run}/steps/trian/log/", 404, "node_not_found"),
        ("runs/{run}/steps/train/outputs/model/", 404, "output_not_found"),
        ("runs/{run}/steps/split/log/?after=x", 400, "number_expected"),
        ("runs/{run}/steps/train/outputs/trained_model/files/none", 404, "file_not_found"),
        ("runs/compare/?a={run}&b=7", 400, "run_missing"),
    ],
)
def test_what_is_not_there_is_said(get, run, path, status, code):
    found = get(path.format(run=run.pk), status)
    assert found["code"] == code
    assert found["detail"]


def test_a_stranger_does_not_learn_that_a_run_exists(client, stranger, run):
    client.force_login(stranger)
    unknown = client.get(f"/api/v1/runs/{uuid.uuid4()}/")
    for path in ("", "document/", "steps/split/log/", "steps/data/outputs/dataset/"):
        answer = client.get(f"/api/v1/runs/{run.pk}/{path}")
        assert (answer.status_code, answer.json()["detail"]) == (404, unknown.json()["detail"])
    assert client.get("/api/v1/runs/").json()["results"] == []


def test_what_was_submitted_stays_readable(get, run):
    found = get(f"runs/{run.pk}/document/")
    assert found["shapes"]["split"]["results_dataset1"]["table"]["columns"][0]["name"] == "power"
    nodes = {node["id"] for node in found["spec"]["nodes"]}
    assert nodes == {"data", "evaluate", "file", "learner", "score", "split", "train"}
