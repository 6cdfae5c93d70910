"""The YAML of data assets and data stores: what is read, and what is refused with its line and the nearest name."""

from __future__ import annotations

import pytest

from mlops.formats.azureml.data import read_data
from mlops.formats.azureml.datastore import read_datastore
from mlops.formats.azureml.lines import load
from mlops.formats.refusal import Refusal

LAKE = """$schema: https://azuremlschemas.azureedge.net/latest/azureDataLakeGen2.schema.json
name: adls_gen2_example
account_name: mytestdatalakegen2
filesystem: my-gen2-container
credentials:
  tenant_id: 00000000-0000-0000-0000-000000000000
  client_id: 00000000-0000-0000-0000-000000000000
  client_secret: hush
"""


def test_a_data_asset_is_read_with_text_versions_and_tags() -> None:
    text = "name: cars\nversion: 2024-01\ntype: mltable\npath: ./t\ntags: {area: cars, ok: true}\nstage: x\n"
    found = read_data(load("data.yml", text))
    assert (found.name, found.version, found.type, found.path) == ("cars", "2024-01", "mltable", "./t")
    assert found.tags == {"area": "cars", "ok": "true"}
    assert found.warnings == ("data.yml, line 6: “stage” has no meaning here and is left out.",)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("name: a\npth: x\n", "data.yml, line 2: “pth” is no field", "Did you mean 'path'?"),
        ("name: a\npath: x\ntype: uri_fil\n", "line 3: “uri_fil” is no type", "Did you mean 'uri_file'?"),
        ("name: a\n", "needs a “path”", "A file, a folder or an address."),
        ("name: a\npath: x\ntags: [a]\n", "line 3: “tags” must hold fields", ""),
    ],
)
def test_a_bad_data_file_names_line_and_nearest(text: str, message: str, hint: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_data(load("data.yml", text))
    assert message in refused.value.message
    assert refused.value.hint == hint


def test_a_data_store_is_known_by_its_schema() -> None:
    found = read_datastore(load("lake.yml", LAKE))
    assert (found.type, found.settings["filesystem"]) == ("azure_data_lake_gen2", "my-gen2-container")
    assert found.credentials["client_secret"] == "hush"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: a\ntype: azure_blob\ncontainer: x\n", "line 3: “container” is no field"),
        ("name: a\ntype: azure_blb\n", "line 2: “azure_blb” is no type"),
        ("name: a\ntype: azure_data_lake_gen1\nstore_name: x\n", "was retired"),
        (LAKE.replace("client_secret", "client_secrt"), "line 8: “client_secrt” is no field"),
    ],
)
def test_a_bad_data_store_file_names_the_line(text: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_datastore(load("store.yml", text))
    assert message in refused.value.message
