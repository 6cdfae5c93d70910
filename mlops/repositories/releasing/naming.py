"""The registered version that a deployment's file names, such as `azureml:churn:3` or `azureml:churn@champion`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.formats.refusal import Refusal, nearest
from mlops.registry.models import ModelVersion
from mlops.registry.queries import version_under, version_unknown, versions_of, visible_to


def version_named(actor: Any, project: Project, text: Any) -> ModelVersion:
    """Raises Refusal `model_unnamed`, `model_unknown`, `alias_unknown`, `not_found`."""
    if not isinstance(text, str) or not text or text.startswith((".", "/")):
        raise Refusal(
            "model_unnamed",
            _("The deployment's file names no registered model."),
            hint=_("Such as model: azureml:churn:3, azureml:churn@latest or azureml:churn@champion."),
        )
    plain = text.removeprefix("azureml:")
    name, sign, alias = plain.partition("@")
    number = ""
    if not sign:
        name, _colon, number = plain.partition(":")
    models = visible_to(actor).filter(project=project)
    model = models.filter(name=name).first()
    if model is None:
        hint = nearest(name, models.values_list("name", flat=True)) or _("Register it first.")
        raise Refusal("model_unknown", _("There is no model “%s” in this project.") % name[:200], hint=hint)
    if number.isdecimal():
        found = versions_of(model).filter(number=int(number)).first()
        if found is None:
            raise version_unknown(model, int(number))
        return found
    return version_under(model, alias or number or "latest")
