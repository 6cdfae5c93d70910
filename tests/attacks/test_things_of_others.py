"""Class: reading, changing or deleting what is somebody else's by a side route (CVE-2023-6014, CVE-2024-4263,
CVE-2025-15381, CVE-2026-0545, CVE-2026-2651, CVE-2026-2652, CVE-2026-118624, CVE-2026-118625; GraphQL without rights).

The attacker may contribute to a project of their own, and names things of another one wherever a name is taken.
`tests/access` tries each route as each person; here rights at one thing are used for another."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.access.conftest import SECRET

MLFLOW = "/api/2.0/mlflow-artifacts/artifacts"


@pytest.fixture
def mine(world, stranger) -> dict[str, Any]:
    from mlops.accounts.membership import create_project

    return {"project": create_project(stranger, name="Mine", slug="mine")}


@pytest.fixture
def attack(mine, stranger, token_of, send):
    """As `send`, by the attacker; what comes back must not hold the other project's word, unless it was sent."""
    by = token_of(stranger)

    def sent(method: str, path: str, body: Any = None, **more: str) -> Any:
        answer = send(method, path, body, by=by, **more)
        assert SECRET not in answer.told or SECRET in f"{path}{body!r}", (method, path, answer.told[:300])
        assert answer.status_code < 500
        return answer

    return sent


@pytest.fixture
def run(attack) -> str:
    return attack("POST", "runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"]


@pytest.fixture
def theirs(world) -> dict[str, str]:
    from mlops.runs.models import Run

    run = Run.objects.get(pk=world["run_id"])
    return {"run": run.pk.hex, "experiment": run.experiment_id.hex, "model": world["logged_id"]}


def refused(answer: Any) -> bool:
    return answer.status_code in (400, 403, 404)


def test_searches_leave_out_what_the_caller_may_not_see(attack, theirs, run):
    ids = [theirs["experiment"]]
    for told in (
        {},
        {"filter": f"run_id = '{theirs['run']}'"},
        {"filter": "tags.Area LIKE '%'"},
        {"order_by": ["name"]},
    ):
        found = attack("POST", "runs/search", {"experiment_ids": [*ids, "0"], **told}).json().get("runs", [])
        assert {one["info"]["run_id"] for one in found} <= {run}
    assert attack("POST", "logged-models/search", {"experiment_ids": ids}).json().get("models", []) == []
    experiments = attack("POST", "experiments/search", {"filter": "name LIKE '%'"}).json()["experiments"]
    assert [one["name"] for one in experiments] == ["Default"]
    for noun in ("registered-models", "model-versions"):
        found = attack("GET", f"{noun}/search?filter=name LIKE '%25'")
        assert not any(found.json().get(key) for key in ("registered_models", "model_versions"))
    for many in ("get-history-bulk?run_id=", "get-history-bulk-interval?run_ids="):
        assert attack("GET", f"metrics/{many}{theirs['run']}&metric_key=a").json()["metrics"] == []


def test_an_own_run_gives_no_rights_at_what_it_names(attack, theirs, run):
    for path, body in (
        ("runs/log-inputs", {"run_id": run, "models": [{"model_id": theirs["model"]}]}),
        ("runs/outputs", {"run_id": run, "models": [{"model_id": theirs["model"]}]}),
        ("runs/log-metric", {"run_id": run, "key": "a", "value": 1, "timestamp": 1, "model_id": theirs["model"]}),
        ("logged-models", {"experiment_id": theirs["experiment"], "name": "x"}),
        ("runs/create", {"experiment_id": theirs["experiment"]}),
        ("runs/log-batch", {"run_id": theirs["run"], "tags": [{"key": "a", "value": "b"}]}),
    ):
        assert refused(attack("POST", path, body)), path
    made = attack("POST", "runs/create", {"experiment_id": "0", "tags": [
        {"key": "mlflow.parentRunId", "value": theirs["run"]}]}).json()["run"]["info"]["run_id"]  # fmt: skip
    attack("POST", "logged-models", {"experiment_id": "0", "name": "x", "source_run_id": theirs["run"]})
    from mlops.runs.models import LoggedModel, Run

    assert Run.objects.get(pk=made).parent is None
    assert LoggedModel.objects.get(name="x").run is None  # as of a run that nobody knows


def test_the_body_and_the_query_are_not_two_requests(attack, theirs, run):
    """A right that is asked for one id and used for the other."""
    both = {"run_id": run, "run_uuid": theirs["run"]}
    assert attack("POST", f"runs/set-tag?run_id={run}", {"run_id": theirs["run"], "key": "a", "value": "b"})
    assert refused(attack("POST", f"runs/delete?run_id={run}", {"run_id": theirs["run"]}))
    attack("POST", "runs/set-tag", both | {"key": "attacked", "value": "1"})
    assert refused(attack("GET", f"runs/get?run_id={theirs['run']}&run_id={run}"))
    assert refused(attack("GET", f"runs/get?run_uuid={theirs['run']}"))
    twice = f'{{"run_id": "{run}", "run_id": "{theirs["run"]}", "key": "attacked", "value": "1"}}'
    attack("POST", "runs/set-tag", twice.encode())
    from mlops.runs.models import Run
    from mlops.tags.filters import tags_of

    assert "attacked" not in tags_of(Run.objects.get(pk=theirs["run"]))


def test_files_of_others_are_reached_by_no_address(attack, theirs, run):
    for place in (
        f"{theirs['experiment']}/{theirs['run']}/artifacts/notes.txt",
        f"0/{theirs['run']}/artifacts/notes.txt",
        f"0/{run}/artifacts/../../{theirs['run']}/artifacts/notes.txt",
        f"{theirs['experiment']}/models/{theirs['model']}/artifacts/MLmodel",
        f"0/models/{theirs['model']}/artifacts/MLmodel",
    ):
        for method in ("GET", "PUT", "DELETE"):
            assert refused(attack(method, f"{MLFLOW}/{place}", b"x" if method == "PUT" else None)), (method, place)
        assert refused(attack("GET", f"{MLFLOW}?path={place}"))
    for way in ("run_id", "run_uuid"):
        assert refused(attack("GET", f"/get-artifact?{way}={theirs['run']}&path=notes.txt"))
    from mlops.registry.models import ModelVersion

    version = ModelVersion.objects.get()
    for base in ("api", "ajax-api"):
        where = f"/{base}/2.0/mlflow-artifacts/artifacts/registry/{version.model_id.hex}/{version.number}/x"
        assert refused(attack("GET", where))


def test_files_of_others_are_not_taken_over_as_a_model_of_ones_own(attack, theirs, run):
    from mlops.registry.models import ModelVersion

    other = ModelVersion.objects.get()
    attack("POST", "registered-models/create", {"name": "m"})
    for source in (
        f"models:/{theirs['model']}",
        f"models:/{SECRET}-model/1", f"models:/{SECRET}-model@production",
        f"mlflow-artifacts:/{theirs['experiment']}/{theirs['run']}/artifacts",
        f"mlflow-artifacts:/0/{theirs['run']}/artifacts", f"mlflow-artifacts:/0/models/{theirs['model']}/artifacts",
        f"mlflow-artifacts:/registry/{other.model_id.hex}/{other.number}",
    ):  # fmt: skip
        for more in ({}, {"run_id": run}):
            told = {"name": "m", "source": source} | more
            assert refused(attack("POST", "model-versions/create", told)), told
    told = {"name": "m", "source": "s3://b/x", "model_id": theirs["model"]}
    assert refused(attack("POST", "model-versions/create", told))
    assert ModelVersion.objects.count() == 1


def test_a_run_of_others_is_a_word_like_one_that_is_nowhere_and_gives_no_files(attack, theirs, run):
    """MLflow's registry takes runs that it does not know; whether there is one is not told either."""
    from mlops.registry.models import ModelVersion

    attack("POST", "registered-models/create", {"name": "m"})
    for whose in (theirs["run"], "0" * 32):
        for source in (f"runs:/{whose}/", f"runs:/{whose}/notes.txt", f"runs:/{whose}/model", "s3://bucket/model"):
            made = attack("POST", "model-versions/create", {"name": "m", "source": source, "run_id": whose})
            assert (made.status_code, made.json()["model_version"]["run_id"]) == (200, whose)
    for made in ModelVersion.objects.filter(model__name="m").select_related("tree"):
        assert (made.tree.file_count, made.tree.size_bytes, made.run, made.logged_model) == (0, 0, None, None)
        assert (made.metrics, made.signature, made.input_example) == ({}, None, None)
        where = f"/api/2.0/mlflow-artifacts/artifacts/registry/{made.model_id.hex}/{made.number}/notes.txt"
        assert refused(attack("GET", where))


def test_a_workspace_of_others_is_no_key_to_it(attack, theirs, world):
    slug = world["slug"]
    for path in ("experiments/search", "registered-models/search?max_results=5", "model-versions/search"):
        assert refused(attack("GET", path, X_MLFLOW_WORKSPACE=slug))
    assert refused(attack("GET", f"runs/get?run_id={theirs['run']}", X_MLFLOW_WORKSPACE=slug))
    assert slug not in attack("GET", "workspaces").told


@pytest.mark.parametrize(
    "path",
    [
        "/graphql", "/api/2.0/mlflow/graphql", "/ajax-api/2.0/mlflow/graphql", "/ajax-api/3.0/jobs/", "/v1/traces",
        "/ajax-api/3.0/mlflow/scorer/invoke", "/ajax-api/2.0/mlflow/gateway-proxy?gateway_path=x", "/gateway/x/invoke",
        "/api/2.0/mlflow/users/create", "/api/2.0/mlflow/users/get?username=olga", "/signup",
        "/api/2.0/mlflow/users/update-admin", "/api/2.0/mlflow/experiments/permissions/create",
        "/ajax-api/2.0/mlflow/upload-artifact", "/model-versions/get-artifact?name=m&version=1&path=x",
        "/ajax-api/2.0/mlflow/runs/create-promptlab-run",
    ],
)  # fmt: skip
def test_doors_that_were_left_open_elsewhere_do_not_exist_or_ask_who_calls(world, path):
    for method in ("get", "post"):
        kind = {"content_type": "application/json"} if method == "post" else {}
        answer = getattr(Client(raise_request_exception=False), method)(path, **kind)
        assert answer.status_code in (401, 403, 404, 405), (method, path, answer.status_code)
        assert SECRET not in answer.content.decode()
