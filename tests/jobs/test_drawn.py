"""A pipeline job is drawn on its run's page, and can become a draft."""

from __future__ import annotations

import pytest

from designer.actions import clone_run
from designer.queries import document_of, examine
from mlops.components.models import Component
from mlops.pipelines.own_components import own_offers
from tests.jobs.conftest import Create

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_components_of_a_job_are_told_with_its_drawing(create: Create) -> None:
    run = create("nested", "pipeline.yml")
    told = {one["name"]: one for one in own_offers(run)}
    assert set(told) == {"scale", "add", "inner_sum", "after"}
    assert told["inner_sum"]["own"]["outputs"] == {"total": {"node": "add", "port": "sum"}}


def test_a_clone_of_a_job_has_its_components_in_the_project(create: Create, contributor, project) -> None:
    draft = clone_run(contributor, create("nested", "pipeline.yml"))
    assert set(Component.objects.values_list("name", flat=True)) == {"scale", "add", "inner_sum", "after"}
    _shapes, problems = examine(project, document_of(draft))
    assert not [one for one in problems if one.severity == "error"]
