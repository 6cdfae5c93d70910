"""A bundle run as on a device: by its own `run`, in a namespace without any network, with nothing of this server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.device.bundles import archived, unpacked
from tests.scoring.folders import price_folder, script_folder

pytestmark = pytest.mark.skipif(not shutil.which("unshare"), reason="needs network namespaces of Linux")

DRIVER = """
import json, subprocess, sys, time, urllib.request
port = 22510
run = subprocess.Popen([sys.argv[1] + "/run", "--port", str(port), "--period", "0.5"])
def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data=data, timeout=10) as answer:
        return json.load(answer)
deadline = time.monotonic() + 90
while True:
    try:
        ready = ask("/readyz")
        break
    except OSError:
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.2)
answers = [ask("/score", json.loads(sys.argv[2])) for _ in range(3)]
try:
    urllib.request.urlopen("http://1.1.1.1", timeout=3)
    network = True
except OSError:
    network = False
time.sleep(1.2)
run.terminate()
print("TOLD " + json.dumps({"ready": ready, "answers": answers, "network": network, "status": run.wait(60)}))
"""


def run_offline(bundle: Path, body: object) -> dict:
    inner = [sys.executable, "-c", DRIVER, str(bundle), json.dumps(body)]
    command = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *inner]
    environment = {"PATH": os.environ["PATH"], "MLOPS_PYTHON": sys.executable}
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, env=environment, cwd="/")
    told = [line for line in done.stdout.splitlines() if line.startswith("TOLD ")]
    assert told, done.stdout + done.stderr
    return json.loads(told[-1].removeprefix("TOLD "))


def test_an_onnx_model_answers_without_network_and_its_requests_are_counted(tmp_path):
    archive = archived(price_folder(tmp_path / "serving"), tmp_path / "b.tar.gz", entry="onnx")
    bundle = unpacked(archive, tmp_path)
    told = run_offline(bundle, {"data": [{"horsepower": 100, "weight": 2000.0}]})
    assert (told["network"], told["status"]) == (False, 0)
    assert told["answers"][0]["predictions"] == [{"Scored Labels": 14000.0}]
    lines = (tmp_path / "prices-blue.device" / "reports.jsonl").read_text().splitlines()
    assert sum(json.loads(line)["requests"] for line in lines) == 3


def test_an_entry_script_answers_too(tmp_path):
    script = "import json\ndef init():\n    pass\ndef run(data):\n    return sum(json.loads(data)['data'])\n"
    archive = archived(script_folder(tmp_path / "serving", script), tmp_path / "b.tar.gz", entry="script")
    told = run_offline(unpacked(archive, tmp_path), {"data": [1, 2, 3]})
    assert told["answers"][0] == 6


def test_a_bundle_that_was_changed_is_not_run(tmp_path):
    archive = archived(price_folder(tmp_path / "serving"), tmp_path / "b.tar.gz", entry="onnx")
    bundle = unpacked(archive, tmp_path)
    (bundle / "code" / "mlops" / "device" / "__main__.py").write_text("print('evil')")
    done = subprocess.run(
        [bundle / "run"], capture_output=True, text=True, env={**os.environ, "MLOPS_PYTHON": sys.executable}
    )
    assert done.returncode == 4
    assert "__main__.py was changed" in done.stderr
    assert "evil" not in done.stdout


@pytest.mark.parametrize(
    ("changes", "said"), [({"python": "3.9"}, "needs Python 3.9"), ({"platform": "aarch64"}, "is for aarch64")]
)
def test_the_wrong_device_is_told_what_it_lacks(tmp_path, changes, said):
    archive = archived(price_folder(tmp_path / "serving"), tmp_path / "b.tar.gz", entry="onnx", **changes)
    bundle = unpacked(archive, tmp_path)
    done = subprocess.run([bundle / "run"], capture_output=True, text=True, env={**os.environ, "MLOPS_PYTHON": ""})
    assert done.returncode == 2
    assert said in done.stderr


def test_the_systemd_unit_is_valid(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not here")
    archive = archived(price_folder(tmp_path / "serving"), tmp_path / "b.tar.gz", entry="onnx")
    unit = unpacked(archive, tmp_path) / "prices-blue.service"
    unit.write_text(unit.read_text().replace("/opt/prices-blue/bundle/run", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert "prices-blue.service" not in done.stderr, done.stderr
