"""Steps of bad intent, carried out by the real executor: what they get of the server and of others' data."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from django.conf import settings

from mlops.components.registering import register_folder
from mlops.confinement import landlock
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.pipelines.actions import submit
from mlops.runs.models import LogLine, Step
from tests.components.files import write_function
from tests.execution.conftest import carry_out

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock"),
]

ATTACK = """
import ctypes, glob, json, os, signal, socket
DATA, SERVER, TMP = {data!r}, {pid}, {tmp!r}
def _attempt(act):
    try:
        return f"GOT {{act()!r}}"[:200]
    except Exception as error:
        return f"refused {{type(error).__name__}}"
def _read(path):
    return lambda: open(path, "rb").read(100)
found = {{
    "database": _attempt(_read(DATA + "/test.sqlite3")),
    "listing": _attempt(lambda: os.listdir(DATA)),
    "blobs": _attempt(lambda: os.listdir(DATA + "/blobs")),
    "steps": _attempt(lambda: os.listdir(DATA + "/steps")),
    "key": _attempt(_read(DATA + "/secret_key")),
    "writing": _attempt(lambda: open(DATA + "/steps/mine", "w")),
    "environment": _attempt(_read(f"/proc/{{SERVER}}/environ")),
    "memory": _attempt(_read(f"/proc/{{SERVER}}/mem")),
    "signal": _attempt(lambda: os.kill(SERVER, 0)),
    "home": _attempt(lambda: os.listdir("/root") + os.listdir("/home")),
    "tmp": _attempt(lambda: os.listdir(TMP)),
    "own secrets": str([name for name in os.environ if "SECRET" in name or "PASSWORD" in name or "TOKEN" in name]),
}}
print(json.dumps(found))
"""


def attack() -> str:
    return ATTACK.format(data=str(settings.DATA_DIR), pid=os.getpid(), tmp=str(settings.DATA_DIR.parent))


def told(run) -> list[str]:
    return list(LogLine.objects.filter(step__run=run, step__node="step").values_list("text", flat=True))


def refused_all(lines: list[str]) -> dict[str, str]:
    found = next(json.loads(line) for line in lines if line.startswith('{"database"'))
    own = found.pop("own secrets")
    assert own == "[]"
    assert all(one.startswith("refused") for one in found.values()), found
    return found


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("MLOPS_SECRET_KEY", "tell nobody")
    (settings.DATA_DIR / "secret_key").write_text("tell nobody")


def test_a_script_within_the_step_gets_nothing(begin):
    script = attack() + "\ndef azureml_main(a=None, b=None):\n    return a,\n"
    run = carry_out(begin("execute_python_script", python_script=script))
    assert run.state == "completed", Step.objects.get(run=run, node="step").error
    refused_all(told(run))


def test_a_function_gets_nothing(contributor, project, cars, tmp_path):
    source = attack() + "\nimport pandas as pd\ndef double(table: pd.DataFrame) -> pd.DataFrame:\n    return table\n"
    register_folder(contributor, project, write_function(tmp_path / "a", source=source))
    data = Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars"})
    edge = Edge(source="data", source_port="dataset", target="step", target_port="table")
    spec = PipelineSpec(nodes=(data, Node(id="step", component="double", version="1")), edges=(edge,))
    run = carry_out(submit(contributor, project, spec=spec, experiment="tests"))
    assert run.state == "completed", Step.objects.get(run=run, node="step").error
    refused_all(told(run))


COMMAND = """
type: command
name: attack
version: 1
outputs: {{report: {{type: uri_folder}}}}
code: ./src
command: python attack.py && echo {more} > ${{{{outputs.report}}}}/said.txt
environment: azureml:AzureML-sklearn-1.5@latest
"""


def command_run(contributor, project, folder, code: str, more: str = "done"):
    (folder / "src").mkdir(parents=True)
    (folder / "component.yaml").write_text(COMMAND.format(more=more))
    (folder / "src" / "attack.py").write_text(code)
    register_folder(contributor, project, folder)
    spec = PipelineSpec(nodes=(Node(id="step", component="attack", version="1"),), edges=())
    return carry_out(submit(contributor, project, spec=spec, experiment="tests"))


def test_a_command_gets_nothing_and_cannot_write_its_own_report(contributor, project, tmp_path):
    code = attack() + "\nfor name in ('report.json', 'progress.jsonl', 'order.json'):\n"
    code += "    assert _attempt(lambda: open('../' + name, 'w')).startswith('refused'), name\n"
    code += "assert _attempt(lambda: os.kill(os.getppid(), 0)) and _attempt(_read('../order.json')).startswith('GOT')\n"
    run = command_run(contributor, project, tmp_path / "a", code)
    assert run.state == "completed", Step.objects.get(run=run, node="step").error
    refused_all(told(run))


def test_a_command_that_meets_a_wall_is_told_what_to_do(contributor, project, tmp_path):
    run = command_run(contributor, project, tmp_path / "a", "open('/etc/shadow').read()")
    error = Step.objects.get(run=run, node="step").error
    assert (error["code"], "MLOPS_JOB_READABLE" in error["hint"]) == ("command_failed", True), error


def test_no_step_orders_others_from_the_warm_process(contributor, project, tmp_path):
    code = "import glob, socket\nwith socket.socket(socket.AF_UNIX) as s:\n    s.connect({socket!r})\n"
    code += "    s.sendall(b'/tmp/order.json\\n'); print('answer', s.recv(100))\n"
    from mlops.execution.executors.process import _runner

    _runner.warm()
    place = str(_runner._socket)
    run = command_run(contributor, project, tmp_path / "a", code.format(socket=place))
    lines = told(run)
    assert not any("pid" in line or "refused" in line for line in lines if line.startswith("answer")), lines
    assert subprocess.run(["test", "-S", place], check=False).returncode == 0
