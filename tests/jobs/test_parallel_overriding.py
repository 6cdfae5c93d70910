"""What a job of a pipeline says over its parallel component."""

from __future__ import annotations

import pytest

from mlops.formats.azureml.lines import load
from mlops.formats.azureml.parallel import read_parallel
from mlops.formats.definition import Definition, Parallel
from mlops.formats.refusal import Refusal
from mlops.jobs.parallel_overriding import parallel_overridden
from tests.formats.test_parallel_yaml import JOB


def over(text: str) -> Parallel:
    read = read_parallel(load("component.yml", JOB), lambda path: "")
    source = load("job.yml", f"jobs:\n  score:\n    type: parallel\n    component: ./component.yml\n{text}")
    changed = parallel_overridden(source, ("jobs", "score"), Definition(component=read.component, how=read.how), [])
    assert isinstance(changed.how, Parallel)
    return changed.how


def test_what_the_job_says_is_given_anew_and_the_rest_stays():
    retries = "    retry_settings: {max_retries: 0, timeout: 5}\n"
    how = over(f"    mini_batch_size: 1mb\n{retries}    resources: {{instance_count: 3}}\n")
    assert (how.plan.mini_batch_bytes, how.plan.max_retries, how.plan.timeout_seconds) == (1024**2, 0, 5.0)
    assert (how.plan.mini_batch_error_threshold, how.plan.error_threshold, how.plan.concurrency) == (5, 7, 2)
    assert how.resources.instance_count == 3


def test_a_job_that_says_nothing_changes_nothing():
    assert over("    inputs: {scale: 3}\n").plan.mini_batch_bytes == 10240


def test_a_fault_has_its_line():
    with pytest.raises(Refusal) as refused:
        over("    mini_batch_size: many\n")
    assert (refused.value.code, refused.value.where.row) == ("size_unfit", 5)
