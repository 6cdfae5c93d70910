"""Further models of a deployment: served beside its own by name, or with it as an ensemble."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.access.offered import abroad, is_usable
from mlops.deployments import entries
from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.packaging.models import Conversion, ConversionState
from mlops.packaging.queries import best_conversion
from mlops.registry.models import ModelVersion
from mlops.registry.queries import reference_in, versions_offered

MOST_MODELS = 1_000


class Part(NamedTuple):
    """One model of a server, and how it answers."""

    version: ModelVersion
    entry: str
    conversion: Conversion | None


def check_several(endpoint: Endpoint, version: ModelVersion, entry: str, wanted: DeploymentSettings) -> None:
    """Raises a Refusal where the models cannot stand in one server, or where ensemble or weights do not fit."""
    if not wanted.models:
        if wanted.ensemble:
            raise _refused("ensemble", _("An ensemble needs further models."), _("Name them as `models`."))
        return
    further = versions_of(endpoint.project, wanted)
    for name, one in zip(wanted.models, further, strict=True):
        if not is_usable(one.model, endpoint.project):
            raise _unknown(endpoint.project, name)
    names = [str(one) for one in (version, *further)]
    if version in further or len(set(further)) < len(further):
        raise _refused("models", _("A model version is named twice."), _("Name each version once."))
    if len(set(names)) < len(names):
        message = _("Two of the models have the same name and version, by which they answer.")
        raise _refused("models", message, _("Deploy the one of another project by itself."))
    if entry == "script":
        if wanted.ensemble:
            message = _("The script itself combines its models.")
            raise _refused("ensemble", message, _("Leave `ensemble` out: the script's run() does it."))
        return
    for one in further:
        entries.check(endpoint, one, part_of(one).entry)
    if wanted.weights and (not wanted.ensemble or len(wanted.weights) != 1 + len(further) or sum(wanted.weights) <= 0):
        message = _("There are %(weights)d weights for %(models)d models.")
        told = {"weights": len(wanted.weights), "models": 1 + len(further)}
        hint = _("Give an ensemble one weight a model, in order: the deployment's own first.")
        raise _refused("weights", message % told, hint)


def versions_of(project: Project, wanted: DeploymentSettings) -> list[ModelVersion]:
    """The further models, in order; of other projects also those that are not offered any more. Raises Refusal
    `models_do_not_fit`."""
    if len(wanted.models) >= MOST_MODELS:
        message = _("A deployment serves at most %(most)d models.") % {"most": MOST_MODELS}
        raise _refused("models", message, _("Spread them over several deployments."))
    return [_version(project, name) for name in wanted.models]


def further_of(*deployments: Deployment) -> list[ModelVersion]:
    """Those that are still there of the models that they serve beside their own, in one query."""
    named = [named_in(name, one.endpoint.project.slug) for one in deployments for name in one.wanted.models]
    numbers = {number for _slug, _name, number in named if number.isascii() and number.isdecimal() and len(number) < 10}
    rows = ModelVersion.objects.filter(
        model__project__slug__in={slug for slug, _name, _number in named},
        model__name__in={name for _slug, name, _number in named},
        number__in=numbers,
    )
    found = {
        (row.model.project.slug, row.model.name, str(row.number)): row for row in rows.select_related("model__project")
    }
    return [found[one] for one in named if one in found]


def with_several() -> QuerySet[Deployment]:
    rows = Deployment.objects.filter(settings__has_key="models").exclude(settings__models=[])
    return rows.select_related("endpoint__project", "version__model")


def named_in(name: str, project: str) -> tuple[str, str, str]:
    """Of a model as a deployment names it: the project that has it (short names), its name and its number."""
    outside = abroad(name)
    if outside is not None:
        return outside.owner, outside.name, str(outside.version)
    plain, _colon, number = name.removeprefix("azureml:").rpartition(":")
    return project, plain, number


def parts_of(deployment: Deployment) -> list[Part]:
    """The deployment's own model first; a single one where it has no further models."""
    own = Part(deployment.version, deployment.entry, deployment.conversion)
    return [own, *(part_of(one) for one in versions_of(deployment.endpoint.project, deployment.wanted))]


def part_of(version: ModelVersion) -> Part:
    """As ONNX where its conversion was accepted, else as it is: nothing is waited for."""
    if entries.is_graph(version):
        return Part(version, "onnx", None)
    conversion = best_conversion(version)
    if conversion is not None and conversion.state == ConversionState.ACCEPTED:
        return Part(version, "onnx", conversion)
    best = entries.best(version)
    return Part(version, "native" if best == "onnx" else best, None)


def _version(project: Project, named: str) -> ModelVersion:
    outside = abroad(named)
    if outside is not None:
        found = ModelVersion.objects.filter(model__project__slug=outside.owner, model__name=outside.name)
        number = outside.version
    else:
        name, _colon, number = named.removeprefix("azureml:").rpartition(":")
        found = ModelVersion.objects.filter(model__project=project, model__name=name)
    is_number = number.isascii() and number.isdecimal() and len(number) < 10
    version = found.select_related("model__project").filter(number=int(number)).first() if is_number else None
    if version is None:
        raise _unknown(project, named)
    return version


def _unknown(project: Project, named: str) -> Refusal:
    """The same where there is none and where it is not offered."""
    known = [str(one) for one in ModelVersion.objects.filter(model__project=project).select_related("model")]
    known += [reference_in(project, one) for one in versions_offered(project)]
    hint = nearest(named, known) or _("Write NAME:VERSION, or OWNER/NAME:VERSION of what another project offers.")
    message = _("There is no model version “%(named)s” in “%(project)s”.")
    return _refused("models", message % {"named": named, "project": project.name}, hint)


def _refused(parameter: str, message: str, hint: str) -> Refusal:
    return Refusal("models_do_not_fit", message, hint=hint, where=Where(parameter=parameter))
