"""Blobs in a bucket: as on a disk, whole, shared by machines, and never removed under somebody who keeps them."""

from __future__ import annotations

import hashlib
import io
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from mlops.blobs.stores import s3
from mlops.blobs.stores.s3 import S3Store, place_of
from mlops.formats.refusal import Refusal

Machine = Callable[[str], S3Store]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def machine(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """`machine("a")`: the store as that machine sees it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ours")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    bucket = f"blobs-{tmp_path.name.replace('_', '-').lower()[:40]}"
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=bucket)

    def at(name: str, cache_bytes: int = 10**9) -> S3Store:
        place = place_of(f"s3://{bucket}/studio?endpoint={endpoint}")
        return S3Store(place, folder=tmp_path / name, cache_bytes=cache_bytes)

    return at


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_bucket_of_ones_own_is_made_once(endpoint, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ours")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    store = S3Store(place_of(f"s3://made-here?endpoint={endpoint}"), folder=tmp_path, cache_bytes=10**9)
    for _time in range(2):
        store.prepare()
    assert store.exists(store.put(io.BytesIO(b"rows"))[0])


def test_what_one_machine_puts_another_reads(machine, tmp_path):
    digest, size = machine("a").put(io.BytesIO(b"rows"))
    other = machine("b")
    assert (digest, size) == (digest_of(b"rows"), 4)
    assert other.exists(digest)
    assert other.open(digest).read() == b"rows"
    other.fetch(digest, str(tmp_path / "deep" / "rows.csv"))
    assert (tmp_path / "deep" / "rows.csv").read_bytes() == b"rows"
    assert [one for one, _at in other.listed()] == [digest]


def test_large_bytes_go_in_parts_and_are_read_from_any_place(machine, monkeypatch):
    monkeypatch.setattr(s3, "PART_BYTES", 5 * 1024 * 1024)
    monkeypatch.setattr(s3, "STREAMED_BYTES", 1024)
    data = bytes(range(256)) * 50_000
    digest, _size = machine("a").put(io.BytesIO(data))
    with machine("b").open(digest) as file:
        file.seek(-256, io.SEEK_END)
        assert file.read() == data[-256:]
        file.seek(1_000_003)
        assert file.read(10) == data[1_000_003:1_000_013]


def test_many_small_files_go_side_by_side(machine):
    store = machine("a")
    with store.together() as put:
        told = [put(io.BytesIO(f"row {number}".encode())) for number in range(40)]
    assert {one for one, _at in store.listed()} == {digest for digest, _size in told}
    assert not list(store.beside.iterdir())


def test_a_file_is_taken_over(machine, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"onnx")
    machine("a").take_over(path, digest_of(b"onnx"))
    assert not path.exists()
    assert machine("b").open(digest_of(b"onnx")).read() == b"onnx"


def test_an_object_that_was_changed_behind_our_back_is_refused_and_not_kept(machine, endpoint):
    store = machine("a")
    digest, _size = store.put(io.BytesIO(b"true"))
    store._client.put_object(Bucket=store._place.bucket, Key=store._key(digest), Body=b"false")
    for _again in range(2):
        with pytest.raises(Refusal, match="holds other bytes") as refused:
            machine("b").open(digest)
        assert refused.value.code == "blob_damaged"
    assert not list(machine("b").beside.iterdir())


def test_what_is_not_there_is_no_file(machine):
    store = machine("a")
    assert not store.exists(digest_of(b"no"))
    with pytest.raises(FileNotFoundError, match="has no object studio/blobs/"):
        store.open(digest_of(b"no"))


def test_what_was_touched_since_is_not_removed(machine):
    store = machine("a")
    digest, _size = store.put(io.BytesIO(b"kept"))
    assert not store.delete_untouched(digest, since=time.time() - 60)
    assert machine("b").exists(digest)
    assert store.delete_untouched(digest, since=time.time() + 60)
    assert not machine("b").exists(digest)


def test_who_keeps_bytes_while_another_removes_them_has_them_in_the_end(machine):
    removing, keeping = machine("a"), machine("b")
    digest, _size = removing.put(io.BytesIO(b"both"))
    client, bucket = removing._client, removing._place.bucket
    client.put_object(Bucket=bucket, Key=removing._mark(digest), Body=b"")  # the other is at it

    def goes_on() -> None:
        time.sleep(0.3)
        client.delete_object(Bucket=bucket, Key=removing._key(digest))
        client.delete_object(Bucket=bucket, Key=removing._mark(digest))

    other = threading.Thread(target=goes_on)
    other.start()
    keeping.put(io.BytesIO(b"both"))
    other.join()
    assert keeping.exists(digest)


def test_this_machine_keeps_no_more_than_it_may(machine, tmp_path):
    store = machine("a", cache_bytes=1_000)
    told = [store.put(io.BytesIO(bytes([number]) * 300))[0] for number in range(8)]
    kept = [path.stat().st_size for path in (tmp_path / "a" / "cache").glob("??/*")]
    assert sum(kept) <= 1_000
    assert [store.open(digest).read(1) for digest in told] == [bytes([number]) for number in range(8)]


@pytest.mark.parametrize(("url", "cause"), [("s3:///x", "names no bucket"), ("s3://b?secret=x", "it has secret")])
def test_an_address_that_is_none_says_why(url, cause):
    with pytest.raises(Refusal, match=cause):
        place_of(url)


def test_a_bucket_that_does_not_answer_is_named_with_what_to_look_at(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ours")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr(s3, "ATTEMPTS", 1)
    store = S3Store(place_of("s3://blobs?endpoint=http://127.0.0.1:9"), folder=tmp_path, cache_bytes=1)
    with pytest.raises(Refusal, match="The bucket blobs of MLOPS_STORAGE_URL does not answer") as refused:
        store.put(io.BytesIO(b"x"))
    assert refused.value.status == 503
    assert not list(store.beside.iterdir())
