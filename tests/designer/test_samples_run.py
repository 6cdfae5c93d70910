"""Each sample runs to the end on its data, with real step processes."""

from __future__ import annotations

import pytest

from designer import actions
from designer.samples import SAMPLES, Sample, open_sample
from mlops.datasets.importing import import_version
from mlops.datasets.models import DatasetVersion
from mlops.runs.models import Step
from tests.execution.conftest import carry_out

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
def test_a_sample_runs_to_the_end(contributor, project, sample: Sample):
    if reasons := sample.lacks():
        pytest.skip(" ".join(reasons))
    draft = open_sample(contributor, project, key=sample.key)
    for version in DatasetVersion.objects.filter(dataset__project=project):
        assert import_version(version.pk)
    run = carry_out(actions.submit(contributor, draft, experiment="samples"))
    failed = [f"{one.title}: {one.reason} {one.error}" for one in Step.objects.filter(run=run, state="failed")]
    assert (run.state, failed) == ("completed", [])
