"""The closed loop as a user sees it: one command, real parts, a better model in the end and a worse one turned away."""

from __future__ import annotations

import re
from pathlib import Path

from tests.server.test_demo import _demo, _processes_on


def test_drift_leads_to_a_better_model_and_a_worse_one_is_turned_away(tmp_path: Path) -> None:
    said = _demo("--loop", "--data-dir", str(tmp_path / "demo"))
    assert said.returncode == 0, said.stdout + said.stderr
    before, after = map(float, re.findall(r"\nloop: mean error ([\d.]+) → ([\d.]+) minutes", said.stdout)[0])
    assert after < before - 5
    assert "moved most: temp" in said.stdout
    assert "Traffic: v2 100 %" in said.stdout
    assert re.search(r"turned away …\n(    .*\n)*  +[\d.]+ s  mean_absolute_error: ", said.stdout)
    assert not _processes_on(tmp_path / "demo")
