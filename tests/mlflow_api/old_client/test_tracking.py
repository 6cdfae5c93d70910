"""The last client of 2.x tracks, finds, registers and traces as the one of today does."""

from __future__ import annotations

import pytest

from mlops.accounts.actions import create_token
from mlops.accounts.membership import create_project
from mlops.runs.models import Artifact, Run, RunState


def test_runs_are_tracked_with_inner_ones(old):
    told = old("""
        mlflow.set_experiment("old")
        with mlflow.start_run(run_name="outer") as outer:
            mlflow.log_params({"depth": 3})
            mlflow.log_metric("loss", 0.5, step=1)
            mlflow.log_metric("loss", 0.25, step=2)
            with mlflow.start_run(run_name="inner", nested=True) as inner:
                mlflow.set_tag("team", "a")
        found = client.get_run(outer.info.run_id)
        history = [(one.step, one.value) for one in client.get_metric_history(outer.info.run_id, "loss")]
        parent = mlflow.get_parent_run(inner.info.run_id).info.run_id == outer.info.run_id
        answer = [found.data.params, found.data.metrics, found.info.status, history, parent]
    """)
    assert told == [{"depth": "3"}, {"loss": 0.25}, "FINISHED", [[1, 0.5], [2, 0.25]], True]
    assert Run.objects.get(display_name="outer").state == RunState.COMPLETED


def test_a_batch_of_a_thousand_metrics_is_kept(old):
    assert old("""
        from mlflow.entities import Metric, Param, RunTag

        run = client.create_run("0").info.run_id
        points = [Metric("m", float(step), 1_000 + step, step) for step in range(800)]
        params, tags = [Param(f"p{n}", "1") for n in range(100)], [RunTag(f"t{n}", "1") for n in range(90)]
        client.log_batch(run, points, params, tags)
        found = client.get_run(run).data
        answer = [len(client.get_metric_history(run, "m")), len(found.params), found.metrics["m"], found.tags["t89"]]
    """) == [800, 100, 799.0, "1"]


SEARCHES = [
    ("metrics.loss < 0.3", ["b"]), ("params.depth = '3' and metrics.loss >= 0.3", ["a"]),
    ("params.depth LIKE '%'", ["a", "b"]),
    ("tags.team ILIKE 'X%'", ["b"]), ("attributes.run_name IN ('a', 'c')", ["a"]), ("params.depth != '3'", ["b"]),
    ("status = 'FINISHED'", ["a", "b"]), ("attributes.start_time > 0", ["a", "b"]),
]  # fmt: skip


def test_searches_find_by_each_kind_of_condition_in_order_and_by_pages(old):
    found = old(
        """
        place = client.create_experiment("searched")
        for name, loss, depth, team in (("a", 0.5, 3, ""), ("b", 0.1, 4, "xyz")):
            with mlflow.start_run(experiment_id=place, run_name=name, tags={"team": team} if team else None):
                mlflow.log_metric("loss", loss)
                mlflow.log_param("depth", depth)
        named = lambda runs: [run.info.run_name for run in runs]
        answer = [named(client.search_runs([place], text, order_by=["attributes.run_name"])) for text in texts]
        first = client.search_runs([place], max_results=1, order_by=["metrics.loss DESC"])
        rest = client.search_runs([place], max_results=1, order_by=["metrics.loss DESC"], page_token=first.token)
        answer += [named(first), named(rest), rest.token]
        """,
        texts=[text for text, _names in SEARCHES],
    )
    assert found == [*(names for _text, names in SEARCHES), ["a"], ["b"], None]


def test_files_are_sent_listed_fetched_and_sent_in_parts(old):
    assert old("""
        import os, tempfile, pathlib

        os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "true"
        os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = "1000000"
        os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = "300000"
        run = client.create_run("0").info.run_id
        client.log_text(run, "hello", "notes/a ü.txt")
        client.log_dict(run, {"a": 1}, "d.json")
        large = pathlib.Path(tempfile.mkdtemp(), "large.bin")
        large.write_bytes(os.urandom(1_000_003))
        client.log_artifact(run, str(large), "deep")
        back = pathlib.Path(client.download_artifacts(run, ""))
        same = (back / "deep/large.bin").read_bytes() == large.read_bytes()
        answer = [(back / "notes/a ü.txt").read_text(), [one.path for one in client.list_artifacts(run)], same]
    """) == ["hello", ["d.json", "deep", "notes"], True]
    assert Artifact.objects.get(path="deep/large.bin").size_bytes == 1_000_003


@pytest.mark.parametrize("token", ["wrong", ""])
def test_wrong_credentials_are_refused_in_words(old, token):
    said = old(
        """
        try:
            client.create_run("0")
        except mlflow.MlflowException as refused:
            answer = [refused.error_code, str(refused)]
        """,
        token=token,
    )
    assert said[0] == "UNAUTHENTICATED"
    assert "token" in said[1].lower()


def test_a_stranger_is_told_of_nothing(old, stranger):
    run = old('answer = client.create_run("0").info.run_id')
    create_project(stranger, name="Elsewhere", slug="elsewhere")
    asked = """
        try:
            client.get_run(run)
        except mlflow.MlflowException as refused:
            answer = refused.error_code
    """
    assert old(asked, token=create_token(stranger, name="x"), run=run) == "RESOURCE_DOES_NOT_EXIST"
