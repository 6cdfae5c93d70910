"""Mistakes that the published schemas let pass."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mlops.clusters.kubernetes.quantities import amount, cpu, memory
from mlops.deployments.targets.kubernetes.checks import problems
from mlops.deployments.targets.kubernetes.gateway import http_route
from mlops.deployments.targets.kubernetes.manifests import manifests
from tests.deployments.kubernetes.examples import full, route

CONTAINER = ("Deployment", "spec", "template", "spec", "containers", 0)
WRONG = [
    (("Deployment", "metadata", "name"), "Prices_Blue", "its name is not"),
    (("Deployment", "metadata", "namespace"), "My Space", "cannot be a namespace"),
    (("Deployment", "metadata", "labels", "team"), "who: we", "the label team cannot be"),
    (("Deployment", "spec", "selector", "matchLabels", "x"), "y", "does not match the labels of its own pods"),
    ((*CONTAINER, "resources", "requests", "cpu"), "one", "“one” is no quantity"),
    ((*CONTAINER, "resources", "requests", "cpu"), "9", "asks for more cpu than its limit"),
    ((*CONTAINER, "readinessProbe", "httpGet", "port"), "web", "which the container does not have"),
    ((*CONTAINER, "env", 0, "name"), "1 2", "cannot be the name of an environment variable"),
    (("Service", "spec", "selector", "x"), "y", "its selector matches no pods"),
    (("Service", "spec", "ports", 0, "targetPort"), 81, "its pods have no port “81”"),
    (("HorizontalPodAutoscaler", "spec", "minReplicas"), 9, "are more than at most 5"),
    (("HorizontalPodAutoscaler", "spec", "scaleTargetRef", "name"), "other", "there is no Deployment “other”"),
    (("Deployment", "spec", "replicas"), 2, "the two would fight"),
    (("PodDisruptionBudget", "spec", "selector", "matchLabels", "x"), "y", "its selector matches no pods"),
]


@pytest.mark.parametrize(("path", "value", "said"), WRONG, ids=lambda one: str(one)[-40:])
def test_a_mistake_is_told(path: tuple[Any, ...], value: Any, said: str):
    objects = copy.deepcopy(manifests(full()))
    place: Any = next(one for one in objects if one["kind"] == path[0])
    for key in path[1:-1]:
        place = place[key]
    place[path[-1]] = value
    found = problems(objects)
    assert any(said in text for text in found), found


def test_the_same_object_twice_is_told():
    objects = manifests(full())
    assert any("twice" in text for text in problems([*objects, objects[0]]))


def test_a_route_needs_services_that_exist_and_some_weight():
    assert problems([http_route(route())], known_services=["prices-blue", "prices-green"]) == []
    assert "no service “prices-green”" in " ".join(problems([http_route(route())], known_services=["prices-blue"]))
    empty = http_route(route(weights={"blue": 0}))
    assert "no deployment has traffic" in " ".join(problems([empty], known_services=["prices-blue", "prices-green"]))


@pytest.mark.parametrize(("text", "number"), [("500m", 0.5), ("1Gi", 2**30), ("1e3", 1000), ("2E", 2e18), (".5", 0.5)])
def test_quantities_are_read_as_kubernetes_reads_them(text, number):
    assert float(amount(text)) == number


@pytest.mark.parametrize("text", ["one", "1 Gi", "1gi", "", "1GB", "--1"])
def test_what_kubernetes_refuses_is_refused(text):
    with pytest.raises(ValueError, match="no quantity"):
        amount(text)


def test_amounts_are_written_exactly():
    assert (cpu(0.1), cpu(2), cpu(1.25), memory(2**30), memory(1000)) == ("100m", "2", "1250m", "1Gi", "1000")
