"""Files with one fault each: the line, the cause and the remedy are told, and nothing is created."""

from __future__ import annotations

import pytest

from tests.azureml.conftest import Shell
from tests.azureml.files import BAD, Case, cases


@pytest.mark.parametrize("case", cases(BAD), ids=lambda case: f"{case.noun}-{case.path.stem}")
def test_a_fault_is_told_with_its_line_and_nothing_is_created(case: Case, shell: Shell) -> None:
    from mlops.components.models import Component
    from mlops.datasets.models import Dataset
    from mlops.registry.models import RegisteredModel
    from mlops.runs.models import Run

    said = shell(*case.words)
    assert said.status in (1, 2, 3), said.out
    assert "Traceback" not in said.errors
    if case.line:
        assert f"line {case.line}" in said.errors
    if case.codes:
        assert any(code in said.errors for code in case.codes), said.errors
    assert case.names in said.errors
    assert "message:" in said.errors
    for kind in (Component, Dataset, RegisteredModel, Run):
        assert not kind.objects.exists()
