"""What is written of a sweep and of a parallel job is read back as the same."""

from __future__ import annotations

import yaml

from mlops.formats.azureml.lines import load
from mlops.formats.azureml.parallel import read_parallel
from mlops.formats.azureml.sweep import read_sweep
from mlops.formats.azureml.sweep_writing import write_definition
from mlops.formats.definition import Definition
from tests.formats.test_parallel_yaml import JOB
from tests.formats.test_sweep_yaml import SWEEP, nothing


def test_a_sweep_is_read_back_as_it_was_written():
    first = read_sweep(load("a.yml", SWEEP), lambda path: "", nothing)
    written = write_definition(Definition(component=first.component, how=first.how), code="./src")
    again = read_sweep(load("b.yml", yaml.safe_dump(written)), lambda path: "", nothing)
    assert again.how == first.how
    assert (again.component.inputs, again.component.outputs) == (first.component.inputs, first.component.outputs)
    assert again.component.parameters == first.component.parameters
    assert again.code == "./src"


def test_a_parallel_job_is_read_back_as_it_was_written():
    first = read_parallel(load("a.yml", JOB), lambda path: "")
    written = write_definition(Definition(component=first.component, how=first.how), code="./script")
    again = read_parallel(load("b.yml", yaml.safe_dump(written)), lambda path: "")
    assert again.how == first.how
    assert again.code == "./script"
