"""Files that come in pieces to several machines, which have nothing but the bucket and the database together."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from mlops.blobs import parted
from mlops.blobs.stores import store
from mlops.blobs.stores.pieces import Pieces
from mlops.blobs.trees import open_blob
from mlops.formats.refusal import Refusal
from mlops.uploads import in_bucket, tasks
from mlops.uploads.models import SentFile, SentPiece
from mlops.uploads.waiting import waiting

pytestmark = pytest.mark.django_db
MIB = 1024**2
CONTENT = bytes(range(256)) * 4 * 1024 * 11  # 11 MiB


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def on(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """`on("a")`: what comes next happens on that machine; its data directory."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ours")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    bucket = f"sent-{tmp_path.name.replace('_', '-').lower()[:40]}"
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=bucket)
    monkeypatch.setenv("MLOPS_STORAGE_URL", f"s3://{bucket}/studio?endpoint={endpoint}")

    def be(name: str) -> Path:
        monkeypatch.setenv("MLOPS_DATA_DIR", str(tmp_path / name))
        store.cache_clear()
        return tmp_path / name

    be("a")
    yield be
    store.cache_clear()


def pieces() -> Pieces:
    found = store().pieces
    assert found is not None
    return found


def lying() -> list[str]:
    return [name for name, _at in pieces().listed("")]


@pytest.mark.parametrize("cut", [6 * MIB, 1 * MIB], ids=["copied", "written anew"])
def test_each_piece_comes_to_another_machine(on, sender, cut):
    address = sender.begin("a.bin", len(CONTENT)).headers["Location"]
    for number, start in enumerate(range(0, len(CONTENT), cut)):
        folder = on("ab"[number % 2])
        assert sender.offset(address) == start
        assert sender.send(address, CONTENT[start : start + cut], offset=start).status_code == 204
        assert not [path for path in folder.rglob("*") if path.is_file()]
    told = sender.client.get(address).json()
    assert (told["state"], told["sha256"]) == ("ready", hashlib.sha256(CONTENT).hexdigest())
    assert open_blob(told["sha256"]).read() == CONTENT
    assert (lying(), SentPiece.objects.count()) == ([], 0)


def test_one_request_with_much_is_kept_piece_by_piece(on, sender, monkeypatch):
    monkeypatch.setattr(in_bucket, "PIECE_BYTES", 4 * MIB)
    address = sender.begin("a.bin", len(CONTENT) + 1).headers["Location"]
    sender.send(address, CONTENT, offset=0)
    assert [one.size_bytes for one in SentPiece.objects.order_by("start")] == [4 * MIB, 4 * MIB, 3 * MIB]
    on("b")
    assert sender.send(address, b"!", offset=len(CONTENT)).status_code == 204
    assert open_blob(sender.client.get(address).json()["sha256"]).read() == CONTENT + b"!"


def test_a_damaged_piece_and_one_too_long_are_not_kept(on, sender):
    address = sender.begin("a.bin", 100).headers["Location"]
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    assert sender.send(address, b"x" * 50, offset=0, Upload_Checksum=f"sha256 {wrong}").status_code == 460
    assert sender.send(address, b"x" * 101, offset=0).status_code == 413
    assert (sender.offset(address), lying()) == (0, [])


def test_who_began_at_the_same_place_and_comes_later_is_refused(on, sender):
    address = sender.begin("a.bin", 100).headers["Location"]
    stale = SentFile.objects.get()
    sender.send(address, b"x" * 50, offset=0)
    with pytest.raises(Refusal) as refused:
        waiting().append(stale, io.BytesIO(b"y" * 50), offset=0, checksum=None)
    assert refused.value.code == "upload_busy"
    assert (sender.offset(address), len(lying())) == (50, 1)


def test_a_file_that_is_not_what_was_told_and_one_that_is_given_up_leave_nothing(on, sender):
    sender.send(sender.begin("a.bin", 3, sha256="0" * 64).headers["Location"], b"abc", offset=0)
    other = sender.begin("b.bin", 10).headers["Location"]
    sender.send(other, b"abc", offset=0)
    on("b")
    sender.client.delete(other, headers={"Tus-Resumable": "1.0.0"})
    assert (SentFile.objects.get().problem != "", lying()) == (True, [])


def test_two_workers_do_not_read_one_file_to_its_end_at_once(on, sender):
    sender.begin("a.bin", 3)
    upload = SentFile.objects.get()
    waiting().append(upload, io.BytesIO(b"abc"), offset=0, checksum=None)
    with waiting().whole(upload) as whole:
        tasks.finish(str(upload.pk))
        assert whole.digest == hashlib.sha256(b"abc").hexdigest()
    assert SentFile.objects.get().blob is None
    tasks.finish(str(upload.pk))
    assert SentFile.objects.get().blob is not None


def test_what_a_lost_process_left_is_cleared(on, sender, monkeypatch):
    sender.send(sender.begin("a.bin", 10).headers["Location"], b"abc", offset=0)
    pieces().keep("sent/0/0-lost", b"lost")
    tasks.clear()
    assert len(lying()) == 2
    monkeypatch.setattr(in_bucket, "LEFT_SECONDS", -60.0)
    tasks.clear()
    assert len(lying()) == 1


def test_parts_come_to_several_machines_in_any_order(on, contributor):
    file = parted.begin(contributor, purpose={"place": "a"}, count=3)
    parts = {3: b"end", 1: CONTENT[: 5 * MIB], 2: CONTENT[5 * MIB :]}
    for name, (number, content) in zip("aba", parts.items(), strict=True):
        folder = on(name)
        parted.keep_part(file, number, io.BytesIO(content))
        assert not [path for path in folder.rglob("*") if path.is_file()]
    parted.keep_part(file, 3, io.BytesIO(b"END"))
    on("b")
    blob = parted.complete(file, [(number, "") for number in (1, 2, 3)])
    assert open_blob(blob.digest).read() == CONTENT + b"END"
    assert (blob.size_bytes, lying()) == (len(CONTENT) + 3, [])


def test_room_on_the_disk_is_not_asked_for(on, sender, settings):
    settings.UPLOAD_MOST_BYTES = settings.UPLOADS_MOST_BYTES = 2**61
    assert sender.begin("huge.bin", 2**60).status_code == 201
