"""A deployment's YAML as the body of our request: settings, packages, and the code folder that goes along."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from mlops.client.data_collector import collection_settings
from mlops.client.documents import beside, load, readable
from mlops.client.errors import WrongUsage
from mlops.formats.azureml.environment import read_environment, without_azure
from mlops.formats.azureml.lines import Source
from mlops.formats.azureml.lines import load as load_lines
from mlops.formats.refusal import Refusal, nearest

KNOWN = (
    "name", "endpoint_name", "model", "code_configuration", "request_settings", "resources", "entry", "description",
    "tags", "environment", "environment_variables", "instance_count", "scale_settings", "models", "ensemble", "weights",
    "method",
    "type", "target", "target_options", "data_collector",
)  # fmt: skip
WITHOUT_MEANING = (
    "properties", "instance_type", "app_insights_enabled", "liveness_probe", "readiness_probe",
    "egress_public_network_access", "model_mount_path",
)  # fmt: skip
TYPES = ("managed", "kubernetes")
"""Azure's two kinds of compute; ours are named by `target`."""
REQUESTS = {
    "request_timeout_ms": ("timeout_seconds", 1000),
    "max_queue_wait_ms": ("queue_wait_seconds", 1000),
    "max_concurrent_requests_per_instance": ("most_concurrent", 0),
}
"""Field to our setting and its divisor; 0: a whole number as it is."""
SCALES = {
    "min_instances": ("least_instances", 0),
    "max_instances": ("most_instances", 0),
    "target_utilization_percentage": ("target_utilization", 100),
    "polling_interval": ("polling_seconds", 1),
}
UNITS = {"": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "K": 10**3, "M": 10**6, "G": 10**9}


class DeploymentFile(msgspec.Struct, frozen=True, kw_only=True):
    """`fields` as written, `settings` as our API names them; `code` and `script` where there is an entry script."""

    fields: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    code: Path | None = None
    script: str = ""
    warnings: tuple[str, ...] = ()


def read_deployment(
    file: str, settings: Iterable[str] = (), *, base: Mapping[str, Any] | None = None, below: Path | None = None
) -> DeploymentFile:
    """`settings`: as `--set` writes them, over the file or over `base`. `below`: the folder that the file's own paths
    may not lead out of. Raises Refusal or WrongUsage with the field."""
    fields = load(
        file, kind="online deployment", known=KNOWN, without_meaning=WITHOUT_MEANING, settings=settings, base=base
    )
    warnings: list[str] = []
    code, script = _code(file, fields.get("code_configuration") or {}, below)
    settings = {
        **_mapped("request_settings", fields.get("request_settings"), REQUESTS),
        **_resources(fields.get("resources") or {}),
        **environment_settings(file, fields.get("environment"), warnings, below=below),
    }
    plain = {"models": "models", "ensemble": "ensemble", "weights": "weights", "method": "method"}
    plain |= {"description": "description", "instance_count": "instances"}
    settings |= {ours: fields[theirs] for theirs, ours in plain.items() if fields.get(theirs) is not None}
    for theirs, ours in (("environment_variables", "variables"), ("tags", "tags")):
        if fields.get(theirs) is not None:
            settings[ours] = _texts(theirs, fields[theirs])
    settings |= _scale(fields.get("scale_settings"))
    settings |= _target(fields)
    if fields.get("data_collector") is not None:
        settings["collection"] = collection_settings(fields["data_collector"], warnings)
    return DeploymentFile(fields=fields, settings=settings, code=code, script=script, warnings=tuple(warnings))


def _texts(place: str, given: Any) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise WrongUsage("field_unreadable", f"{place} holds no fields.", hint="NAME: value")
    return {str(name): str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}


def _place(file: str, path: str, below: Path | None) -> Path:
    place = beside(file, path)
    if below is not None and not place.is_relative_to(below.resolve()):
        raise Refusal("path_outside", f"“{path}” leads out of the folder.", hint="Put it beside the file.", status=422)
    return readable(place)


def _code(file: str, configuration: dict[str, Any], below: Path | None) -> tuple[Path | None, str]:
    if not configuration:
        return None, ""
    script = str(configuration.get("scoring_script") or "")
    if not script:
        message = "code_configuration names no scoring_script."
        raise WrongUsage("script_missing", message, hint="scoring_script: score.py")
    if not file and not configuration.get("code"):
        message = "The code goes along with a deployment: its script cannot be changed alone."
        raise WrongUsage("code_missing", message, hint="Give -f FILE, or --set code_configuration.code=FOLDER as well.")
    folder = _place(file, str(configuration.get("code") or "."), below)
    readable(folder / script)
    return folder, script


def environment_settings(file: str, given: Any, warnings: list[str], *, below: Path | None = None) -> dict[str, Any]:
    """Inline, a file, or a name. A name is served by the server's own packages, and that is said."""
    if given in (None, ""):
        return {}
    if file:
        source = load_lines(file, readable(Path(file)).read_text(encoding="utf-8"))
    else:
        source = Source(name="--set", value={"environment": given}, lines={})

    def text(path: str) -> str:
        return _place(file, path, below).read_text(encoding="utf-8")

    said: list[str] = []
    requirements = read_environment(source, ("environment",), given, text, said)
    if requirements.image or requirements.build or requirements.dockerfile or "build" in _inline(given):
        what = f"The image {requirements.image}" if requirements.image else "The Dockerfile"
        rest = "its packages are installed there" if requirements.packages else "it names no packages, so ours serve"
        said.append(f"{what} of the environment is not used: deployments serve in images of our own; {rest}.")
    requirements, dropped = without_azure(requirements)
    if dropped:
        said.append(f"{', '.join(dropped)}: left out, because our scoring server does what it is for.")
    warnings += [
        line.replace("the component runs as a process, with its packages", "its packages are installed on ours")
        for line in said
    ]
    name = given if isinstance(given, str) else str(given.get("name") or "")
    settings: dict[str, Any] = (
        {"environment": name} if name and (name.startswith("azureml:") or not Path(name).suffix) else {}
    )
    return settings | ({"requirements": msgspec.to_builtins(requirements)} if requirements.is_own else {})


def _inline(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _target(fields: dict[str, Any]) -> dict[str, Any]:
    """`type: kubernetes` is Azure's word for the target kubernetes; managed: wherever the studio puts it."""
    kind, target = str(fields.get("type") or "managed"), fields.get("target")
    if kind not in TYPES:
        hint = nearest(kind, TYPES) or "Use managed or kubernetes; another target is named by `target`."
        raise WrongUsage("type_unknown", f"A deployment has no type “{kind}”.", hint=hint)
    if kind == "kubernetes" and target not in (None, "kubernetes"):
        raise WrongUsage(
            "target_contradicts", f"The type is kubernetes and the target {target}.", hint="Leave one of them out."
        )
    options = fields.get("target_options")
    if options is not None and not isinstance(options, dict):
        raise WrongUsage("target_options_unreadable", "target_options holds no fields.", hint="engine: ssh://user@host")
    settings: dict[str, Any] = {"target_options": options} if options else {}
    return settings | (
        {"target": "kubernetes" if kind == "kubernetes" else str(target)} if target or kind != "managed" else {}
    )


def _scale(given: Any) -> dict[str, Any]:
    is_given, given = given is not None, dict(given or {})
    kind = given.pop("type", given.pop("scale_type", "default"))
    if kind == "default":
        return {"scale": False} if is_given else {}
    if kind != "target_utilization":
        hint = nearest(str(kind), ("default", "target_utilization")) or "Use default or target_utilization."
        raise WrongUsage("scale_type_unknown", f"scale_settings has no type “{kind}”.", hint=hint)
    scale = _mapped("scale_settings", given, SCALES)
    return {"scale": scale}


def _mapped(place: str, given: Any, names: dict[str, tuple[str, int]]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for field, value in (given or {}).items():
        if field not in names:
            hint = nearest(str(field), names) or f"Fields: {', '.join(names)}."
            raise Refusal("field_unknown", f"“{field}” is no field of {place}.", hint=hint)
        ours, divisor = names[field]
        try:
            settings[ours] = float(value) / divisor if divisor else int(value)
        except (TypeError, ValueError):
            hint = "Give a number."
            raise WrongUsage("number_unreadable", f"{place}.{field} is {value!r}.", hint=hint) from None
    return settings


def _resources(resources: dict[str, Any]) -> dict[str, Any]:
    given = {**(resources.get("requests") or {}), **(resources.get("limits") or {})}
    settings: dict[str, Any] = {}
    if given.get("cpu"):
        settings["cpus"] = cpus_of(str(given["cpu"]))
    if given.get("memory"):
        settings["memory_bytes"] = bytes_of(str(given["memory"]))
    if given.get("nvidia.com/gpu"):
        settings["gpus"] = int(given["nvidia.com/gpu"])
    return settings


def cpus_of(text: str) -> float:
    """`500m` as 0.5."""
    try:
        return float(text[:-1]) / 1000 if text.endswith("m") else float(text)
    except ValueError:
        raise WrongUsage("cpu_unreadable", f"“{text}” is no number of CPUs.", hint="Such as 0.5 or 500m.") from None


def bytes_of(text: str) -> int:
    """`0.5Gi` as bytes."""
    match = re.fullmatch(r"([0-9.]+)(Ki|Mi|Gi|K|M|G)?B?", text.strip())
    if match is None:
        raise WrongUsage("memory_unreadable", f"“{text}” is no amount of memory.", hint="Such as 512Mi or 1Gi.")
    return int(float(match[1]) * UNITS[match[2] or ""])
