"""What a deployment names: a model version or a published pipeline, as `name:version`, `name@latest` or `name`."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.pipelines.models import PipelineEndpoint, PublishedPipeline
from mlops.pipelines.publishing import version_of
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.registry.queries import model_offered, versions_of


def model_version(project: Project, text: str) -> ModelVersion:
    """Raises Refusal `model_missing`, `model_unknown` or `version_unknown`."""
    if not text.strip():
        raise Refusal(
            "model_missing",
            _("Say which model or pipeline to deploy."),
            hint=_("Such as “prices:3”, or “prices@latest”."),
            where=Where(parameter="model"),
        )
    if found := _by_id(project, text):
        return found
    name, label = _split(text)
    models = RegisteredModel.objects.filter(project=project)
    model = models.filter(name=name).first()
    if model is None and (abroad := model_offered(project, text)) is not None:
        model, label = abroad
    if model is None:
        names = list(models.values_list("name", flat=True))
        raise _unknown("model_unknown", _("This project has no model “%(name)s”.") % {"name": name}, name, names)
    versions = versions_of(model)
    one = versions.first() if label in ("", "latest") else versions.filter(number=_number(label)).first()
    if one is None:
        numbers = [str(number) for number in versions.values_list("number", flat=True)]
        message = _("“%(name)s” has no version “%(label)s”.") % {"name": name, "label": label}
        raise _unknown("version_unknown", message, label, numbers)
    return one


def published_pipeline(project: Project, text: str) -> PublishedPipeline:
    """Without a version the default one."""
    name, label = _split(text)
    endpoints = PipelineEndpoint.objects.filter(project=project).select_related("default__endpoint__project")
    endpoint = endpoints.filter(name=name).first() or endpoints.filter(name=text.removeprefix("azureml:")).first()
    if endpoint is None:
        names = list(endpoints.values_list("name", flat=True))
        message = _("This project has no published pipeline “%(name)s”.") % {"name": name}
        raise _unknown("pipeline_unknown", message, name, names)
    if label.isdecimal():
        return version_of(endpoint, int(label))
    if endpoint.default is None:
        raise Refusal("version_unknown", _("“%(name)s” has no version.") % {"name": name}, status=404)
    return endpoint.default


def _by_id(project: Project, text: str) -> ModelVersion | None:
    try:
        rows = ModelVersion.objects.filter(pk=UUID(text), model__project=project)
    except ValueError:
        return None
    return rows.select_related("model__project").first()


def _split(text: str) -> tuple[str, str]:
    text = text.strip().removeprefix("azureml:")
    if "@" in text:
        name, _at, label = text.rpartition("@")
        return name, label
    name, _colon, label = text.partition(":")
    return name, label


def _number(label: str) -> int:
    return int(label) if label.isdecimal() else -1


def _unknown(code: str, message: str, wanted: str, known: list[str]) -> Refusal:
    hint = nearest(wanted, known) or _("There are: %(all)s.") % {"all": ", ".join(known[:10]) or _("none")}
    return Refusal(code, message, hint=hint, status=404, where=Where(parameter="model"))
