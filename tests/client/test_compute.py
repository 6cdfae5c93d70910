"""Whether a demand fits, and what part of the workers a project has, by the command."""

from __future__ import annotations

import pytest

from tests.client.conftest import Mlops
from tests.work.rows import worker

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_demand_fits_or_the_status_says_that_it_does_not(signed_in: Mlops) -> None:
    worker("small:1")
    fitting = signed_in("compute", "fit", "--cpu", "2", "--memory", "1Gi", "-o", "json")
    assert (fitting.status, fitting.value["workers"]) == (0, ["small:1"])
    unfit = signed_in("compute", "fit", "--gpu", "1", "-o", "json")
    assert (unfit.status, unfit.value["fits"]) == (1, False)
    assert "“much” is no size of memory." in signed_in("compute", "fit", "--memory", "much").errors


def test_an_owner_may_not_weigh_the_own_project(signed_in: Mlops, project) -> None:
    refused = signed_in("compute", "weigh", project.slug, "--weight", "9")
    assert refused.status == 3
    assert "Only an administrator may weigh projects." in refused.errors
