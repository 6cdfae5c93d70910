from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from mlops.client.commands.job import below
from mlops.formats.refusal import Refusal
from mlops.runs.models import Experiment, LogLine, Metric, Run, Step
from tests.client.conftest import Mlops

pytestmark = pytest.mark.django_db(transaction=True)


def _run(project: Any, *, number: int = 1, state: str = "completed", name: str = "Prices", reason: str = "") -> Run:
    experiment, _ = Experiment.objects.get_or_create(project=project, name="tests")
    return Run.objects.create(
        project=project,
        experiment=experiment,
        number=number,
        display_name=name,
        spec={},
        spec_digest="",
        state=state,
        reason=reason,
        state_since=timezone.now(),
    )


def _step(run: Run, *, state: str = "completed", **more: Any) -> Step:
    return Step.objects.create(
        run=run, node="split", title="Split Data", component="split_data", version="1", state=state,
        state_since=timezone.now(), **more,
    )  # fmt: skip


def test_jobs_are_listed_and_filtered(signed_in: Mlops, project: Any) -> None:
    _run(project)
    _run(project, number=2, state="failed")
    assert signed_in("job", "list", "--state", "failed", "--query", "[].number", "-o", "tsv").out == "2\n"


def test_a_job_is_found_by_number_id_and_name(signed_in: Mlops, project: Any) -> None:
    run = _run(project)
    Metric.objects.create(run=run, node="evaluate", key="auc", value=0.9, at=timezone.now())
    for name in ("1", "#1", str(run.pk), "Prices"):
        found = signed_in("job", "show", "-n", name, "--query", "metrics[0].value", "-o", "tsv")
        assert found.out == "0.9\n", found.errors


def test_a_name_that_two_jobs_have_is_refused_with_their_ids(signed_in: Mlops, project: Any) -> None:
    first, second = _run(project), _run(project, number=2)
    said = signed_in("job", "show", "-n", "Prices")
    assert said.status == 3
    assert str(first.pk) in said.errors
    assert str(second.pk) in said.errors


def test_stream_prints_the_log_and_ends_well(signed_in: Mlops, project: Any) -> None:
    step = _step(_run(project))
    LogLine.objects.create(step=step, seq=1, at=timezone.now(), stream="log", text="58 rows in the second part.")
    said = signed_in("job", "stream", "-n", "1")
    assert said.status == 0
    assert "Split Data | 58 rows in the second part." in said.out
    assert "Split Data: completed" in said.out


def test_stream_of_a_failed_job_says_why_and_fails(signed_in: Mlops, project: Any) -> None:
    run = _run(project, state="failed", reason="“Split Data” failed.")
    _step(run, state="failed", error={"code": "column_unknown", "message": "There is no column “prise”.", "hint": "x"})
    said = signed_in("job", "stream", "-n", "1")
    assert said.status == 1
    assert "There is no column “prise”." in said.out
    assert "job_failed" in said.errors


def test_a_job_that_ended_is_not_cancelled(signed_in: Mlops, project: Any) -> None:
    _run(project)
    assert signed_in("job", "cancel", "-n", "1").status == 3


def test_an_output_that_is_not_there_suggests_the_nearest(signed_in: Mlops, project: Any) -> None:
    _step(_run(project), outputs={"results_dataset1": {"type": "table", "tree": "0" * 64}})
    said = signed_in("job", "download", "-n", "1", "--output-name", "split/results_dataset")
    assert said.status == 2
    assert "split/results_dataset1" in said.errors


def test_a_downloaded_file_never_leaves_its_folder(tmp_path: Path) -> None:
    assert below(tmp_path, "split/port/data.parquet").is_relative_to(tmp_path)
    with pytest.raises(Refusal, match="would lie outside"):
        below(tmp_path, "split/port/../../../elsewhere")
