"""Large files go in parts to signed addresses and come back in ranges, as the client does by itself."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import timedelta
from pathlib import Path

import httpx
import mlflow
import pytest
from django.utils import timezone
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from mlops.accounts.membership import remove_person
from mlops.blobs import parted
from mlops.blobs.models import Part, PartedFile
from mlops.blobs.stores import store
from mlops.runs.models import Artifact

MIB = 1024 * 1024


@pytest.fixture
def run_id(client) -> str:
    return client.create_run("0").info.run_id


@pytest.fixture
def in_parts(monkeypatch):
    """The client sends files of 1 MiB and more in parts of 256 KiB."""
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(MIB))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(256 * 1024))
    monkeypatch.setenv("MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE", str(300_000))


def test_a_large_file_goes_and_comes_in_parts(client, run_id, in_parts, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "true")
    path = tmp_path / "weights of 100%.bin"
    path.write_bytes(os.urandom(3 * MIB + 17))
    client.log_artifact(run_id, str(path), "deep/är")
    assert PartedFile.objects.get().part_count == 13
    kept = Artifact.objects.get(path=f"deep/är/{path.name}")
    assert kept.blob_id == hashlib.sha256(path.read_bytes()).hexdigest()
    assert not list((store().beside / "parts").iterdir())
    fetched = client.download_artifacts(run_id, f"deep/är/{path.name}", str(tmp_path / "back"))
    assert Path(fetched).read_bytes() == path.read_bytes()


def test_a_logged_model_takes_large_files_too(client, in_parts, tmp_path):
    from mlflow.pyfunc import PythonModel

    class Big(PythonModel):
        def predict(self, context, model_input):
            return model_input

    (tmp_path / "big.bin").write_bytes(os.urandom(MIB))
    with mlflow.start_run():
        made = mlflow.pyfunc.log_model(
            name="big", python_model=Big(), artifacts={"big": str(tmp_path / "big.bin")}, pip_requirements=[]
        )
    assert PartedFile.objects.get().blob is not None
    loaded = mlflow.pyfunc.load_model(made.model_uri)
    assert loaded.unwrap_python_model() is not None


def begun(call, run_id: str, name: str = "x.bin", count: int = 2) -> tuple[str, list[str]]:
    """The upload's id, and the addresses of its parts."""
    asked = {"path": f"/home/me/{name}", "num_parts": count}
    made = call("POST", f"/api/2.0/mlflow-artifacts/mpu/create/0/{run_id}/artifacts", asked).json()
    return made["upload_id"], [one["url"] for one in made["credentials"]]


def ended(call, run_id: str, act: str, upload: str, parts: list[tuple[int, str]], **more) -> httpx.Response:
    told = {"path": "x.bin", "upload_id": upload, "parts": [{"part_number": n, "etag": tag} for n, tag in parts]}
    return call("POST", f"/api/2.0/mlflow-artifacts/mpu/{act}/0/{run_id}/artifacts", told | more)


def test_parts_come_in_any_order_and_a_repeated_completion_is_no_error(client, call, run_id):
    upload, urls = begun(call, run_id)
    tags = {n: httpx.put(urls[n - 1], content=b"two" if n == 2 else b"one").headers["etag"] for n in (2, 1)}
    for _ in range(2):
        assert ended(call, run_id, "complete", upload, sorted(tags.items())).status_code == 200
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/x.bin") == "onetwo"
    assert httpx.put(urls[0], content=b"late").status_code == 410
    assert not list((store().beside / "parts").iterdir())


def test_a_part_that_comes_again_meanwhile_changes_nothing(client, call, run_id):
    """As when a client gave up waiting for an answer, and its first request arrives late."""
    upload, urls = begun(call, run_id)
    parts = [(n, httpx.put(urls[n - 1], content=b"ab"[n - 1 : n]).headers["etag"]) for n in (1, 2)]
    PartedFile.objects.update(assembled_since=timezone.now())
    assert httpx.put(urls[0], content=b"other").status_code == 503
    assert httpx.put(urls[0], content=b"a").status_code == 200
    assert ended(call, run_id, "complete", upload, parts).status_code == 503
    PartedFile.objects.update(assembled_since=None)
    assert ended(call, run_id, "complete", upload, parts).status_code == 200
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/x.bin") == "ab"


def test_parts_and_files_beyond_the_limits_are_refused_and_leave_nothing(client, call, run_id, settings):
    settings.UPLOAD_MOST_BYTES, settings.UPLOADS_MOST_BYTES = 10, 15
    upload, urls = begun(call, run_id, count=3)
    assert [httpx.put(urls[n], content=b"x" * 5).status_code for n in (0, 1)] == [200, 200]
    refused = httpx.put(urls[2], content=b"x")
    assert (refused.status_code, "MLOPS_UPLOAD_MOST_BYTES" in refused.json()["message"]) == (413, True)
    assert httpx.put(urls[1], content=b"y" * 5).status_code == 200
    _other, more = begun(call, run_id, "y.bin")
    assert httpx.put(more[0], content=b"x" * 6).status_code == 413
    assert ended(call, run_id, "abort", upload, []).status_code == 200
    assert httpx.put(more[0], content=b"x" * 6).status_code == 200
    plain = f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/large.txt"
    assert call("PUT", plain, content=b"x" * 11).status_code == 413
    assert not Artifact.objects.exists()
    assert len(list((store().beside / "parts").iterdir())) == 1


def test_what_is_missing_or_differs_is_told(client, call, run_id):
    upload, urls = begun(call, run_id)
    tag = httpx.put(urls[0], content=b"one").headers["etag"]
    refused = ended(call, run_id, "complete", upload, [(1, tag)])
    assert (refused.status_code, "missing" in refused.text, "2" in refused.text) == (400, True, True)
    httpx.put(urls[1], content=b"two")
    refused = ended(call, run_id, "complete", upload, [(1, tag), (2, "0" * 64)])
    assert (refused.status_code, "Part 2" in refused.json()["message"]) == (400, True)
    assert not Artifact.objects.exists()


def test_an_aborted_upload_leaves_nothing(client, call, run_id):
    upload, urls = begun(call, run_id)
    httpx.put(urls[0], content=b"one")
    assert ended(call, run_id, "abort", upload, []).status_code == 200
    assert not PartedFile.objects.exists()
    assert not list((store().beside / "parts").iterdir())
    assert httpx.put(urls[1], content=b"two").status_code == 404


def test_what_nobody_completes_is_removed(client, call, run_id):
    _upload, urls = begun(call, run_id)
    httpx.put(urls[0], content=b"one")
    parted.remove_old_parts()
    assert Part.objects.count() == 1
    PartedFile.objects.update(created_at=timezone.now() - timedelta(hours=25))
    parted.remove_old_parts()
    assert not PartedFile.objects.exists()
    assert not list((store().beside / "parts").iterdir())


def test_an_address_is_good_for_its_part_and_its_person_alone(client, call, run_id, owner, project, contributor):
    _upload, urls = begun(call, run_id)
    assert httpx.put(urls[0] + "x", content=b"one").status_code == 403
    assert httpx.get(urls[0].replace("mpu/parts", "signed")).status_code == 403
    remove_person(owner, project, user=contributor)
    assert httpx.put(urls[0], content=b"one").status_code == 403


def test_an_upload_is_completed_by_who_began_it_and_where(client, call, run_id, owner):
    from mlops.accounts.actions import create_token

    upload, urls = begun(call, run_id, count=1)
    parts = [(1, httpx.put(urls[0], content=b"one").headers["etag"])]
    assert ended(call, run_id, "complete", upload, parts, path="other.bin").status_code == 404
    told = {"path": "x.bin", "upload_id": upload, "parts": [{"part_number": 1}]}
    where = f"/api/2.0/mlflow-artifacts/mpu/complete/0/{run_id}/artifacts"
    assert call("POST", where, told, by=create_token(owner, name="other")).status_code == 404


@pytest.mark.parametrize("path", ["..", "a/..", "C:\\..", "%2e%2e", "a#b", ""])
def test_names_that_lead_elsewhere_begin_no_upload(client, call, run_id, path):
    where = f"/api/2.0/mlflow-artifacts/mpu/create/0/{run_id}/artifacts"
    assert call("POST", where, {"path": path, "num_parts": 1}).status_code == 400
    assert call("POST", f"{where}/..%2f..", {"path": "x", "num_parts": 1}).status_code in (400, 404)
    for count in (0, -1, 10_001):
        assert call("POST", where, {"path": "x", "num_parts": count}).status_code == 400
    assert not PartedFile.objects.exists()


RANGES = [
    ("bytes=0-3", 206, "0123", "bytes 0-3/10"), ("bytes=7-", 206, "789", "bytes 7-9/10"),
    ("bytes=-2", 206, "89", "bytes 8-9/10"), ("bytes=5-99", 206, "56789", "bytes 5-9/10"),
    ("bytes=10-", 416, None, "bytes */10"), ("bytes=0-1,4-5", 200, "0123456789", None),
    ("lines=1-2", 200, "0123456789", None), ("bytes=5-2", 200, "0123456789", None),
]  # fmt: skip


def test_ranges_of_files_are_given(client, call, run_id):
    client.log_text(run_id, "0123456789", "digits.txt")
    plain = f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/digits.txt"
    signed = call("GET", plain.replace("/artifacts/0", "/presigned/0")).json()
    assert signed["file_size"] == 10
    for asked, status, text, told in RANGES:
        for answer in (
            call("GET", plain, headers={"Range": asked}),
            httpx.get(signed["url"], headers={"Range": asked}),
        ):
            assert (answer.status_code, answer.headers.get("content-range")) == (status, told), asked
            assert answer.text == (text or answer.text), asked


def test_a_signed_address_gives_what_was_there_and_ends_with_the_right(
    client, call, run_id, owner, project, contributor
):
    client.log_text(run_id, "one", "a.txt")
    where = f"/api/2.0/mlflow-artifacts/presigned/0/{run_id}/artifacts/a.txt"
    url = call("GET", where).json()["url"]
    client.log_text(run_id, "two", "a.txt")
    assert httpx.get(url).text == "one"
    remove_person(owner, project, user=contributor)
    assert httpx.get(url).status_code == 403


def test_single_files_go_and_come_by_signed_addresses(client, call, run_id, owner, project, contributor):
    asked = {"run_id": run_id, "path": "deep/a.txt"}
    url = call("POST", "artifacts/presigned-upload-url", asked).json()["presigned_url"]
    assert httpx.put(url, content=b"one").status_code == 200
    told = call("POST", "artifacts/presigned-download-url", asked).json()
    assert (httpx.get(told["presigned_url"]).text, told["file_size"]) == ("one", 3)
    for wrong in ({"path": "../a"}, {"path": ""}, {"expiration": 0}, {"expiration": 10**7}):
        for act in ("upload", "download"):
            assert call("POST", f"artifacts/presigned-{act}-url", asked | wrong).status_code == 400, (wrong, act)
    assert httpx.put(told["presigned_url"], content=b"two").status_code == 403
    assert httpx.get(url).status_code == 403
    remove_person(owner, project, user=contributor)
    assert httpx.put(url, content=b"two").status_code == 404


def test_a_logged_model_takes_files_by_a_signed_address_too(client, call):
    made = call("POST", "logged-models", {"experiment_id": "0", "name": "m"}).json()["model"]["info"]["model_id"]
    told = {"model_id": made, "path": "MLmodel", "expiration": 1}
    url = call("POST", "artifacts/presigned-upload-url", told).json()["presigned_url"]
    assert httpx.put(url, content=b"one").status_code == 200
    files = call("GET", f"logged-models/{made}/artifacts/directories").json()["files"]
    assert [one["path"] for one in files] == ["MLmodel"]
    assert call("POST", "artifacts/presigned-upload-url", told | {"run_id": "a"}).status_code == 400
    time.sleep(1.1)
    assert httpx.put(url, content=b"two").status_code == 403


def test_no_address_is_signed_where_files_lie_outside(client, call):
    place = client.create_experiment("outside", artifact_location="s3://bucket/x")
    asked = {"run_id": client.create_run(place).info.run_id, "path": "a.txt"}
    for act in ("upload", "download"):
        refused = call("POST", f"artifacts/presigned-{act}-url", asked)
        assert (refused.status_code, "s3://bucket/x" in refused.json()["message"]) == (400, True)


def test_files_are_removed_at_depth_and_empty_folders_are_none(client, run_id):
    for path in ("a/b/c/x y.txt", "a/b/ü.txt", "a/z%.txt", "b.txt"):
        client.log_text(run_id, "x", path)
    files = get_artifact_repository(client.get_run(run_id).info.artifact_uri)
    assert [one.path for one in files.list_artifacts("a/b")] == ["a/b/c", "a/b/ü.txt"]
    files.delete_artifacts("a/b/c/x y.txt")
    assert [one.path for one in files.list_artifacts("a/b")] == ["a/b/ü.txt"]
    files.delete_artifacts("a/b")
    files.delete_artifacts("a/z%.txt")
    assert [one.path for one in files.list_artifacts()] == ["b.txt"]
    with pytest.raises(MlflowException):
        files.download_artifacts("a/b")
