"""Parallel jobs from YAML in the form of Azure ML's CLI v2."""

from __future__ import annotations

import pytest

from mlops.formats.azureml.lines import load
from mlops.formats.azureml.parallel import read_parallel
from mlops.formats.refusal import Refusal

JOB = """
$schema: http://azureml/sdk-2-0/ParallelComponent.json
type: parallel
inputs:
  job_data_path: {type: mltable, path: ./neural-iris-mltable, mode: eval_mount}
  score_model: {type: custom_model, path: ./model}
  scale: 2
outputs:
  job_output_file: {type: uri_file, mode: rw_mount}
input_data: ${{inputs.job_data_path}}
mini_batch_size: "10kb"
resources:
    instance_count: 2
max_concurrency_per_instance: 2
logging_level: "DEBUG"
mini_batch_error_threshold: 5
retry_settings:
  max_retries: 2
  timeout: 60
task:
  type: run_function
  code: "./script"
  entry_script: iris_prediction.py
  environment: azureml:AzureML-sklearn-1.5@latest
  program_arguments: >-
    --model ${{inputs.score_model}}
    --scale ${{inputs.scale}}
    --error_threshold 7
    --allowed_failed_percent 30
    --task_overhead_timeout 1200
  append_row_to: ${{outputs.job_output_file}}
"""


def read(text: str):
    return read_parallel(load("job.yml", text), lambda path: "")


def test_a_parallel_job_is_read_whole():
    found = read(JOB)
    plan = found.how.plan
    assert (plan.input, plan.append_to, plan.mini_batch_bytes, plan.mini_batch_files) == (
        "job_data_path",
        "job_output_file",
        10240,
        None,
    )
    assert (plan.concurrency, plan.max_retries, plan.timeout_seconds) == (2, 2, 60.0)
    assert (plan.mini_batch_error_threshold, plan.logging_level) == (5, "DEBUG")
    assert (found.code, found.how.entry_script) == ("./script", "iris_prediction.py")
    assert found.how.resources.instance_count == 2


def test_what_the_arguments_say_to_the_driver_is_taken_out_of_them():
    found = read(JOB)
    assert found.how.arguments == "--model ${{inputs.score_model}} --scale ${{inputs.scale}}"
    assert (found.how.plan.error_threshold, found.how.plan.allowed_failed_percent) == (7, 30.0)
    assert any("task_overhead_timeout" in one for one in found.warnings)


def test_a_size_without_a_unit_counts_files_of_a_folder():
    folder = JOB.replace("type: mltable", "type: uri_folder").replace('"10kb"', '"5"')
    assert read(folder).how.plan.mini_batch_files == 5


@pytest.mark.parametrize("written", ['["store", "brand"]', "\"['store', 'brand']\"", '\'["store", "brand"]\''])
def test_partition_keys_are_a_list_also_as_text(written):
    found = read(JOB.replace('mini_batch_size: "10kb"', f"partition_keys: {written}"))
    assert found.how.plan.partition_keys == ("store", "brand")


@pytest.mark.parametrize(
    ("before", "after", "code", "line", "hint"),
    [
        ("mini_batch_size", "mini_batchsize", "field_unknown", "mini_batchsize", "mini_batch_size"),
        ("entry_script:", "entry_scripts:", "field_unknown", "entry_scripts", "entry_script"),
        ("  entry_script: iris_prediction.py\n", "", "entry_script_missing", "task:", "score.py"),
        ("inputs.job_data_path}}", "inputs.job_data_pth}}", "input_data_unknown", "input_data:", "job_data_path"),
        ("outputs.job_output_file}}", "outputs.job_file}}", "output_unknown", "append_row_to", "job_output_file"),
        ("inputs.score_model}}", "inputs.score_modl}}", "expression_unknown", "program_arguments", "score_model"),
        ("type: run_function", "type: model", "task_kind", "type: model", "run_function"),
        ('"10kb"', '"ten"', "size_unfit", "mini_batch_size", "100kb"),
        ("max_retries: 2", "max_retry: 2", "field_unknown", "max_retry", "max_retries"),
        ("mini_batch_error_threshold: 5", "mini_batch_error_threshold: -2", "number_unfit", "threshold: -2", ""),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_nearest_name(before, after, code, line, hint):
    assert before in JOB
    text = JOB.replace(before, after)
    with pytest.raises(Refusal) as refused:
        read(text)
    expected = 1 + next(number for number, one in enumerate(text.splitlines()) if line in one)
    assert (refused.value.code, refused.value.where.row) == (code, expected), refused.value.message
    assert hint in refused.value.hint
