"""Deployment manifests of IoT Edge: what is in them, and mistakes that are told."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from mlops.deployments.targets.iot_edge.azure import edge_deployment
from mlops.deployments.targets.iot_edge.checks import problems
from mlops.deployments.targets.iot_edge.manifest import as_json, joined_options, manifest
from mlops.deployments.targets.iot_edge.wanted import EdgeDeployment, Module, Registry, Route, chain
from mlops.formats.deployment import DeploymentSettings

IMAGE = "registry.local/prices@sha256:" + "0" * 64
PRICES = Module(
    name="prices",
    image=IMAGE,
    create_options={"HostConfig": {"ReadonlyRootfs": True, "Binds": ["/var/lib/x:/x"] * 60}},
    environment={"LOG_LEVEL": "debug", "WORKERS": 2, "FAST": True},
    restart_policy="on-failure",
    startup_order=1,
    desired={"threshold": 0.5},
)
FILTER = Module(name="filter", image="registry.local/filter:1.2", output="kept", input="all")
WANTED = EdgeDeployment(
    modules=(FILTER, PRICES),
    routes=(
        *chain(FILTER, PRICES),
        Route(name="alarms", text="FROM /messages/modules/prices/* WHERE $body.level > 3 INTO $upstream", priority=0),
    ),
    registries=(Registry(name="local", address="registry.local", user="robot", password="s3cret"),),
)


def desired(name: str) -> dict[str, Any]:
    return manifest(WANTED)["modulesContent"][name]["properties.desired"]


def test_a_manifest_of_chained_modules_has_nothing_to_say_against_it():
    assert problems(manifest(WANTED)) == []
    assert problems(json.loads(as_json(WANTED))) == []


def test_messages_go_from_module_to_module_and_then_to_the_cloud():
    routes = desired("$edgeHub")["routes"]
    into_prices = 'FROM /messages/modules/filter/outputs/kept INTO BrokeredEndpoint("/modules/prices/inputs/amlInput")'
    assert routes["filter-to-prices"] == into_prices
    assert routes["prices-to-cloud"] == "FROM /messages/modules/prices/outputs/amlOutput INTO $upstream"
    assert routes["alarms"]["priority"] == 0


def test_long_create_options_are_continued_and_are_the_same_when_put_together():
    settings = desired("$edgeAgent")["modules"]["prices"]["settings"]
    assert len(settings["createOptions"]) == 512
    assert "createOptions01" in settings
    assert json.loads(joined_options(settings)) == PRICES.create_options


def test_environment_order_policy_and_twin_are_those_of_the_module():
    module = desired("$edgeAgent")["modules"]["prices"]
    assert module["env"] == {"FAST": {"value": True}, "LOG_LEVEL": {"value": "debug"}, "WORKERS": {"value": 2}}
    assert (module["restartPolicy"], module["startupOrder"], module["status"]) == ("on-failure", 1, "running")
    assert desired("prices") == {"threshold": 0.5}


def test_the_password_is_only_in_what_the_hub_gets():
    assert b"s3cret" not in as_json(WANTED)
    assert b"s3cret" in as_json(WANTED, with_secrets=True)


AGENT = ("modulesContent", "$edgeAgent", "properties.desired")
HUB = ("modulesContent", "$edgeHub", "properties.desired")
MODULE = (*AGENT, "modules", "prices")
BIG = {f"m{number}": {} for number in range(51)}
WRONG = [
    ((*MODULE, "restartPolicy"), "sometimes", "restartPolicy"),
    ((*MODULE, "status"), None, "status"),
    ((*MODULE, "colour"), "red", "colour"),
    ((*MODULE, "env", "FAST"), {"value": [1]}, "env"),
    ((*AGENT, "schemaVersion"), "2.0", "schemaVersion"),
    ((*HUB, "routes", "alarms", "priority"), 10, "priority"),
    ((*HUB, "routes", "alarms"), {"priority": 1}, "route"),
    (("modulesContent", "prices", "reported"), {}, "“prices” must hold “properties.desired”"),
    (("modulesContent", "$edgeHub"), {}, "$edgeHub"),
    ((*MODULE, "settings", "image"), "registry.local:5000/prices", "neither tag nor digest"),
    ((*MODULE, "settings", "createOptions"), "{", "no JSON"),
    ((*MODULE, "settings", "createOptions09"), "x", "createOptions09"),
    ((*HUB, "routes", "a b"), "FROM /* INTO $upstream", "cannot be a route's name"),
    ((*HUB, "routes", "x"), "FROM /messages INTO nowhere", "is no sink"),
    ((*HUB, "routes", "x"), "TO $upstream", "does not read FROM"),
    ((*HUB, "routes", "x"), "FROM /messages/modules/pricse/outputs/* INTO $upstream", "“pricse”, which there is not"),
    ((*HUB, "routes", "x"), 'FROM /* INTO BrokeredEndpoint("/modules/p/inputs/i")', "into the module “p”"),
    (("modulesContent", "prices", "properties.desired"), {"x": "y" * 40_000}, "the hub takes 32768"),
    (("modulesContent", "prizes"), {"properties.desired": {}}, "there is no such module"),
    ((*AGENT, "modules"), {}, "nothing would run"),
    ((*AGENT, "modules", "a.b"), desired("$edgeAgent")["modules"]["filter"], "cannot be a module's name"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "said"), WRONG, ids=lambda one: str(one)[-50:])
def test_a_mistake_is_told(path: tuple[str, ...], value: Any, said: str):
    wrong = copy.deepcopy(manifest(WANTED))
    place: Any = wrong
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    found = problems(wrong)
    assert any(said in text for text in found), found


def test_more_modules_than_a_device_takes_are_told():
    many = tuple(Module(name=f"m{number}", image="r/m:1") for number in range(51))
    assert "It has 51 modules; a device takes 50." in problems(manifest(EdgeDeployment(modules=many, routes=())))


def test_a_deployment_is_a_module_that_starts_with_the_bridge_among_others():
    options = {"azure": {"before": [{"name": "filter", "image": "r/filter:1"}], "desired": {"level": 3}}}
    settings = DeploymentSettings(target="iot_edge", image=IMAGE, target_options=options, variables={"A": "b"})
    made = manifest(edge_deployment(settings, name="prices", model="prices:7"))
    assert problems(made) == []
    modules = made["modulesContent"]["$edgeAgent"]["properties.desired"]["modules"]
    assert (modules["prices"]["startupOrder"], modules["filter"]["startupOrder"]) == (1, 2)
    told = json.loads(joined_options(modules["prices"]["settings"]))
    assert told["Cmd"][:2] == ["-m", "mlops.scoring.edge_module"]
    assert told["HostConfig"]["CapDrop"] == ["ALL"]
