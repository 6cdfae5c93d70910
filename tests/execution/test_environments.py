"""Environments of components, built for real from the machine's package index."""

from __future__ import annotations

import pytest

from mlops.components.registering import register_folder
from mlops.environments.models import Environment
from mlops.runs.models import LogLine
from mlops.runs.outputs import look
from tests.components.files import APART, write_function
from tests.execution.conftest import carry_out
from tests.execution.test_custom import begin_own, step_of

__all__ = ["begin_own"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_component_with_packages_of_its_own_runs_with_them_and_builds_once(contributor, project, tmp_path, begin_own):
    register_folder(contributor, project, write_function(tmp_path / "a", source=APART))
    step = step_of(carry_out(begin_own("tell", port="table")))
    assert step.state == "completed", step.error
    lines = [line.text for line in LogLine.objects.filter(step=step)]
    assert any(line.startswith("Building an environment") for line in lines)
    assert "with 4.11.0" in lines
    assert look(step.outputs["result"])["rows"][0] == ["car1", 1, "1"]
    assert "humanize==4.11.0" in Environment.objects.get(state="ready").lock
    register_folder(contributor, project, write_function(tmp_path / "b", source=APART + "\n# other\n"))
    again = step_of(carry_out(begin_own("tell", "2", port="table")))
    assert again.state == "completed"
    assert not any(line.text.startswith("Building") for line in LogLine.objects.filter(step=again))


def test_a_package_that_does_not_exist_is_named(contributor, project, tmp_path, begin_own):
    source = APART.replace("humanize==4.11.0", "humanize==999.1")
    register_folder(contributor, project, write_function(tmp_path / "a", source=source))
    step = step_of(carry_out(begin_own("tell", port="table")))
    assert step.error["code"] == "environment_failed"
    assert "“humanize==999.1”" in step.error["message"]
    assert Environment.objects.get().state == "failed"
