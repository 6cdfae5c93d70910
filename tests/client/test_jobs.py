from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from mlops.blobs.trees import keep_file, keep_folder
from mlops.client.commands.job_download import below
from mlops.formats.refusal import Refusal
from mlops.runs.logging import Point, log_metrics
from mlops.runs.models import Artifact, Experiment, LogLine, Metric, Run, Step
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


def test_a_job_is_archived_changed_and_taken_back(signed_in: Mlops, project: Any) -> None:
    run = _run(project)
    assert signed_in("job", "update", "-n", "1", "--set", "tags.area=Churn", "display_name=Better").status == 0
    assert signed_in("job", "archive", "-n", "Better").status == 0
    assert signed_in("job", "list", "-o", "tsv").out == ""
    kept = signed_in("job", "list", "--archived-only", "--tag", "area=Churn", "--query", "[].id", "-o", "tsv")
    assert kept.out == f"{run.pk}\n"
    assert signed_in("job", "restore", "-n", str(run.pk)).status == 0
    assert len(signed_in("job", "list", "-o", "json").value) == 1


def test_children_are_listed_by_their_parent(signed_in: Mlops, project: Any) -> None:
    parent, child = _run(project), _run(project, number=2, name="trial")
    Run.objects.filter(pk=child.pk).update(parent=parent)
    assert signed_in("job", "list", "--query", "[].number", "-o", "tsv").out == "1\n"
    assert signed_in("job", "list", "--parent-job-name", "1", "--query", "[].number", "-o", "tsv").out == "2\n"


def test_what_a_job_left_is_downloaded_in_the_usual_folders(signed_in: Mlops, project: Any, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "model.pkl").write_bytes(b"m")
    run = _run(project)
    step = _step(run, outputs={"model": {"type": "any", "tree": keep_folder(tmp_path / "a").digest}})
    blob = keep_file(tmp_path / "a" / "model.pkl")
    Artifact.objects.create(run=run, path="outputs/m.pkl", blob=blob, size_bytes=1, at=timezone.now())
    LogLine.objects.create(step=step, seq=1, at=timezone.now(), stream="log", text="hello")
    place = tmp_path / "out"
    assert signed_in("job", "download", "-n", "1", "-p", str(place)).status == 0
    log = place / "artifacts" / "user_logs" / "split" / "std_log.txt"
    assert log.read_text() == "hello\n"
    assert (place / "artifacts" / "outputs" / "m.pkl").read_bytes() == b"m"
    assert not (place / "named-outputs").exists()
    assert signed_in("job", "download", "-n", "1", "-p", str(place), "--all").status == 0
    assert (place / "named-outputs" / "split.model" / "model.pkl").read_bytes() == b"m"


def test_jobs_are_compared_beside_each_other(signed_in: Mlops, project: Any) -> None:
    for number, value in ((1, 0.8), (2, 0.9)):
        log_metrics(_run(project, number=number, name=f"Run {number}"), [Point("auc", value)])
    said = signed_in("job", "compare", "1", "Run 2", "--query", "metrics[0].[values, best]", "-o", "json")
    assert json.loads(said.out) == [[0.8, 0.9], [1]], said.errors
    assert "0.9 *" in signed_in("job", "compare", "1", "2", "-o", "table").out


def test_a_job_is_deleted_restored_and_deleted_for_good(signed_in: Mlops, project: Any) -> None:
    _run(project)
    assert signed_in("job", "delete", "-n", "1").status == 0
    assert signed_in("job", "show", "-n", "1").status == 3
    assert signed_in("job", "bin", "--query", "[].number", "-o", "tsv").out == "1\n"
    assert signed_in("job", "undelete", "-n", "1").status == 0
    signed_in("job", "delete", "-n", "1")
    assert signed_in("job", "purge", "-n", "1").status == 2
    assert signed_in("job", "purge", "-n", "1", "--yes").status == 0
    assert not Run.objects.exists()
