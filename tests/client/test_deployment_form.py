from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mlops.client.deployment_file import read_deployment
from mlops.client.deployment_form import in_form, shown, to_change
from mlops.client.errors import WrongUsage
from mlops.formats.collection import CollectionSettings
from mlops.formats.deployment import DeploymentSettings, Scale


def row(**settings: Any) -> dict[str, Any]:
    wanted = msgspec.to_builtins(DeploymentSettings(**settings))
    return {
        "name": "blue",
        "endpoint": "prices",
        "model": "m:1",
        "state": "healthy",
        "instances": 2,
        "settings": wanted,
    }


def words(*given: str, remove: tuple[str, ...] = ()) -> argparse.Namespace:
    return argparse.Namespace(set=list(given), remove=list(remove))


def changed(known: dict[str, Any], *given: str, remove: tuple[str, ...] = ()) -> dict[str, Any]:
    return read_deployment("", given, base=to_change(known, words(*given, remove=remove))).settings


def test_show_tells_the_fields_of_azures_file_beside_ours() -> None:
    told = shown(row(timeout_seconds=1.5, scale=Scale(), tags={"a": "1"}))
    assert told["request_settings"]["request_timeout_ms"] == 1500
    assert told["scale_settings"]["target_utilization_percentage"] == 70
    assert (told["provisioning_state"], told["instance_count"], told["model"]) == ("Succeeded", 2, "m:1")
    assert told["resources"]["requests"] == {"cpu": "1", "memory": "1Gi"}


def test_what_is_shown_reads_back_as_it_is() -> None:
    known = row(variables={"A": "x"}, collection=CollectionSettings(is_enabled=True, predictions=False), cpus=0.5)
    fields = {name: in_form(known)[name] for name in ("environment_variables", "data_collector", "resources")}
    read = read_deployment("", (), base=fields).settings
    assert (read["variables"], read["cpus"]) == ({"A": "x"}, 0.5)
    assert (read["collection"]["inputs"], read["collection"]["predictions"]) == (True, False)


def test_one_value_is_set_and_its_neighbours_stay() -> None:
    known = row(tags={"a": "1"}, variables={"A": "x"})
    assert changed(known, "tags.b=2", "tags.c=true") == {"tags": {"a": "1", "b": "2", "c": "true"}}
    assert changed(known, remove=("environment_variables.A",)) == {"variables": {}}
    assert changed(known, "request_settings.request_timeout_ms=1000")["timeout_seconds"] == 1.0


@pytest.mark.parametrize(
    ("given", "remove", "told"),
    [
        (("name=green",), (), "stays as it is"),
        ((), ("tags.z",), "has no “tags.z”"),
        (("code_configuration.scoring_script=b.py",), (), "cannot be changed alone"),
    ],
)
def test_what_cannot_be_changed_is_told(given: tuple[str, ...], remove: tuple[str, ...], told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        changed(row(tags={"a": "1"}), *given, remove=remove)


def test_an_image_that_is_not_served_in_is_said(tmp_path: Path) -> None:
    (tmp_path / "d.yml").write_text("name: a\nendpoint_name: b\nmodel: azureml:m:1\nenvironment: {image: 'own:1'}\n")
    assert "own:1 of the environment is not used" in read_deployment(str(tmp_path / "d.yml")).warnings[0]
