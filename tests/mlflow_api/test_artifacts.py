"""Files of runs go through the proxy: kept by content, listed, given out as downloads, removed; never elsewhere."""

from __future__ import annotations

from pathlib import Path

import mlflow
import pytest
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from mlops.quotas.actions import set_quotas
from mlops.runs.models import Artifact


@pytest.fixture
def run_id(client) -> str:
    return client.create_run("0").info.run_id


def test_files_folders_texts_and_figures_arrive(client, run_id, tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "note.txt").write_text("hello")
    client.log_artifacts(run_id, str(tmp_path), "folder")
    client.log_text(run_id, "a,b\n1,2\n", "table.csv")
    client.log_dict(run_id, {"a": 1}, "facts.json")
    client.log_artifact(run_id, str(tmp_path / "deep" / "er" / "note.txt"), "plots")
    root = client.get_run(run_id).info.artifact_uri
    files = get_artifact_repository(root)
    assert [file.path for file in files.list_artifacts()] == ["facts.json", "folder", "plots", "table.csv"]
    assert [file.path for file in files.list_artifacts("folder/deep")] == ["folder/deep/er"]
    assert mlflow.artifacts.load_text(f"{root}/folder/deep/er/note.txt") == "hello"
    fetched = Path(mlflow.artifacts.download_artifacts(f"{root}/folder", dst_path=str(tmp_path)))
    assert (fetched / "deep" / "er" / "note.txt").read_text() == "hello"


def test_a_file_is_replaced_and_removed(client, run_id):
    client.log_text(run_id, "one", "a/x.txt")
    client.log_text(run_id, "two", "a/x.txt")
    root = client.get_run(run_id).info.artifact_uri
    assert mlflow.artifacts.load_text(f"{root}/a/x.txt") == "two"
    get_artifact_repository(root).delete_artifacts("a")
    assert get_artifact_repository(root).list_artifacts() == []


def test_files_are_given_out_as_downloads_that_no_browser_runs(client, call, run_id):
    client.log_text(run_id, "<script>alert(1)</script>", "page.html")
    answer = call("GET", f"/get-artifact?run_id={run_id}&path=page.html")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"


ATTACKS = [
    "../x", "a/../../x", "%2e%2e/x", "%252e%252e/x", "..%2fx", "%252e%252e%252fx", "%2fetc/passwd", "%252fetc/passwd",
    "a%23b", "file:%2f%2f%2fetc/passwd", "C:%5cx", "a%5c..%5cx", "a%00b", "~root/x", "%25252525252e%252e/x",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_paths_that_lead_elsewhere_are_refused(client, live_server, token, run_id, attack):
    import http.client

    place = live_server.url.removeprefix("http://")
    for method, path in (
        ("PUT", f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/{attack}"),
        ("GET", f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/{attack}"),
        ("GET", f"/api/2.0/mlflow-artifacts/artifacts?path=0/{run_id}/artifacts/{attack}"),
        ("GET", f"/api/2.0/mlflow/artifacts/list?run_id={run_id}&path={attack}"),
        ("GET", f"/get-artifact?run_id={run_id}&path={attack}"),
    ):
        line = http.client.HTTPConnection(place)
        line.request(method, path, body=b"x" if method == "PUT" else None, headers={"Authorization": f"Bearer {token}"})
        answer = line.getresponse()
        assert answer.status in (400, 404), (method, path, answer.status, answer.read())
    assert not Artifact.objects.exists()


@pytest.mark.parametrize("step", [0, 10, 23, 25])
def test_images_by_step_of_clients_of_2x_have_percent_signs_in_their_names(client, call, run_id, step):
    path = f"images/dog%step%{step}%timestamp%1764171717171%g52b92f%compressed.webp"
    client.log_text(run_id, "image", path)
    listed = call("GET", "artifacts/list", params={"run_id": run_id, "path": "images"}).json()["files"]
    assert [file["path"] for file in listed] == [path]
    assert call("GET", "/get-artifact", params={"run_id": run_id, "path": path}).text == "image"


def test_a_place_outside_is_named_but_never_read(client, call):
    made = client.create_experiment("elsewhere", artifact_location="s3://bucket/runs")
    run_id = client.create_run(made).info.run_id
    assert client.get_run(run_id).info.artifact_uri == f"s3://bucket/runs/{run_id}/artifacts"
    assert call("GET", "artifacts/list", params={"run_id": run_id}).json()["files"] == []
    for location in ("file:///etc", "/etc", "runs:/x", "ftp://x/y", "s3://b/../x", "s3://b/x?y#z", "./x"):
        refused = call("POST", "experiments/create", {"name": location, "artifact_location": location})
        assert refused.status_code == 400, location


def test_all_files_of_a_run_are_fetched_by_a_dot(client, tmp_path):
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "hello", "notes/a.txt")
    folder = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=".", dst_path=str(tmp_path))
    assert [one.read_text() for one in Path(folder).rglob("a.txt")] == ["hello"]


def test_files_that_pages_of_mlflow_send_are_small_and_named(client, call):
    run_id = client.create_run("0").info.run_id
    refused = {
        "Request must specify run_uuid.": {},
        "Request must specify path.": {"run_uuid": run_id},
        "Request must specify data.": {"run_uuid": run_id, "path": "a.txt"},
    }
    for message, params in refused.items():
        assert call("POST", "upload-artifact", params=params).json()["message"] == message
    assert call("POST", "upload-artifact", params={"run_uuid": run_id, "path": "a.txt"}, content=b"hi").is_success
    assert call("GET", "/get-artifact", params={"run_uuid": run_id, "path": "a.txt"}).text == "hi"


def test_a_file_beyond_the_quota_of_storage_is_refused_and_leaves_no_trace(client, call, run_id, owner, project):
    set_quotas(make_administrator(owner), project, {"storage": 1000})
    client.log_text(run_id, "a" * 600, "a.txt")
    path = f"/api/2.0/mlflow-artifacts/artifacts/{client.get_run(run_id).info.artifact_uri.partition(':/')[2]}/b.txt"
    answer = call("PUT", path, content=b"b" * 600)
    assert (answer.status_code, "no room for 600 B more" in answer.json()["message"]) == (409, True)
    assert list(Artifact.objects.values_list("path", flat=True)) == ["a.txt"]


def make_administrator(person):
    person.is_superuser = True
    person.save()
    return person
