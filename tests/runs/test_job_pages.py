"""The page of a run that is a job, the list with its columns, the bin, and runs beside each other."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import quote

import pytest
from django.utils import timezone

from mlops.blobs.trees import keep_folder, keep_stream
from mlops.formats.pipeline import Edge, Node
from mlops.runs.logging import Point, log_artifact, log_metrics, log_parameters
from mlops.runs.models import LogLine, Run, SavedView, Step, Trial
from mlops.tags.filters import tags_of
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db
DATA = Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars", "version": 3})
INTO_JOB = Edge(source="data", source_port="dataset", target="job", target_port="training")


@pytest.fixture
def job(contributor, project, tmp_path):
    def made(*, lr: float = 0.1, code: str = "print(1)\n") -> Run:
        node = Node(id="job", component="train", version="1", parameters={"lr": lr})
        run = past_run(contributor, project, nodes=(DATA, node), edges=(INTO_JOB,))
        folder = tmp_path / f"code-{run.number}"
        folder.mkdir()
        (folder / "train.py").write_text(code)
        tree = keep_folder(folder).digest
        how = {"kind": "command", "command": "python train.py", "code": tree, "environment": "sklearn@latest"}
        git = {"commit": "abc123", "branch": "trunk", "is_dirty": True}
        git["diff"] = keep_stream(io.BytesIO(b"+not committed")).digest
        component = {"name": "train", "version": "1", "title": "Train", "group": "", "help": ""}
        snapshot = {"components": {"train@1": {"component": component, "how": how}}, "git": git}
        Run.objects.filter(pk=run.pk).update(kind="command", snapshot=snapshot, display_name=f"Train {lr}")
        outputs = {"model": {"type": "any", "tree": tree}}
        Step.objects.filter(run=run, node="job").update(state="completed", outputs=outputs)
        run.refresh_from_db()
        return run

    return made


@pytest.fixture
def page(client, contributor):
    client.force_login(contributor)

    def shown(address: str, status: int = 200) -> str:
        answer = client.get(address)
        assert answer.status_code == status, answer.content
        return answer.content.decode()

    return shown


def logged(run: Run, path: str, content: bytes) -> None:
    log_artifact(run, path, keep_stream(io.BytesIO(content)))


def test_the_overview_tells_what_went_in_and_what_the_code_was(page, job):
    run = job()
    log_parameters(run, {"depth": 5})
    log_metrics(run, [Point("auc", 0.91)])
    text = page(f"/runs/{run.pk}/")
    given = ("Cars:3", "training", ">lr<", ">depth<", "0.91")
    for told in (*given, "python train.py", "sklearn@latest", "abc123", "trunk"):
        assert told in text


def test_notes_are_shown_as_markdown_and_never_as_html(client, page, job):
    run = job()
    notes = "**bold** <script>alert(1)</script> [x](javascript:alert(1)) ![x](http://evil/x.png)"
    client.post(f"/runs/{run.pk}/", {"act": "describe", "description": notes})
    text = page(f"/runs/{run.pk}/?tab=overview")
    assert "<strong>bold</strong>" in text
    assert "<script>alert" not in text
    assert 'href="javascript' not in text
    assert "<img" not in text


def test_tags_and_the_name_are_changed_on_the_page(client, page, job):
    run = job()
    client.post(f"/runs/{run.pk}/", {"act": "tag", "tag": "team = red"})
    client.post(f"/runs/{run.pk}/", {"act": "rename", "display_name": "Best one"})
    assert tags_of(run) == {"team": "red"}
    assert Run.objects.get(pk=run.pk).display_name == "Best one"


def test_files_are_shown_as_what_they_are_and_html_runs_nowhere(client, page, job):
    run = job()
    logged(run, "report/index.html", b"<script>alert(1)</script>")
    logged(run, "scores.csv", b"name,score\nann,<b>4</b>\n")
    assert "&lt;script&gt;alert(1)" in page(f"/runs/{run.pk}/?tab=outputs&file=artifacts/report/index.html")
    assert "<td>&lt;b&gt;4&lt;/b&gt;</td>" in page(f"/runs/{run.pk}/?tab=outputs&file=artifacts/scores.csv")
    raw = client.get(f"/runs/{run.pk}/file/artifacts/report/index.html")
    assert raw["Content-Type"] == "application/octet-stream"
    assert raw["Content-Disposition"].startswith("attachment")
    assert "sandbox" in raw["Content-Security-Policy"]


def test_a_file_that_is_not_there_names_the_nearest(page, job):
    run = job()
    logged(run, "scores.csv", b"a\n1\n")
    assert "artifacts/scores.csv" in page(f"/runs/{run.pk}/?tab=outputs&file=artifacts/score.csv")


def test_images_are_grouped_by_name_in_the_order_of_steps(page, job):
    run = job()
    for step in (10, 2):
        logged(run, f"images/mask%step%{step}%timestamp%1%x.png", bytes([step]))
    text = page(f"/runs/{run.pk}/?tab=images")
    assert text.index("step 2") < text.index("step 10")


def test_tables_of_mlflow_are_shown(page, job):
    run = job()
    logged(run, "eval_table.json", b'{"columns": ["q"], "data": [["why"], [{"z": 1}]]}')
    assert "<td>why</td>" in page(f"/runs/{run.pk}/?tab=tables")


def test_code_is_browsed_and_downloaded_and_its_difference_to_the_commit_is_shown(client, page, job):
    run = job(code="print(42)\n")
    text = page(f"/runs/{run.pk}/?tab=snapshot&file=code/train@1/train.py")
    assert "print(42)" in text
    assert "+not committed" in text
    assert "azureml.git.commit" in text
    answer = client.get(f"/runs/{run.pk}/zip/?part=code")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.read("train@1/train.py") == b"print(42)\n"


def test_child_runs_stand_below_their_parent_with_what_they_measured(page, job):
    outer, trial = job(), job(lr=0.5)
    Run.objects.filter(pk=trial.pk).update(parent=outer)
    log_metrics(trial, [Point("auc", 0.77)])
    text = page(f"/runs/{outer.pk}/?tab=children")
    assert "Train 0.5" in text
    assert "0.77" in text


def test_log_lines_are_found(page, job):
    run = job()
    step = Step.objects.get(run=run, node="job")
    for number, words in enumerate(("epoch one", "a warning", "epoch two"), start=1):
        LogLine.objects.create(step=step, seq=number, at=timezone.now(), stream="stdout", text=words)
    text = page(f"/runs/{run.pk}/?tab=logs&find=EPOCH")
    assert "epoch two" in text
    assert "a warning" not in text


def test_metrics_are_columns_that_order_the_list(page, job):
    low, high = job(lr=0.1), job(lr=0.2)
    for run, auc in ((low, 0.6), (high, 0.9)):
        log_metrics(run, [Point("auc", auc)])
    text = page("/runs/?col=metrics.auc&order_by=-metrics.auc")
    assert text.index("Train 0.2") < text.index("Train 0.1")
    assert 'aria-sort="descending"' in text
    assert "0.9" in text


def test_a_view_is_kept_for_oneself_or_for_all(client, page, job, reader):
    job()
    query = "col=metrics.auc&order_by=-metrics.auc&page=3"
    client.post("/runs/views/", {"act": "keep", "name": "Best", "query": query, "is_shared": "on"})
    view = SavedView.objects.get()
    assert (view.query, view.is_shared) == ("order_by=-metrics.auc&col=metrics.auc", True)
    client.force_login(reader)
    assert "Best" in page("/runs/")
    assert client.post("/runs/views/", {"act": "drop", "view": view.pk}).status_code == 404


def test_acts_on_many_runs_are_done_where_they_can_be_and_told_where_not(client, page, job):
    done, under_way = job(), job()
    Run.objects.filter(pk=under_way.pk).update(state="running")
    answer = client.post("/runs/bulk/", {"act": "delete", "run": [done.pk, under_way.pk]}, follow=True)
    text = answer.content.decode()
    assert "Done for 1 run." in text
    assert f"#{under_way.number}: Run #{under_way.number} is running" in text
    assert list(Run.objects.filter(deleted_at=None)) == [under_way]


def test_the_bin_restores(client, page, job):
    run = job()
    client.post(f"/runs/{run.pk}/", {"act": "delete"})
    assert "Train 0.1" in page("/runs/bin/")
    client.post("/runs/bin/", {"act": "restore", "run": run.pk})
    assert Run.objects.get(pk=run.pk).deleted_at is None


def test_experiments_are_listed_deleted_and_restored_with_their_runs(client, page, job):
    run = job()
    assert "cars" in page("/experiments/")
    chosen = {"experiment": str(run.experiment_id)}
    client.post("/experiments/", chosen | {"act": "delete"})
    assert "In the recycle bin" in page("/experiments/")
    assert Run.objects.get(pk=run.pk).deleted_at is not None
    client.post("/experiments/", chosen | {"act": "restore"})
    assert Run.objects.get(pk=run.pk).deleted_at is None


def test_runs_stand_beside_each_other_with_the_best_marked(page, job):
    runs = [job(lr=lr, code=f"lr = {lr}\n") for lr in (0.1, 0.2, 0.3)]
    for run, loss in zip(runs, (0.5, 0.2, 0.9), strict=True):
        log_metrics(run, [Point("val_loss", loss)])
    text = page("/runs/compare/?" + "&".join(f"run={run.pk}" for run in runs))
    assert "3 runs compared" in text
    assert text.index("0.2<span class") > 0
    assert "-lr = 0.1" in text
    assert "smaller is better" in text


def test_twenty_runs_are_compared_in_few_queries(client, contributor, job, django_assert_max_num_queries):
    client.force_login(contributor)
    runs = [job(lr=number) for number in range(20)]
    for run in runs:
        log_metrics(run, [Point(f"m{number}", number * 1.0) for number in range(49)])
    log_metrics(runs[0], [Point("ratio", float("inf"))])
    with django_assert_max_num_queries(40):
        answer = client.get("/api/v1/runs/beside/?" + "&".join(f"run={run.pk}" for run in runs))
    found = answer.json()
    assert len(found["metrics"]) == 50
    assert found["metrics"][-1]["values"][:2] == ["inf", None]
    assert found["parameters"][0]["differs"]


def test_a_tag_that_is_none_is_refused_where_it_was_typed(client, page, job):
    address = f"/runs/{job().pk}/"
    answer = client.post(address, {"act": "tag", "tag": "=="})
    assert answer.status_code == 400
    for told in ('value="=="', "is no tag"):
        assert told in answer.content.decode()


def test_the_files_of_a_run_are_registered_by_its_page(client, page, job):
    run = job()
    logged(run, "final/MLmodel", b"flavors: {}\n")
    assert f"place={quote('artifacts/final', safe='')}" in page(f"/runs/{run.pk}/?tab=overview")
    assert "final (1 file" in page(f"/models/register/?run={run.pk}")
    form = {"run": run.pk, "place": "artifacts/final", "name": "final"}
    shown = client.post("/models/register/", form, follow=True).content.decode()
    assert "final:1 is registered." in shown
    assert client.post("/models/register/", form | {"place": "artifacts/nothing"}).status_code == 422


def test_the_head_brings_the_tabs_that_have_come(page, job):
    run = job()
    assert "?tab=images" not in page(f"/runs/{run.pk}/head/?tab=logs")
    logged(run, "plots/loss.png", b"\x89PNG")
    head = page(f"/runs/{run.pk}/head/?tab=logs")
    assert 'href="?tab=images"' in head
    assert 'href="?tab=logs" aria-current="page"' in head


def test_a_trial_that_was_stopped_early_says_so(page, job):
    sweep, trial = job(), job()
    why = "Stopped early by the bandit policy: 0.1 at interval 2 is too far from the best, 0.9."
    Run.objects.filter(pk=trial.pk).update(parent=sweep, state="cancelled", reason=why)
    step = Step.objects.get(run=sweep, node="job")
    Trial.objects.create(sweep=step, number=0, run=trial, values={}, stopped_early=True)
    for address in (f"/runs/{sweep.pk}/?tab=children", f"/runs/{trial.pk}/", "/runs/?children=1"):
        text = page(address)
        assert "Stopped early</span>" in text
        assert "by the bandit policy" in text
