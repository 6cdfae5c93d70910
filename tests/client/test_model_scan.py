"""`mlops model scan` against a real server."""

from __future__ import annotations

import pytest

from mlops.scans.scanning import scan_waiting
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_model_of_our_own_is_safe_and_a_strange_one_is_named(signed_in, owner, project, tmp_path):
    registered(owner, project)
    evil = tmp_path / "model.pkl"
    evil.write_bytes(b"cos\nsystem\n(S'id'\ntR.")
    assert signed_in("model", "create", "-n", "shop", "--path", str(evil)).status == 0
    assert signed_in("model", "scan", "-n", "prices", "--wait", "0").value["verdict"] == "waiting"
    scan_waiting()
    assert signed_in("model", "scan", "-n", "prices").value["verdict"] == "safe"
    told = signed_in("model", "scan", "-n", "shop", "-o", "table")
    assert told.status == 1
    assert "os.system" in told.out
    assert signed_in("model", "show", "-n", "shop").value["scan"] == "dangerous"
