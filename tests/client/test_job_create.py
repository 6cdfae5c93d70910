from __future__ import annotations

from pathlib import Path

import pytest

from tests.client.conftest import Mlops
from tests.components.files import write_command
from tests.designer.test_exchange import OTHERS
from tests.execution.conftest import cars

__all__ = ["cars"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_pipeline_yaml_with_its_code_becomes_a_draft(signed_in: Mlops, cars, tmp_path: Path) -> None:
    folder = write_command(tmp_path / "a")
    (folder / "pipeline.yml").write_text(OTHERS)
    made = signed_in("job", "create", "-f", str(folder / "pipeline.yml"), "--draft", "-o", "json")
    assert made.status == 0, made.errors
    assert made.value["name"] == "Nyc taxi"
    assert "“settings” has no meaning here" in made.errors


def test_a_pipeline_with_faults_says_where(signed_in: Mlops, cars, tmp_path: Path) -> None:
    folder = write_command(tmp_path / "a")
    (folder / "pipeline.yml").write_text(OTHERS.replace("clean_missing_data@latest", "nothing_like_it@latest"))
    made = signed_in("job", "create", "-f", str(folder / "pipeline.yml"))
    assert made.status == 3
    assert "pipeline.yml, line 25" in made.errors
