"""Calling a published pipeline: its parameters as fields of a form, and as code to paste."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pprint import pformat
from typing import Any

import msgspec

from mlops.access.models import Project
from mlops.datasets.sharing import names_usable
from mlops.formats.pipeline import PipelineParameter, PipelineSpec
from mlops.pipelines.models import PipelineEndpoint, PublishedPipeline
from mlops.pipelines.parameters import reference_of, uses_of
from mlops.pipelines.shaping import rest_url

PREFIX = "parameter-"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter in a form. `choices`: what may be picked; for datasets a picked or typed `name:version`."""

    name: str
    kind: str
    value: str
    default: str
    help: str
    choices: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        return PREFIX + self.name


def parameters_of(version: PublishedPipeline | None) -> dict[str, PipelineParameter]:
    return dict(msgspec.convert(version.spec, type=PipelineSpec).parameters) if version else {}


def entries(
    version: PublishedPipeline | None, typed: Mapping[str, Any] | None, *, project: Project, empty: bool = False
) -> list[Entry]:
    """With what was typed, else the defaults; `empty` leaves untouched ones blank, which means the default."""
    if version is None:
        return []
    spec = msgspec.convert(version.spec, type=PipelineSpec)
    uses = uses_of(spec)
    titles = {node.id: node.title or node.component for node in spec.nodes}
    found = []
    for name, parameter in spec.parameters.items():
        default = shown(parameter.default)
        value = default if not empty else ""
        found.append(
            Entry(
                name=name,
                kind=parameter.type,
                value=str(typed.get(PREFIX + name, value)) if typed is not None else value,
                default=default,
                help=parameter.help,
                choices=_choices(parameter, project),
                used_by=tuple(f"{titles.get(node, node)} · {used.replace('_', ' ')}" for node, used in uses[name]),
            )
        )
    return found


def given(version: PublishedPipeline | None, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the form gives. An empty field means the default; the act checks and converts the others."""
    return {name: typed[PREFIX + name] for name in parameters_of(version) if str(typed.get(PREFIX + name, "")).strip()}


def shown(value: Any) -> str:
    """A parameter's value as people type it: `true`, `0.7`, `Cars:3`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict) and "dataset" in value:
        number = value.get("version")
        return f"{value['dataset']}:{number}" if number else str(value["dataset"])
    if isinstance(value, dict) and reference_of(value):
        return str(reference_of(value))
    return str(value) if not isinstance(value, dict | list) else json.dumps(value, ensure_ascii=False)


def body_of(endpoint: PipelineEndpoint, version: PublishedPipeline | None) -> dict[str, Any]:
    """The documented body with the defaults of the version filled in."""
    parameters = parameters_of(version)
    plain = {name: one.default for name, one in parameters.items() if one.type != "dataset"}
    datasets = {
        name: {"SavedDataSetReference": {"Id": shown(one.default)}}
        for name, one in parameters.items()
        if one.type == "dataset"
    }
    body: dict[str, Any] = {"ExperimentName": endpoint.name}
    if plain:
        body["ParameterAssignments"] = plain
    if datasets:
        body["DataSetDefinitionValueAssignments"] = datasets
    return body


def snippets(endpoint: PipelineEndpoint, version: PublishedPipeline | None) -> dict[str, str]:
    """The call as curl, Python and command; they read the token from MLOPS_TOKEN."""
    url, body = rest_url(endpoint), body_of(endpoint, version)
    quoted = json.dumps(body, ensure_ascii=False, indent=2).replace("'", "'\\''")
    curl = (
        f"curl -X POST '{url}' \\\n"
        '  -H "Authorization: Bearer $MLOPS_TOKEN" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{quoted}'"
    )
    python = (
        "import os\n\nimport requests\n\n"
        f"body = {pformat(body, sort_dicts=False, width=88)}\n"
        f'answer = requests.post(\n    "{url}",\n    json=body,\n'
        '    headers={"Authorization": f"Bearer {os.environ[\'MLOPS_TOKEN\']}"},\n    timeout=60,\n)\n'
        'answer.raise_for_status()\nprint("run", answer.json()["Id"])'
    )
    values = "".join(f" --set {_word(f'{name}={shown(one.default)}')}" for name, one in parameters_of(version).items())
    return {"curl": curl, "python": python, "command": f"mlops pipeline invoke -n {_word(endpoint.name)}{values}"}


def _word(text: str) -> str:
    import shlex

    return shlex.quote(text)


def _choices(parameter: PipelineParameter, project: Project) -> tuple[str, ...]:
    if parameter.type == "boolean":
        return ("true", "false")
    if parameter.type == "dataset":
        return tuple(names_usable(project))
    return ()
