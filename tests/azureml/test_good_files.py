"""Files of Azure ML's form, taken as they are."""

from __future__ import annotations

import pytest

from tests.azureml.conftest import Shell
from tests.azureml.files import GOOD, Case, cases


@pytest.mark.parametrize("case", cases(GOOD), ids=lambda case: f"{case.noun}-{case.path.stem}")
def test_a_file_of_azure_ml_is_taken_as_it_is(case: Case, shell: Shell) -> None:
    if case.needs:
        shell(case.needs.split("/")[0], "create", "-f", str(GOOD / case.needs))
    said = shell(*case.words)
    assert said.status == 0, said.errors
    for name in case.warns:
        assert name in said.errors
    if not case.warns:
        assert "unknown" not in said.errors
