"""What MLflow's pages ask in GraphQL is answered by what REST says, with the same rights, and within limits."""

from __future__ import annotations

import math
from typing import Any

import pytest
from mlflow.entities import Dataset, DatasetInput, InputTag

RUN = '{ mlflowGetRun(input: {runId: "%s"}) { run { %s } } }'
NESTED = "name { " * 11 + "name" + " }" * 11
ALIASES = " ".join(f"e{turn}: experiment {{ name }}" for turn in range(11))
SELECTED = " ".join(f"f{turn} {{ name }}" for turn in range(1_001))


@pytest.fixture
def ask(call):
    def asked(query: str, **more: Any) -> dict[str, Any]:
        found = call("POST", "/graphql", {"query": query}, **more)
        assert found.status_code == 200, found.text
        return found.json()

    return asked


def test_a_run_is_told_with_its_experiment_and_versions(client, ask):
    experiment = client.create_experiment("churn")
    run_id = client.create_run(experiment).info.run_id
    client.log_metric(run_id, "a", 1.5, timestamp=1, step=2)
    client.log_metric(run_id, "b", math.nan)
    client.create_registered_model("prices")
    client.create_model_version("prices", f"runs:/{run_id}/model", run_id)
    wanted = "info { status startTime } data { metrics { key value step timestamp } } experiment { name }"
    found = ask(RUN % (run_id, f"{wanted} modelVersions {{ name version }}"))
    told = found["data"]["mlflowGetRun"]["run"]
    assert (found["errors"], told["info"]["status"], told["experiment"]["name"]) == (None, "RUNNING", "churn")
    assert told["data"]["metrics"][0] == {"key": "a", "value": 1.5, "step": "2", "timestamp": "1"}
    assert told["data"]["metrics"][1]["value"] is None
    assert told["modelVersions"] == [{"name": "prices", "version": "1"}]


def test_runs_histories_and_data_are_searched(client, ask):
    experiment = client.create_experiment("churn")
    runs = [client.create_run(experiment).info.run_id for _ in range(2)]
    for step in range(3):
        client.log_metric(runs[0], "loss", step, step=step)
    data = Dataset(name="shop", digest="d1", source_type="script", source="x")
    client.log_inputs(runs[0], [DatasetInput(data, [InputTag("mlflow.data.context", "train")])])
    found = ask(
        f'mutation {{ mlflowSearchRuns(input: {{experimentIds: ["{experiment}"]}}) {{ runs {{ info {{ runId }} }} }} }}'
    )
    assert [one["info"]["runId"] for one in found["data"]["mlflowSearchRuns"]["runs"]] == runs[::-1]
    given = f'input: {{runIds: ["{runs[0]}"], metricKey: "loss"}}'
    found = ask(f"{{ mlflowGetMetricHistoryBulkInterval({given}) {{ metrics {{ key value }} }} }}")
    told = found["data"]["mlflowGetMetricHistoryBulkInterval"]["metrics"]
    assert told == [{"key": "loss", "value": step} for step in range(3)]
    given = f'input: {{experimentIds: ["{experiment}"]}}'
    found = ask(f"mutation {{ mlflowSearchDatasets({given}) {{ datasetSummaries {{ name context }} }} }}")
    assert found["data"]["mlflowSearchDatasets"]["datasetSummaries"] == [{"name": "shop", "context": "train"}]


def test_files_are_listed(client, ask):
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "hello", "a.txt")
    client.log_text(run_id, "hello", "below/b.txt")
    found = ask(f'{{ files: mlflowListArtifacts(input: {{runId: "{run_id}"}}) {{ files {{ path isDir fileSize }} }} }}')
    assert found["data"]["files"]["files"] == [
        {"path": "a.txt", "isDir": False, "fileSize": "5"},
        {"path": "below", "isDir": True, "fileSize": "0"},
    ]


TOO_MUCH = [
    ("{" + " ".join(f'k{i}: test(inputString: "a") {{ output }}' for i in range(11)) + "}", "at most 10 root fields"),
    (f"{{ mlflowGetExperiment {{ {ALIASES} }} }}", "at most 10 aliases"),
    (f"{{ mlflowGetExperiment {{ experiment {{ {NESTED} }} }} }}", "maximum depth of 10"),
    (f"{{ mlflowGetExperiment {{ {SELECTED} }} }}", "selections of 1000"),
    ("{ ...a } fragment a on Query { ...a }", "maximum depth of 10"),
    ("{ test { output }", "Syntax Error"),
    ("{ nothing }", "Cannot query field"),
    ('{ mlflowSearchModelVersions(input: {maxResults: "5000"}) { nextPageToken } }', "at most 200 rows"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "words"), TOO_MUCH)
def test_questions_that_ask_too_much_or_nothing_known_are_refused(client, ask, query, words):
    assert words in ask(query)["errors"][0]


def test_strangers_read_nothing_by_it(client, ask, stranger):
    from mlops.accounts.actions import create_token
    from mlops.accounts.membership import create_project

    create_project(stranger, name="Theirs", slug="theirs")
    run_id = client.create_run("0", run_name="secret").info.run_id
    by = create_token(stranger, name="mlflow")
    found = ask(RUN % (run_id, "info { runName }"), by=by)
    assert found == {"data": {"mlflowGetRun": None}, "errors": [f"Run with id={run_id} not found"]}
