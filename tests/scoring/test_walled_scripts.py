"""A scoring script behind the walls that the supervisor puts up: it reads its model and code, and no secret."""

from __future__ import annotations

import os

import pytest

from mlops.confinement import landlock
from mlops.confinement.confining import Confinement
from mlops.confinement.handed import VARIABLE, written
from tests.scoring.folders import script_folder
from tests.scoring.running import scoring

SCRIPT = """
import json, os, tempfile

def init():
    global tmp
    tmp = tempfile.mkdtemp()

def tried(act):
    try:
        return str(act())
    except OSError as error:
        return "refused"

def run(data):
    place = json.loads(data)
    return {
        "secret": tried(lambda: open(place).read()),
        "server": tried(lambda: open(f"/proc/{os.getppid()}/environ").read()),
        "signal": tried(lambda: os.kill(os.getppid(), 0)),
        "code": tried(lambda: open(__file__, "a")),
        "own": tried(lambda: open(tmp + "/a", "w").write("x")),
        "home": os.environ["HOME"],
        "variables": sorted(name for name in os.environ if "SECRET" in name or "WALLS" in name),
    }
"""


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_a_script_reads_no_secret_and_writes_only_its_own_folder(tmp_path, monkeypatch):
    folder = script_folder(tmp_path / "data" / "serving", SCRIPT)
    (tmp_path / "data" / "secret_key").write_text("tell nobody")
    own = folder / ".own"
    walls = Confinement(mode="required", given=(str(folder),), writes=(str(own),), forbidden=(str(tmp_path / "data"),))
    monkeypatch.setenv(VARIABLE, written(walls))
    monkeypatch.setenv("MLOPS_SECRET_KEY", "tell nobody")
    with scoring(folder) as client:
        told = client.post("/score", json=str(tmp_path / "data" / "secret_key")).json()
    assert [told[name] for name in ("secret", "server", "signal", "code")] == ["refused"] * 4
    assert (told["own"], told["home"], told["variables"]) == ("1", str(own / "home"), [])
    assert os.listdir(own / "tmp") != []
