"""A deployment's settings as a form: for the wizard, and for editing. Every field of one is a field of the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mlops.deployments.targets import TARGETS, Availability, target
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal, Where
from mlops.web.pages import collection_form

MEGABYTE = 1024**2
PROVIDERS = (
    ("", gettext_lazy("Processor (CPU)")),
    ("cuda", gettext_lazy("NVIDIA GPU (CUDA)")),
    ("tensorrt, cuda", gettext_lazy("NVIDIA GPU (TensorRT, then CUDA)")),
    ("openvino", gettext_lazy("Intel (OpenVINO)")),
    ("rocm", gettext_lazy("AMD GPU (ROCm)")),
    ("directml", gettext_lazy("Windows GPU (DirectML)")),
)
NAMES = (
    "target", "target_options", "providers", "gpus", "image", "cpus", "memory_mb", "scaling", "instances",
    "least_instances", "most_instances", "utilization", "timeout_seconds", "queue_wait_seconds", "queue",
    "most_concurrent", "variables", "packages", "python", "description", *collection_form.NAMES,
)  # fmt: skip
FORM_NAMES = {"memory_bytes": "memory_mb", "scale": "scaling", "requirements": "packages"} | collection_form.FIELDS
"""Where a setting is called otherwise here."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A target that may be chosen, or why not."""

    name: str
    title: str
    about: str
    availability: Availability


def offers(chosen: str, options: str) -> list[Offer]:
    """The chosen one is asked with its options, the others with none."""
    words = _words()
    found = []
    for name in TARGETS:
        title, about = words.get(name, (name, ""))
        asked = _options(options) if name == chosen else {}
        found.append(Offer(name=name, title=title, about=about, availability=target(name).available(asked)))
    return found


def typed_of(settings: DeploymentSettings) -> dict[str, str]:
    """As the form shows them."""
    scale = settings.scale
    return {
        "target": settings.target,
        "target_options": _lines(settings.target_options, ": "),
        "providers": ", ".join(settings.providers),
        "gpus": str(settings.gpus),
        "image": settings.image,
        "cpus": f"{settings.cpus:g}",
        "memory_mb": f"{settings.memory_bytes / MEGABYTE:g}",
        "scaling": "load" if scale else "fixed",
        "instances": str(settings.instances),
        "least_instances": str(scale.least_instances if scale else 1),
        "most_instances": str(scale.most_instances if scale else 10),
        "utilization": f"{100 * (scale.target_utilization if scale else 0.7):g}",
        "timeout_seconds": f"{settings.timeout_seconds:g}",
        "queue_wait_seconds": f"{settings.queue_wait_seconds:g}",
        "queue": str(settings.queue),
        "most_concurrent": str(settings.most_concurrent or ""),
        "variables": _lines(settings.variables, "="),
        "packages": "\n".join(settings.requirements.packages),
        "python": settings.requirements.python,
        "description": settings.description,
        **collection_form.typed_of(settings.collection),
    }


def posted(post: QueryDict, usual: Mapping[str, str]) -> dict[str, str]:
    """What was typed, else what is usual."""
    found = {name: collection_form.posted(post, name, value) for name, value in usual.items()}
    return {name: value.replace("\r\n", "\n") for name, value in found.items()}


def given_of(typed: Mapping[str, str], *, base: DeploymentSettings | None = None) -> dict[str, Any]:
    """As mlops.deployments.settings takes them: what differs from `base` alone. Numbers that are none go on as they
    were typed, so that the check names the setting. Raises Refusal where a line cannot be read."""
    base = base or DeploymentSettings()
    given: dict[str, Any] = {
        "target": typed["target"],
        "target_options": _options(typed["target_options"]),
        "providers": [one.strip() for one in typed["providers"].split(",") if one.strip()],
        "gpus": _whole(typed["gpus"] or "0"),
        "image": typed["image"].strip(),
        "cpus": typed["cpus"],
        "memory_bytes": _bytes(typed["memory_mb"]),
        "scale": _scale(typed, base),
        "instances": _whole(typed["instances"]),
        "timeout_seconds": typed["timeout_seconds"],
        "queue_wait_seconds": typed["queue_wait_seconds"],
        "queue": _whole(typed["queue"]),
        "most_concurrent": _whole(typed["most_concurrent"]) if typed["most_concurrent"].strip() else False,
        "variables": _variables(typed["variables"]),
        "requirements": {
            "packages": [line.strip() for line in typed["packages"].splitlines() if line.strip()],
            "python": typed["python"].strip(),
        },
        "description": typed["description"].strip(),
        "collection": collection_form.given_of(typed, base=base.collection),
    }
    before = typed_of(base)
    unchanged = {name for name in given if all(typed[one] == before[one] for one in _typed_as(name))}
    return {name: value for name, value in given.items() if name not in unchanged}


def field_of(refusal: Refusal) -> str:
    """The form's field that a refusal points at."""
    name = refusal.where.parameter or ""
    return FORM_NAMES.get(name, name)


def _typed_as(name: str) -> tuple[str, ...]:
    if name == "scale":
        return ("scaling", "least_instances", "most_instances", "utilization")
    if name == "requirements":
        return ("packages", "python")
    if name == "collection":
        return collection_form.NAMES
    return (FORM_NAMES.get(name, name),)


def _words() -> dict[str, tuple[str, str]]:
    return {
        "process": (_("This machine"), _("A process of its own, started again when it dies. The quickest to start.")),
        "docker": (_("Docker"), _("Containers of an engine here or elsewhere, from an image that is built first.")),
        "kubernetes": (_("Kubernetes"), _("Pods of a cluster, with its own scaling, probes and weights.")),
        "iot_edge": (
            _("Devices (IoT Edge)"),
            _("A signed bundle or module that runs beside its callers, also without a network. It takes no traffic."),
        ),
    }


def _scale(typed: Mapping[str, str], base: DeploymentSettings) -> Any:
    if typed["scaling"] != "load":
        return False
    try:
        share = float(typed["utilization"]) / 100
    except ValueError:
        raise _unreadable("utilization", typed["utilization"], _("Give a percentage, such as 70.")) from None
    polling = base.scale.polling_seconds if base.scale else 1.0
    return {
        "least_instances": _whole(typed["least_instances"]),
        "most_instances": _whole(typed["most_instances"]),
        "target_utilization": share,
        "polling_seconds": polling,
    }


def _options(text: str) -> dict[str, Any]:
    """Lines of the form `name: value`, as in YAML."""
    from mlops.formats.azureml.lines import load

    try:
        options = load("target_options", text).value or {}
    except Refusal:
        options = None
    if not isinstance(options, dict):
        raise _unreadable("target_options", text, _("Write lines such as `namespace: models`."))
    return options


def _variables(text: str) -> dict[str, str]:
    found = {}
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if not name and not equals:
            continue
        if not equals or not name.strip().isidentifier():
            raise _unreadable("variables", line, _("Write one NAME=value a line."))
        found[name.strip()] = value
    return found


def _lines(values: Mapping[str, Any], between: str) -> str:
    if between == "=":
        return "\n".join(f"{name}={value}" for name, value in values.items())
    import yaml

    return yaml.safe_dump(dict(values), allow_unicode=True, sort_keys=False).strip() if values else ""


def _bytes(text: str) -> Any:
    try:
        return float(text) * MEGABYTE
    except ValueError:
        return text


def _whole(text: str) -> Any:
    return int(text) if text.strip().isdecimal() else text


def _unreadable(name: str, text: str, hint: str) -> Refusal:
    message = _("“%(text)s” cannot be understood.") % {"text": text.strip()[:80]}
    return Refusal("setting_invalid", message, hint=hint, where=Where(parameter=name))
