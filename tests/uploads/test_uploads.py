"""Files that come in pieces, with everything that may go wrong between them."""

from __future__ import annotations

import base64
import hashlib
import os
import tracemalloc
from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.blobs.trees import open_blob
from mlops.uploads import actions, tasks
from mlops.uploads.models import SentFile
from mlops.uploads.places import folder, opened, place_of
from tests.uploads.conftest import TUS, Sender

pytestmark = pytest.mark.django_db
CONTENT = b"0123456789" * 1000
LARGE_BYTES = 64 * 2**20


def test_a_file_comes_in_pieces_and_is_whole_by_its_digest(sender):
    begun = sender.begin("folder/model.bin", len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest())
    address = begun.headers["Location"]
    assert (begun.status_code, begun.headers["Tus-Resumable"], sender.offset(address)) == (201, "1.0.0", 0)
    assert sender.send(address, CONTENT[:3000], offset=0).headers["Upload-Offset"] == "3000"
    assert sender.send(address, CONTENT[3000:], offset=3000).status_code == 204
    told = sender.client.get(address).json()
    assert (told["state"], told["name"], told["sha256"]) == (
        "ready",
        "folder/model.bin",
        hashlib.sha256(CONTENT).hexdigest(),
    )
    assert open_blob(told["sha256"]).read() == CONTENT
    assert not list(folder().iterdir())


def test_after_a_kill_it_goes_on_from_what_is_on_the_disk(sender):
    """A process that died in the middle of a piece has written some of it, and told nobody."""
    address = sender.begin("a.bin", len(CONTENT)).headers["Location"]
    sender.send(address, CONTENT[:100], offset=0)
    with place_of(SentFile.objects.get().pk).open("ab") as file:
        file.write(CONTENT[100:257])
    assert sender.offset(address) == 257
    sender.send(address, CONTENT[257:], offset=257)
    assert sender.client.get(address).json()["sha256"] == hashlib.sha256(CONTENT).hexdigest()


def test_a_wrong_offset_is_refused_with_the_right_one(sender):
    address = sender.begin("a.bin", len(CONTENT)).headers["Location"]
    sender.send(address, CONTENT[:100], offset=0)
    for offset in (0, 99, 101):
        refused = sender.send(address, b"xx", offset=offset)
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong_offset")
    assert "byte 100" in refused.json()["detail"]
    assert sender.offset(address) == 100


def test_a_damaged_piece_is_not_kept(sender):
    address = sender.begin("a.bin", len(CONTENT)).headers["Location"]
    right = base64.b64encode(hashlib.sha256(CONTENT[:50]).digest()).decode()
    assert sender.send(address, b"x" * 50, offset=0, Upload_Checksum=f"sha256 {right}").status_code == 460
    assert sender.offset(address) == 0
    assert sender.send(address, CONTENT[:50], offset=0, Upload_Checksum=f"sha256 {right}").status_code == 204


def test_more_than_was_told_is_refused_and_nothing_of_it_kept(sender):
    address = sender.begin("a.bin", 10).headers["Location"]
    refused = sender.send(address, b"x" * 11, offset=0)
    assert (refused.status_code, refused.json()["code"], sender.offset(address)) == (413, "upload_too_long", 0)


def test_a_file_that_is_not_what_was_told_is_damaged(sender, contributor, project):
    begun = sender.begin("a.bin", 3, sha256="0" * 64)
    sender.send(begun.headers["Location"], b"abc", offset=0)
    assert sender.client.get(begun.headers["Location"]).json()["state"] == "damaged"
    with pytest.raises(actions.Refusal) as refused:
        actions.sent_files(contributor, project, [(begun.json()["id"], "")])
    assert refused.value.code == "upload_damaged"


def test_an_empty_file_is_whole_at_once(sender):
    assert sender.begin("empty.txt", 0).json()["state"] == "ready"


def test_nobody_else_sees_or_continues_it(sender, owner, project, reader, stranger):
    address = sender.begin("a.bin", 10).headers["Location"]
    for person in (owner, reader, stranger):
        other = Sender(person, project)
        assert other.client.head(address, headers=TUS).status_code == 404
        assert other.send(address, b"x", offset=0).status_code == 404
        assert other.client.delete(address).status_code == 404
        assert other.client.get("/api/v1/sent-files/").json()["results"] == []
    assert sender.offset(address) == 0


def test_readers_and_strangers_may_not_begin(project, reader, stranger):
    assert Sender(reader, project).begin("a.bin", 1).status_code == 403
    assert Sender(stranger, project).begin("a.bin", 1).status_code == 404


@pytest.mark.parametrize("name", ["../up.bin", "/etc/passwd", "a/../../b", "C:\\x", "", "a\x00b", "..\\up"])
def test_names_that_lead_out_are_refused(sender, name):
    assert sender.begin(name, 1).status_code == 422
    assert not SentFile.objects.exists()


def test_too_large_and_too_much_is_refused_before_anything_comes(sender, settings):
    settings.UPLOAD_MOST_BYTES, settings.UPLOADS_MOST_BYTES = 1000, 1500
    assert sender.begin("a.bin", 1001).json()["code"] == "upload_too_large"
    assert sender.begin("a.bin", 1000).status_code == 201
    assert sender.begin("b.bin", 501).json()["code"] == "uploads_too_many"
    settings.UPLOAD_MOST_BYTES = settings.UPLOADS_MOST_BYTES = 2**61
    assert sender.begin("c.bin", 2**60).json()["code"] == "disk_full"


def test_one_request_at_a_time(sender):
    address = sender.begin("a.bin", 10).headers["Location"]
    with opened(SentFile.objects.get().pk):
        assert sender.send(address, b"x", offset=0).status_code == 423


def test_another_version_of_the_protocol_and_odd_headers_are_refused(sender):
    address = sender.begin("a.bin", 10).headers["Location"]
    assert sender.send(address, b"x", offset=0, Tus_Resumable="0.2.0").status_code == 412
    assert sender.client.patch(address, b"x", content_type="text/plain", headers=TUS).status_code in (400, 415)
    assert sender.send(address, b"x", offset=0, Upload_Checksum="crc32 AAAA").status_code == 400
    assert sender.client.post("/api/v1/sent-files/", headers=TUS | {"Upload-Length": "-1"}).status_code in (400, 404)


def test_what_nobody_goes_on_with_is_removed(sender):
    sender.begin("a.bin", 10)
    address = sender.begin("b.bin", 10).headers["Location"]
    sender.send(address, b"x", offset=0)
    SentFile.objects.update(touched_at=timezone.now() - timedelta(days=9))
    tasks.sweep()
    assert not SentFile.objects.exists()
    assert not list(folder().iterdir())


def test_a_large_file_is_read_to_its_end_by_a_worker(sender, monkeypatch):
    monkeypatch.setattr(actions, "FINISHED_AT_ONCE_BYTES", 5)
    begun = sender.begin("a.bin", 10)
    sender.send(begun.headers["Location"], b"0123456789", offset=0)
    assert sender.client.get(begun.headers["Location"]).json()["state"] == "reading"
    tasks.finish(begun.json()["id"])
    assert sender.client.get(begun.headers["Location"]).json()["state"] == "ready"


def test_a_large_file_becomes_a_blob_without_a_copy_and_in_little_memory(sender, monkeypatch):
    """Most of it has come before, as zeros that take no room on the disk."""
    monkeypatch.setattr(actions, "FINISHED_AT_ONCE_BYTES", 0)
    address = sender.begin("large.bin", LARGE_BYTES).headers["Location"]
    place = place_of(SentFile.objects.get().pk)
    place.touch()
    os.truncate(place, LARGE_BYTES - len(CONTENT))
    number = place.stat().st_ino
    tracemalloc.start()
    sender.send(address, CONTENT, offset=LARGE_BYTES - len(CONTENT))
    actions.finish(SentFile.objects.get().pk)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    told = sender.client.get(address).json()
    assert told["state"] == "ready"
    with open_blob(told["sha256"]) as blob:
        found = os.fstat(blob.fileno())
    assert (found.st_size, found.st_ino) == (LARGE_BYTES, number)
    assert most < 10_000_000


def test_a_discarded_one_leaves_nothing(sender):
    address = sender.begin("a.bin", 10).headers["Location"]
    sender.send(address, b"x", offset=0)
    assert sender.client.delete(address, headers=TUS).status_code == 204
    assert sender.client.head(address, headers=TUS).status_code == 404
    assert not list(folder().iterdir())


def test_the_server_says_what_it_speaks(sender):
    told = sender.client.options("/api/v1/sent-files/").headers
    assert (told["Tus-Version"], "checksum" in told["Tus-Extension"]) == ("1.0.0", True)
