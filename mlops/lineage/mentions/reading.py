"""What a frozen document names. Pure, on plain values, so that a migration reads old rows with it as well."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mlops.environments.usage import keys_in
from mlops.formats.pipeline import DATASET_COMPONENT

MOST = 400
"""Characters of a target."""
STORE = "datastores/"
NUMBERED = ("pipeline-endpoints/",)
"""Origins whose part behind the @ is a version; of the others it is a moment or a revision."""
KNOWN_ORIGINS = (*NUMBERED, "drafts/", "schedules/", "runs/")


def of_run(spec: Mapping[str, Any], snapshot: Mapping[str, Any], origin: str) -> list[str]:
    found = [*_graph(spec), *_origin(origin)]
    for key, definition in (snapshot.get("components") or {}).items():
        name, _at, version = key.rpartition("@")
        found.append(f"components/{name}:{version}")
        found += _definition(definition)
    if commit := (snapshot.get("git") or {}).get("commit"):
        found.append(f"commits/{commit}")
    return _each(found)


def of_use(source: str) -> list[str]:
    """Of data that a run's code said it used: `source` as MLflow keeps it."""
    uri = address_told(source)
    if uri.startswith("azureml:") and not uri.startswith("azureml://"):
        return _each([f"datasets/{uri.removeprefix('azureml:')}"])
    return _each(_address(uri))


def address_told(source: str) -> str:
    """Of MLflow's JSON object about a source; without secrets, and empty where it has no address."""
    try:
        told = json.loads(source)
    except (ValueError, RecursionError):
        return ""
    given = [told.get(part) for part in ("uri", "url", "path")] if isinstance(told, dict) else []
    return plain_address(next((one for one in given if isinstance(one, str) and one), ""))


def of_pipeline(spec: Mapping[str, Any], job: Mapping[str, Any], origin: str) -> list[str]:
    found = [*_graph(spec), *_origin(origin)]
    for node in spec.get("nodes", []):
        if node.get("component") != DATASET_COMPONENT:
            found.append(f"components/{node.get('component')}:{node.get('version')}")
    if commit := (job.get("git") or {}).get("commit"):
        found.append(f"commits/{commit}")
    return _each(found)


def of_data(uri: str, origin: Mapping[str, Any]) -> list[str]:
    job = (origin.get("job") or {}).get("id")
    return _each([*_address(uri), *([f"runs/{job}"] if job else [])])


def of_component(definition: Mapping[str, Any], tree: str | None) -> list[str]:
    return _each([*_definition(definition), *([f"code/{tree}"] if tree else [])])


def of_deployment(settings: Mapping[str, Any], tree: str | None) -> list[str]:
    return _each([*(f"builds/{key}" for key in keys_in(settings)), *([f"code/{tree}"] if tree else [])])


def of_attempt(trigger: Mapping[str, Any]) -> list[str]:
    monitor, look = trigger.get("monitor"), trigger.get("look")
    return _each([f"looks/{monitor}:{look}"] if monitor and str(look or "").isdecimal() else [])


def _graph(spec: Mapping[str, Any]) -> Iterable[str]:
    for node in spec.get("nodes", []):
        given = node.get("parameters", {})
        if node.get("component") != DATASET_COMPONENT:
            continue
        if isinstance(given.get("version"), int):
            yield f"datasets/{given.get('dataset')}:{given['version']}"
        elif given.get("uri"):
            yield from _address(str(given["uri"]))


def _address(uri: str) -> Iterable[str]:
    if f"/{STORE}" in uri or uri.startswith(f"azureml://{STORE}"):
        yield STORE + uri.split(STORE, 1)[1].split("/", 1)[0]
    elif "://" in uri and not uri.startswith("azureml:"):
        yield f"sources/{plain_address(uri)}"


def plain_address(uri: str) -> str:
    """Without a password and a query: they may be secrets, and say nothing of where the data lies."""
    scheme, separator, rest = uri.partition("://")
    if not separator:
        return uri
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"


def _definition(definition: Mapping[str, Any]) -> Iterable[str]:
    how = definition.get("how") or {}
    yield from (f"builds/{key}" for key in keys_in(how))
    trial = how.get("trial") or {}
    yield from (f"builds/{key}" for key in keys_in(trial))
    if code := how.get("code") or trial.get("code"):
        yield f"code/{code}"


def _origin(origin: str) -> Iterable[str]:
    if origin.startswith(NUMBERED):
        yield origin
    elif origin.startswith(KNOWN_ORIGINS):
        yield origin.partition("@")[0]


def _each(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one[:MOST] for one in found))
