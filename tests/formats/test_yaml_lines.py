"""YAML as people write it: anchors, merges, tabs, and files that would grow without end."""

from __future__ import annotations

import pytest

from mlops.formats.azureml.command_job import read_command_job
from mlops.formats.azureml.job import job_kind
from mlops.formats.azureml.lines import fields, load
from mlops.formats.refusal import Refusal

MERGED = """jobs:
  a: &step
    command: echo a
    resources: {instance_count: 1}
  b:
    <<: *step
    command: echo b
list: [*step]
"""


def test_aliases_and_merges_stand_for_what_was_anchored():
    source = load("a.yml", MERGED)
    assert source.value["jobs"]["b"] == {"command": "echo b", "resources": {"instance_count": 1}}
    assert source.value["list"][0] == source.value["jobs"]["a"]
    assert source.line(("jobs", "b", "command")) == 7
    assert source.line(("jobs", "b", "resources", "instance_count")) == 4


def test_what_an_alias_stands_for_is_changed_at_one_place_alone():
    jobs = load("a.yml", MERGED).value["jobs"]
    jobs["b"]["resources"]["instance_count"] = 2
    assert jobs["a"]["resources"]["instance_count"] == 1


def test_aliases_that_grow_without_end_are_refused():
    lines = ["a0: &a0 [1, 1]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    with pytest.raises(Refusal) as refused:
        load("a.yml", "\n".join(lines))
    assert refused.value.code == "yaml_too_large"


def test_an_alias_of_itself_is_refused_with_its_line():
    with pytest.raises(Refusal, match=r"a\.yml, line 2"):
        load("a.yml", "b: 1\na: &a [*a]\n")


def test_tabs_are_told_to_be_spaces():
    with pytest.raises(Refusal) as refused:
        load("a.yml", "a: 1\n\tb: 2\n")
    assert "spaces" in refused.value.hint


def test_a_file_of_comments_is_called_empty():
    with pytest.raises(Refusal, match="The file is empty"):
        fields(load("a.yml", "# nothing\n"))


def test_a_job_whose_main_field_is_misspelt_is_told_the_nearest():
    with pytest.raises(Refusal) as refused:
        job_kind(load("job.yml", "code: src\ncomand: ls\n"))
    assert "line 2" in refused.value.message
    assert "'command'" in refused.value.hint


def test_the_code_of_azures_preview_is_told_its_form_of_today():
    with pytest.raises(Refusal) as refused:
        read_command_job(load("job.yml", "command: ls\ncode:\n  local_path: src\n"))
    assert refused.value.hint == "Write code: src"


def test_what_of_the_resources_has_no_meaning_is_named():
    text = "command: ls\nresources:\n  instance_type: Standard_NC6\n"
    assert "line 3: “instance_type”" in read_command_job(load("job.yml", text)).warnings[0]
