"""Large files by the command: killed in the middle, broken connections, what is told."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mlops.blobs.trees import manifest_of
from mlops.client import sending
from mlops.registry.models import ModelVersion
from mlops.uploads.models import SentFile

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = bytes(range(256)) * 400


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(sending, "WORTH_BYTES", 1_000)
    monkeypatch.setattr(sending, "PIECE_BYTES", 10_000)
    monkeypatch.setattr(sending, "WAIT_SECONDS", (0.0, 0.0))


@pytest.fixture
def model(tmp_path) -> Path:
    place = tmp_path / "model.bin"
    place.write_bytes(CONTENT)
    return place


def broken_after(monkeypatch, pieces: int, error: BaseException) -> list[int]:
    """The offsets that were sent. After so many pieces one is lost."""
    asked: list[int] = []
    append = sending._append

    def breaking(connection, upload, piece, offset):
        asked.append(offset)
        if len(asked) == pieces + 1:
            raise error
        return append(connection, upload, piece, offset)

    monkeypatch.setattr(sending, "_append", breaking)
    return asked


def test_a_killed_command_goes_on_where_it_was(signed_in, model, monkeypatch):
    asked = broken_after(monkeypatch, 4, KeyboardInterrupt())
    signed_in("model", "create", "-n", "shop", "--path", str(model))
    assert not ModelVersion.objects.exists()
    made = signed_in("model", "create", "-n", "shop", "--path", str(model))
    assert made.status == 0, made.errors
    assert (asked[4], asked[5]) == (40_000, 40_000)
    assert "goes on at" in made.errors
    (file,) = manifest_of(ModelVersion.objects.get().tree_id).files
    assert file.digest == hashlib.sha256(CONTENT).hexdigest()
    assert not SentFile.objects.exists()


def test_a_broken_connection_is_tried_again(signed_in, model, monkeypatch):
    lost = sending.RequestFailed("server_unreachable", "It does not answer.")
    asked = broken_after(monkeypatch, 2, lost)
    assert signed_in("model", "create", "-n", "shop", "--path", str(model)).status == 0
    assert asked[2:4] == [20_000, 20_000]


def test_a_file_that_has_changed_begins_anew(signed_in, model, monkeypatch):
    broken_after(monkeypatch, 4, KeyboardInterrupt())
    signed_in("model", "create", "-n", "shop", "--path", str(model))
    model.write_bytes(CONTENT[::-1])
    made = signed_in("model", "create", "-n", "shop", "--path", str(model))
    assert (made.status, "goes on" in made.errors) == (0, False)


def test_a_folder_becomes_a_data_asset(signed_in, tmp_path):
    folder = tmp_path / "photos"
    (folder / "b").mkdir(parents=True)
    (folder / "a.bin").write_bytes(CONTENT)
    (folder / "b" / "c.bin").write_bytes(b"small")
    made = signed_in("data", "create", "-n", "photos", "--path", str(folder), "--no-wait")
    assert made.status == 0, made.errors
    assert not SentFile.objects.exists()
