from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.client.conftest import Mlops

ROOT = Path(__file__).resolve().parents[2]


def test_help_names_every_command(mlops: Mlops) -> None:
    said = mlops("--help")
    assert said.status == 0
    for word in ("up", "demo", "doctor", "login", "token", "data", "job", "model", "online-endpoint"):
        assert f"\n  {word}" in said.out or f"  {word} " in said.out


@pytest.mark.parametrize("heavy", ["django", "httpx", "msgspec", "yaml", "psutil"])
def test_help_loads_nothing_heavy(heavy: str) -> None:
    code = f"""
import sys
from mlops.client.main import main
try: main(["--help"])
except SystemExit: pass
assert {heavy!r} not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)


def test_help_of_a_client_command_needs_no_django() -> None:
    code = """
import sys
from mlops.client.main import GROUPS, main
for group in GROUPS:
    try: main([group.name, "--help"])
    except SystemExit: pass
assert "django" not in sys.modules and "httpx" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)


def test_help_is_there_at_once() -> None:
    command, floor = [sys.executable, "-m", "mlops.client.main", "--help"], [sys.executable, "-c", "import argparse"]
    taken = min(_seconds(command) for _ in range(5))
    assert taken < max(0.15, 5 * min(_seconds(floor) for _ in range(5)))


def test_wrong_words_are_exit_status_two(mlops: Mlops) -> None:
    assert mlops("data", "lst").status == 2
    assert mlops("data", "list", "--nothing").status == 2
    assert mlops().status == 2


def test_without_a_server_the_command_says_how_to_get_one(
    mlops: Mlops, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    said = mlops("model", "list")
    assert said.status == 3
    assert "code: not_signed_in" in said.errors
    assert "mlops up" in said.errors


def test_a_server_that_does_not_answer_is_a_failure(mlops: Mlops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_URL", "http://127.0.0.1:1")
    said = mlops("model", "list")
    assert said.status == 1
    assert "server_unreachable" in said.errors


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def test_groups_of_az_without_a_counterpart_say_what_to_do_instead(mlops: Mlops) -> None:
    said = mlops("feature-store", "create", "-f", "store.yml")
    assert said.status == 3
    assert "data create" in said.errors


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("data", "mount", "-n", "x"), 3, "mlops data download"),
        (("data", "lst"), 2, "Did you mean 'list'?"),
        (("dta", "list"), 2, "Did you mean 'data'?"),
        (("data",), 2, "There are: archive, create"),
        (("job", "create", "-f", "x", "--strem"), 2, "Did you mean '--stream'?"),
        (("job", "list", "-o", "jso"), 2, "Did you mean 'json'?"),
        (("workspace", "diagnose"), 3, "mlops doctor"),
    ],
)
def test_words_that_mean_nothing_are_told_with_the_nearest(
    mlops: Mlops, words: tuple[str, ...], status: int, told: str
) -> None:
    said = mlops(*words)
    assert said.status == status
    assert told in said.errors
    assert "code: " in said.errors
