"""Components of the project, carried out with real processes."""

from __future__ import annotations

import pytest

from mlops.blobs.trees import open_file
from mlops.components.registering import register_folder
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.pipelines.actions import PipelineInvalid, submit
from mlops.runs.models import LogLine, Metric, Step
from mlops.runs.outputs import look
from tests.components.files import CODE, FUNCTION, YAML, write_command, write_function
from tests.execution.conftest import carry_out

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def begin_own(contributor, project, cars):
    def submitted(component: str, version: str = "", port: str = "cars", **parameters: object):
        data = Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars"})
        step = Node(id="step", component=component, version=version or "1", parameters=parameters)
        edge = Edge(source="data", source_port="dataset", target="step", target_port=port)
        spec = PipelineSpec(nodes=(data, step), edges=(edge,))
        return submit(contributor, project, spec=spec, experiment="tests")

    return submitted


def step_of(run) -> Step:
    return Step.objects.get(run=run, node="step")


def test_a_command_gets_files_and_its_outputs_are_kept(contributor, project, tmp_path, begin_own):
    register_folder(contributor, project, write_command(tmp_path / "a"))
    run = carry_out(begin_own("cap_prices", "1.2.0", limit=7.5, label="it's; $(touch /tmp/x)"))
    step = step_of(run)
    assert step.state == "completed", step.error
    found = look(step.outputs["capped"])
    assert max(row[1] for row in found["rows"]) == 7.5
    assert open_file(step.outputs["report"]["tree"], "label.txt").read() == b"it's; $(touch /tmp/x)"
    assert Metric.objects.get(run=run, key="rows").value == 30
    assert any("capped 30 rows" in line.text for line in LogLine.objects.filter(step=step))


def test_an_optional_part_is_left_out_where_its_input_is(contributor, project, tmp_path, begin_own):
    register_folder(contributor, project, write_command(tmp_path / "a"))
    step = step_of(carry_out(begin_own("cap_prices", "1.2.0")))
    assert open_file(step.outputs["report"]["tree"], "label.txt").read() == b"None"


def test_a_command_that_fails_says_its_code_and_last_words(contributor, project, tmp_path, begin_own):
    code = "import sys; sys.exit('no such column: preis')"
    register_folder(contributor, project, write_command(tmp_path / "a", code=code))
    step = step_of(carry_out(begin_own("cap_prices", "1.2.0")))
    assert step.error["code"] == "command_failed"
    assert "exit code 1" in step.error["message"]
    assert "preis" in step.error["message"]


def test_a_file_that_was_not_written_is_named(contributor, project, tmp_path, begin_own):
    register_folder(contributor, project, write_command(tmp_path / "a", code="print(1)"))
    step = step_of(carry_out(begin_own("cap_prices", "1.2.0")))
    assert (step.state, list(step.outputs)) == ("completed", ["report"])
    assert "Nothing was written to: capped." in step.reason


def test_a_command_sees_no_secret_and_cannot_change_what_is_kept(
    contributor, project, tmp_path, begin_own, monkeypatch
):
    monkeypatch.setenv("MLOPS_SECRET_KEY", "tell nobody")
    code = CODE + "\nassert 'MLOPS_SECRET_KEY' not in os.environ and '.mlops' not in os.environ['HOME']\n"
    code += "open('cap.py', 'w').write('changed')\n"
    register_folder(contributor, project, write_command(tmp_path / "a", code=code))
    first = step_of(carry_out(begin_own("cap_prices", "1.2.0", limit=1.0)))
    second = step_of(carry_out(begin_own("cap_prices", "1.2.0", limit=2.0)))
    assert (first.state, second.state) == ("completed", "completed")


def test_a_function_gets_frames_and_gives_frames(contributor, project, tmp_path, begin_own):
    register_folder(contributor, project, write_function(tmp_path / "a"))
    step = step_of(carry_out(begin_own("double", port="table", times=3)))
    assert step.state == "completed", step.error
    assert look(step.outputs["result"])["rows"][0] == ["car1", 3]


def test_a_function_that_fails_names_its_line(contributor, project, tmp_path, begin_own):
    register_folder(contributor, project, write_function(tmp_path / "a", source=FUNCTION.replace("* times", "/ nix")))
    step = step_of(carry_out(begin_own("double", port="table")))
    assert step.error["code"] == "script_failed"
    assert "line 10 of double.py: NameError" in step.error["message"]


def test_an_unchanged_step_is_reused_and_a_new_version_runs_anew(contributor, project, tmp_path, begin_own):
    register_folder(contributor, project, write_function(tmp_path / "a"))
    old = begin_own("double", port="table")
    assert step_of(carry_out(old)).state == "completed"
    assert step_of(carry_out(begin_own("double", port="table"))).state == "reused"
    register_folder(contributor, project, write_function(tmp_path / "b", source=FUNCTION.replace("* times", "+ times")))
    again = step_of(carry_out(begin_own("double", "2", port="table")))
    assert (again.state, look(again.outputs["result"])["rows"][0]) == ("completed", ["car1", 3])


def test_an_unknown_version_is_refused_at_its_step(contributor, project, tmp_path, begin_own):
    register_folder(contributor, project, write_command(tmp_path / "a", yaml=YAML))
    with pytest.raises(PipelineInvalid) as refused:
        begin_own("cap_prices", "1.2.1")
    assert refused.value.where.node == "step"
    assert "1.2.0" in refused.value.hint
