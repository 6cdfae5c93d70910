"""Jobs from the call to the output, with real child processes, in this process instead of a worker's."""

from __future__ import annotations

import io
import zipfile

import polars as pl
import pytest

from mlops.batch.actions import deploy_model
from mlops.batch.inputs import keep_upload
from mlops.batch.invoking import invoke
from mlops.batch.journal import step_of
from mlops.batch.models import MiniBatch
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import cancel
from mlops.runs.models import LogLine, Metric, Step
from tests.batch.conftest import carry_out, files_of, outputs_of, scored, text_of
from tests.execution.conftest import dataset_version
from tests.packaging.trained import cars

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def uploaded(contributor, project):
    """Files as an upload, by name."""

    def kept(**files: str) -> str:
        pairs = [(name.replace("_", "."), io.BytesIO(text.encode())) for name, text in files.items()]
        return f"upload:{keep_upload(contributor, project, files=pairs).pk}"

    return kept


def test_every_row_of_a_dataset_gets_its_prediction_in_order(contributor, endpoint, native, rows, tmp_path):
    job = carry_out(invoke(contributor, endpoint, input="Cars:1"))
    assert (job.run.state, job.total_batches, job.done_items, job.failed_items) == ("completed", 5, 100, 0)
    found = scored(job, tmp_path)
    assert found["weight"].equals(cars(100)["weight"])
    assert found.columns[-1] == "Scored Labels"
    assert files_of(job) == ["predictions.csv", "summary.json"]


def test_a_free_entry_becomes_onnx_and_agrees_with_the_original(contributor, endpoint, version, native, rows, tmp_path):
    deploy_model(contributor, endpoint, name="onnx", version=version, settings={"output_file_name": "p.parquet"})
    jobs = [carry_out(invoke(contributor, endpoint, input="Cars", deployment=name)) for name in ("native", "onnx")]
    assert [job.entry for job in jobs] == ["native", "onnx"]
    first, second = (scored(job, tmp_path / job.entry)["Scored Labels"] for job in jobs)
    assert (first - second).abs().max() < 10  # of prices around 20,000
    assert files_of(jobs[1]) == ["p.parquet", "summary.json"]


def test_the_job_is_a_run_with_its_data_metrics_and_log(contributor, endpoint, native, rows):
    job = carry_out(invoke(contributor, endpoint, input="Cars", display_name="May"))
    assert (job.run.display_name, job.run.experiment.name) == ("May", "prices")
    assert Step.objects.get(run=job.run, node="data").outputs["dataset"]["tree"] == rows.tree_id
    assert Metric.objects.get(run=job.run, key="succeeded").value == 100
    assert "100 rows in 5 mini-batches" in LogLine.objects.filter(step__run=job.run).first().text


def test_rows_without_a_prediction_are_told_with_their_reason(contributor, endpoint, native, uploaded):
    csv = "power,weight,make,turbo,built\n100,1200.5,audi,true,2015-01-01\nmany,1100,bmw,false,2016-01-01\n"
    job = carry_out(invoke(contributor, endpoint, input=uploaded(cars_csv=csv)))
    assert (job.run.state, job.done_items, job.failed_items) == ("completed", 2, 1)
    assert 'cars.csv,2,wrong_type,"column “power”: expected a whole number, got “many”."' in text_of(job, "errors.csv")
    assert text_of(job, "predictions.csv").count("\n") == 2


def test_the_error_threshold_counts_over_the_whole_input(contributor, endpoint, native, uploaded):
    csv = "power,weight,make,turbo,built\n" + "many,1100,bmw,false,2016-01-01\n" * 2
    given = uploaded(cars_csv=csv)
    jobs = [
        carry_out(invoke(contributor, endpoint, input=given, settings={"error_threshold": most})) for most in (2, 1)
    ]
    assert [job.run.state for job in jobs] == ["completed", "failed"]
    assert "2 rows or files have no result; error_threshold allows 1" in jobs[1].run.reason
    assert step_of(jobs[1]).error["code"] == "error_threshold_passed"


def test_an_input_without_a_needed_column_fails_before_anything_is_scored(contributor, endpoint, native, uploaded):
    job = carry_out(invoke(contributor, endpoint, input=uploaded(cars_csv="ps,kg\n1,2\n3,4\n")))
    assert job.run.state == "failed"
    assert "The input has none of the model's columns; it has: ps, kg." in job.run.reason
    assert MiniBatch.objects.filter(job=job).count() == 0


def test_an_absent_column_is_told_with_the_nearest(contributor, endpoint, native, uploaded):
    job = carry_out(invoke(contributor, endpoint, input=uploaded(cars_csv="power,wight\n1,2\n3,4\n")))
    told = "The input has no column “weight”; it counts as missing. Did you mean 'wight'?"
    assert LogLine.objects.filter(step__run=job.run, text=told).exists()


def test_a_script_scores_files_and_prints_into_the_log(contributor, endpoint, scripted, uploaded):
    scripted(
        "print('seen', len(mini_batch)); return [os.path.basename(path) for path in mini_batch]", mini_batch_size=2
    )
    job = carry_out(invoke(contributor, endpoint, input=uploaded(a_txt="1", b_txt="2", c_txt="3")))
    assert (job.run.state, job.total_batches, job.total_items) == ("completed", 2, 3)
    assert text_of(job, "predictions.csv") == "prediction\na.txt\nb.txt\nc.txt\n"
    assert LogLine.objects.filter(step__run=job.run, text="seen 2").exists()


def test_a_mini_batch_is_tried_again_and_its_tries_are_counted(contributor, endpoint, scripted, uploaded):
    tries = "os.environ['TMPDIR'] + '/tries'"
    scripted(f"open({tries}, 'a').write('x'); 1 / (os.path.getsize({tries}) - 1); return [1]")
    job = carry_out(invoke(contributor, endpoint, input=uploaded(a_txt="1")), most=200)
    assert (job.run.state, MiniBatch.objects.get(job=job).failures) == ("completed", 1)
    assert Metric.objects.get(run=job.run, key="retries").value == 1


def test_a_script_reaches_nothing_of_the_server_and_its_model_stays(contributor, endpoint, scripted, uploaded):
    from django.conf import settings

    (settings.DATA_DIR / "secret_key").write_text("tell nobody")
    model = "os.environ['AZUREML_MODEL_DIR'] + '/mlops_model.json'"
    acts = (
        f"open({str(settings.DATA_DIR / 'secret_key')!r}).read()",
        f"open({model}, 'a')",
        "os.kill(os.getppid(), 0)",
    )
    tried = "; ".join(f"told.append(refused(lambda: {act}))" for act in acts)
    helper = "def refused(act):\n        try: return str(act())\n        except OSError: return 'refused'\n"
    scripted(f"{helper}    told = [open({model}).read(1)]; {tried}; return ['/'.join(told)]")
    job = carry_out(invoke(contributor, endpoint, input=uploaded(a_txt="1")))
    assert text_of(job, "predictions.csv") == "prediction\n{/refused/refused/refused\n"


def test_a_mini_batch_that_takes_too_long_fails_with_all_that_is_in_it(contributor, endpoint, scripted, uploaded):
    scripted("import time; time.sleep(30)", retry_settings={"max_retries": 0, "timeout": 1})
    job = carry_out(invoke(contributor, endpoint, input=uploaded(a_txt="1", b_txt="2")))
    assert (job.run.state, job.failed_items) == ("completed", 2)
    assert 'b.txt,,too_slow,"It took longer than its limit' in text_of(job, "errors.csv")


def test_a_script_that_does_not_load_fails_the_job_with_the_line(contributor, endpoint, scripted, uploaded):
    scripted("return missing_module.x")
    job = carry_out(
        invoke(contributor, endpoint, input=uploaded(a_txt="1"), settings={"retry_settings": {"max_retries": 0}})
    )
    assert "score.py, line 7, in run(): NameError" in text_of(job, "errors.csv")


def test_the_output_becomes_a_dataset_once(contributor, endpoint, native, rows):
    job = carry_out(invoke(contributor, endpoint, input="Cars", output_dataset="Scored cars"))
    assert str(job.output_version) == "Scored cars:1"


def test_one_output_for_each_file_of_the_input(contributor, endpoint, native, uploaded):
    csv = cars(30).drop("expensive", "band", "price").write_csv()
    given = uploaded(may_csv=csv, june_csv=csv)
    settings = {"output_action": "file_per_input", "output_file_name": "scored.csv"}
    job = carry_out(invoke(contributor, endpoint, input=given, settings=settings))
    assert files_of(job) == ["june.csv.scored.csv", "may.csv.scored.csv", "summary.json"]
    assert text_of(job, "may.csv.scored.csv").count("\n") == 31


def test_summary_only_counts_and_keeps_no_predictions(contributor, endpoint, native, rows):
    job = carry_out(invoke(contributor, endpoint, input="Cars", settings={"output_action": "summary_only"}))
    assert list(outputs_of(job)) == ["files"]
    assert '"succeeded": 100' in text_of(job, "summary.json")


def test_a_cancelled_job_ends_and_says_how_far_it_was(contributor, endpoint, native, rows):
    job = invoke(contributor, endpoint, input="Cars")
    cancel(contributor, job.run)
    assert carry_out(job).run.state == "cancelled"
    assert step_of(job).state == "cancelled"


def test_wrong_calls_are_refused_with_the_remedy(contributor, reader, endpoint, native, rows):
    calls = {
        "input_missing": {"input": ""},
        "input_local": {"input": "./cars.csv"},
        "unknown": {"input": "Card"},
        "setting_unknown": {"input": "Cars", "settings": {"mini_batch": 3}},
        "setting_invalid": {"input": "Cars", "settings": {"mini_batch_size": 0}},
        "deployment_unknown": {"input": "Cars", "deployment": "nativ"},
        "parameters_unknown": {"input": "Cars", "parameters": {"a": 1}},
    }
    for code, options in calls.items():
        with pytest.raises(Refusal) as caught:
            invoke(contributor, endpoint, **options)
        assert code in caught.value.code, caught.value.message
        assert caught.value.hint
    with pytest.raises(Refusal, match="role operator"):
        invoke(reader, endpoint, input="Cars")


def test_an_archive_is_scored_file_by_file(contributor, project, endpoint, scripted, tmp_path):
    version = dataset_version(project, pl.DataFrame({"path": ["a.txt"]}), tmp_path, name="Pictures")
    with zipfile.ZipFile(tmp_path / "Pictures-1" / "files.zip", "w") as archive:
        archive.writestr("in/a.txt", "abc")
    from mlops.blobs.trees import keep_folder

    version.tree, version.reading = keep_folder(tmp_path / "Pictures-1"), {"format": "zip"}
    version.save()
    scripted("return [open(path).read() for path in mini_batch]")
    job = carry_out(invoke(contributor, endpoint, input="Pictures"))
    assert text_of(job, "predictions.csv") == "prediction\nabc\n"
