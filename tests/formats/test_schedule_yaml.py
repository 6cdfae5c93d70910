"""What a schedule gives anew of the job that it calls."""

from __future__ import annotations

from mlops.formats.azureml.lines import load
from mlops.formats.azureml.schedule import read_schedule

TEXT = """name: nightly
trigger: {type: cron, expression: "0 6 * * *"}
create_job:
  type: command
  job: ./job.yml
  display_name: Nightly
  inputs: {lr: 0.1}
  settings: {continue_on_step_failure: true}
  environment_variables: {A: b}
  tags: {owner.team: me}
"""


def test_all_that_is_written_beside_the_job_is_given_anew():
    anew = dict(read_schedule(load("schedule.yml", TEXT)).anew)
    assert anew == {
        "inputs.lr": 0.1,
        "settings.continue_on_step_failure": True,
        "environment_variables.A": "b",
        'tags."owner.team"': "me",
        "display_name": "Nightly",
    }
