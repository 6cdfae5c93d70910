"""Class: addresses that carry their own permission, and uploads in parts (CVE-2026-2651).

A signed address is good for the one part or file that it was given out for, for some hours, and only while the person
who asked for it still has the right."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from mlops.blobs.models import PartedFile
from tests.attacks.hostile import OVERLONG, PATHS

MPU, FILES = "/api/2.0/mlflow-artifacts/mpu", "/api/2.0/mlflow-artifacts/presigned"


@pytest.fixture
def root(send) -> str:
    run = send("POST", "runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"]
    return f"0/{run}/artifacts"


@pytest.fixture
def begun(send, root) -> dict[str, Any]:
    return send("POST", f"{MPU}/create/{root}", {"path": "big.bin", "num_parts": 2}).json()


def put(url: str, method: str = "put") -> int:
    """Its status, without any other permission."""
    path, body = url.partition("testserver")[2] or url, {"data": b"part"} if method == "put" else {}
    return int(getattr(Client(raise_request_exception=False), method)(path, **body).status_code)


def test_uploads_in_parts_lead_to_no_other_path(send, root):
    for path in (*PATHS, *OVERLONG):
        last = path.replace("\\", "/").rpartition("/")[2]
        answer = send("POST", f"{MPU}/create/{root}", {"path": path, "num_parts": 1})
        assert answer.status_code in (200, 400, 404), path
        if answer.status_code == 200:  # the client's own path counts by its last name alone
            assert PartedFile.objects.get().purpose["place"] == f"{root}/{last}"
            PartedFile.objects.all().delete()
    for folder in ("../x", "0/../../etc", "%2e%2e/x", f"{root}/../../../x", "registry/x/1"):
        assert send("POST", f"{MPU}/create/{folder}", {"path": "a", "num_parts": 1}).status_code in (400, 404)
    for count in (0, -1, 10_001, 10**30, "x", None, [1]):
        answer = send("POST", f"{MPU}/create/{root}", {"path": "a", "num_parts": count})
        assert answer.status_code == 400 or count is None, count


def test_a_forged_or_borrowed_address_takes_and_gives_nothing(send, root, begun):
    first, second = (one["url"] for one in begun["credentials"])
    base, _slash, token = first.rpartition("/")
    assert put(first) == 200
    evil = [
        f"{base}/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}", f"{base}/{token[2:]}", f"{base}/x",
        f"{base}/{'a:' * 99}",
        f"{base}/{signing.dumps([begun['upload_id'], 1], salt='other')}",
        f"{base}/{signing.dumps([begun['upload_id'], 1], salt='mlflow-files')}",
        first.replace("mpu/parts", "signed"),
    ]  # fmt: skip
    assert [put(url) for url in evil[:-1]] == [403] * 6
    assert put(evil[-1], method="get") == 403
    assert put(first, method="get") == 405
    assert put(second.replace("/api/2.0", "/ajax-api/3.0")) == 200


def test_an_upload_of_others_is_neither_completed_nor_aborted(send, root, begun, owner, token_of):
    by = token_of(owner)  # who may write there, but did not begin it
    told = {"path": "big.bin", "upload_id": begun["upload_id"], "parts": []}
    assert send("POST", f"{MPU}/complete/{root}", told, by=by).status_code == 404
    send("POST", f"{MPU}/abort/{root}", told, by=by)
    assert PartedFile.objects.filter(pk=begun["upload_id"]).exists()
    other = {"path": "other.bin", "upload_id": begun["upload_id"], "parts": []}
    assert send("POST", f"{MPU}/complete/{root}", other).status_code == 404


def test_who_may_not_read_or_write_any_more_has_no_use_of_an_address(send, root, begun, contributor, project, owner):
    from mlops.accounts.membership import remove_person

    url = begun["credentials"][0]["url"]
    send("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{root}/a.txt", b"mine")
    file = send("GET", f"{FILES}/{root}/a.txt").json()["url"]
    assert (put(url), put(file, method="get")) == (200, 200)
    remove_person(owner, project, user=contributor)
    assert (put(url), put(file, method="get")) == (403, 403)


def test_an_address_to_send_to_leads_to_no_other_path_run_or_person(send, root, owner, stranger, token_of, project):
    run = root.split("/")[1]
    for act, path in product(("upload", "download"), (*PATHS, *OVERLONG)):
        answer = send("POST", f"artifacts/presigned-{act}-url", {"run_id": run, "path": path})
        assert answer.status_code in (400, 404), (act, path)
    asked = {"run_id": run, "path": "a.txt"}
    assert send("POST", "artifacts/presigned-upload-url", asked, by=token_of(stranger)).status_code == 404
    url = send("POST", "artifacts/presigned-upload-url", asked).json()["presigned_url"]
    base, _slash, token = url.rpartition("/")
    evil = signing.dumps([f"{root}/../../x", owner.pk, 2**40], salt="other")
    assert [put(f"{base}/{one}") for one in (token[:-1], token[2:], evil, "x")] == [403] * 4
    assert put(url, method="get") == 403
    send("POST", "runs/delete", {"run_id": run})
    assert put(url) == 400


def test_pages_of_other_sites_use_no_signed_address(begun):
    path = begun["credentials"][0]["url"].partition("testserver")[2]
    headers = {"Origin": "https://evil.example"}
    assert Client().put(path, b"x", headers=headers).status_code == 403
