"""Lists by filter, tag and order, and tags changed by command, as `az ml` spells it."""

from __future__ import annotations

import pytest

from mlops.access.models import Project
from mlops.components.models import Component
from mlops.tags.filters import tags_of, write_tags
from tests.client.conftest import Mlops

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def components(signed_in: Mlops) -> list[Component]:
    project = Project.objects.get()
    made = [Component.objects.create(project=project, name=name) for name in ("clean", "join", "train")]
    write_tags(made[0], {"Area": "Churn"})
    return made


def names(mlops: Mlops, *words: str) -> list[str]:
    answer = mlops("component", "list", "--query", "[].name", "-o", "json", *words)
    assert answer.status == 0, answer.errors
    return list(answer.value)


def test_lists_take_filters_tags_and_an_order(signed_in: Mlops, components: list[Component]) -> None:
    assert names(signed_in, "--filter", "Area=Churn") == ["clean"]
    assert names(signed_in, "--tag", "Area=Churn") == ["clean"]
    assert names(signed_in, "--filter", "name ~ i or Area=Churn", "--order-by", "name desc") == [
        "train",
        "join",
        "clean",
    ]
    signed_in("component", "archive", "-n", "join")
    assert names(signed_in, "--filter", "archived = yes") == ["join"]
    refused = signed_in("component", "list", "--filter", "kind = comand")
    assert refused.status == 3
    assert "Did you mean 'command'?" in refused.errors


def test_tags_are_set_and_taken_off_as_az_ml_does(signed_in: Mlops, components: list[Component]) -> None:
    done = signed_in(
        "component", "update", "-n", "clean", "--set", "tags.Team=North", "tags.x.y=1", "--remove", "tags.Area"
    )
    assert done.status == 0, done.errors
    assert tags_of(components[0]) == {"Team": "North", "x.y": "1"}
    wrong = signed_in("component", "update", "-n", "clean", "--set", "name=other")
    assert (wrong.status, "tags can" in wrong.errors) == (2, True)
