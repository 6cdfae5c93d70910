"""The worker's side: what is stored is read once, in a child, and told by its bytes."""

from __future__ import annotations

import io
import pickle

import pytest

from mlops.blobs.models import Blob
from mlops.blobs.stores import store
from mlops.blobs.trees import keep_stream
from mlops.scans import child
from mlops.scans.models import Scan
from mlops.scans.rules import RULES
from mlops.scans.scanning import scan_waiting
from tests.scans.pickled import attack

pytestmark = pytest.mark.django_db


def kept(content: bytes) -> Blob:
    return keep_stream(io.BytesIO(content))


def test_each_stored_file_is_read_once():
    evil, safe, plain = kept(attack()), kept(pickle.dumps([1])), kept(b"a,b\n1,2\n")
    assert scan_waiting() == 3
    assert dict(Scan.objects.values_list("blob_id", "verdict")) == {evil.pk: "dangerous", safe.pk: "safe"}
    assert set(Blob.objects.filter(pk__in=[evil.pk, safe.pk, plain.pk]).values_list("scanned_by", flat=True)) == {RULES}
    assert scan_waiting() == 0


def test_new_rules_read_everything_again():
    blob = kept(attack())
    scan_waiting()
    Blob.objects.update(scanned_by=RULES - 1)
    Scan.objects.update(verdict="safe", rules=RULES - 1)
    assert scan_waiting() == 1
    assert Scan.objects.get(blob=blob).verdict == "dangerous"


def test_bytes_that_are_gone_do_not_keep_the_others_waiting():
    gone, evil = kept(b"gone"), kept(attack())
    store().delete(gone.pk)
    scan_waiting()
    assert Scan.objects.get().blob_id == evil.pk
    assert not Blob.objects.filter(scanned_by__lt=RULES).exists()


def test_a_file_at_which_the_child_stands_still_is_suspicious_and_the_rest_is_read(monkeypatch):
    monkeypatch.setattr(child, "START_SECONDS", 0.2)
    found = dict(child.read_blobs([kept(attack()).pk], seconds=-0.2))
    assert [one.verdict for one in found.values()] == ["suspicious"]


def test_nothing_is_left_on_the_disk(data_dir):
    kept(attack())
    scan_waiting()
    assert not list((data_dir / "scans").iterdir())
