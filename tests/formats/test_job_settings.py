"""`--set` and the kinds of jobs."""

from __future__ import annotations

import pytest

from mlops.formats.azureml.job import job_kind
from mlops.formats.azureml.lines import load
from mlops.formats.azureml.setting import with_settings
from mlops.formats.refusal import Refusal

FILE = "type: command\ninputs:\n  lr: 0.1\njobs:\n  - a: 1\n"


def changed(*settings: str):
    return with_settings(load("job.yml", FILE), settings).value


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("inputs.lr=0.5", ("inputs", "lr"), 0.5),
        ("inputs.epochs=3", ("inputs", "epochs"), 3),
        ("inputs.on=True", ("inputs", "on"), True),
        ("tags.area=Churn", ("tags", "area"), "Churn"),
        ('tags."a.b"=c=d', ("tags", "a.b"), "c=d"),
        ("inputs.lr.path=azureml:x:1", ("inputs", "lr", "path"), "azureml:x:1"),
        ("jobs[0].a=2", ("jobs", 0, "a"), 2),
        ("jobs[1].a='2'", ("jobs", 1, "a"), "2"),
        ('limits={"timeout": 60}', ("limits", "timeout"), 60),
    ],
)
def test_a_setting_gives_a_field_anew(setting: str, path: tuple[str | int, ...], value: object) -> None:
    found = changed(setting)
    for key in path:
        found = found[key]
    assert found == value


@pytest.mark.parametrize("setting", ["inputs.lr", "=3", "jobs[5].a=1", "inputs[0]=1"])
def test_a_setting_that_fits_nowhere_is_refused(setting: str) -> None:
    with pytest.raises(Refusal, match=r"setting|form|no list|no entry"):
        changed(setting)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("command: ls", "command"),
        ("$schema: https://azuremlschemas.azureedge.net/latest/sweepJob.schema.json", "sweep"),
        ("jobs: {a: {}}", "pipeline"),
        ("type: parallel", "parallel"),
    ],
)
def test_the_kind_of_a_job_is_told_by_its_file(text: str, kind: str) -> None:
    assert job_kind(load("job.yml", text)) == kind


def test_a_kind_that_is_not_run_here_says_what_to_use() -> None:
    with pytest.raises(Refusal) as refused:
        job_kind(load("job.yml", "display_name: x\ntype: spark"))
    assert "line 2" in refused.value.message
    assert "command job" in refused.value.hint
