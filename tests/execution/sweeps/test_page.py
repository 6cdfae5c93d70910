"""The tab of a run's page that shows its trials."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mlops.formats.sweep import Sampling
from tests.execution.sweeps.conftest import drive, sweep_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_sweeps_page_shows_its_trials_the_best_among_them(client, contributor, begin_sweep):
    client.force_login(contributor)
    run = drive(begin_sweep(sweep_of(sampling=Sampling(type="grid"))))
    page = client.get(reverse("web:run", args=[run.pk]), {"tab": "trials", "order": "score"}).content.decode()
    assert "3 of 3 begun trials have ended" in page
    assert page.index("tuning_1") < page.index("tuning_2") < page.index("tuning_0")
    assert page.count("data-plot=") == 2


def test_a_run_without_a_sweep_has_no_such_tab(client, contributor, begin_sweep):
    client.force_login(contributor)
    run = drive(begin_sweep(sweep_of(sampling=Sampling(type="grid"))))
    trial = run.children.first() if hasattr(run, "children") else None
    assert trial is not None
    assert "?tab=trials" not in client.get(reverse("web:run", args=[trial.pk])).content.decode()
