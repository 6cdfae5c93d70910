"""What a policy names must be there: its endpoint, the datasets that its parameters fix, and the columns of the rows
that it compares on, where these are known before a run."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.datasets.queries import ready_version
from mlops.deployments.models import Endpoint
from mlops.formats.pipeline import PipelineParameter
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.retraining import Compare, RetrainingSettings
from mlops.formats.table import TableSchema
from mlops.packaging.tables import table_of
from mlops.pipelines.parameters import assign
from mlops.retraining.champion import endpoint_of


def check_endpoint(project: Project, settings: RetrainingSettings) -> None:
    """Raises Refusal `endpoint_unknown`."""
    if not settings.endpoint or endpoint_of(project, settings) is not None:
        return
    known = Endpoint.objects.filter(project=project).values_list("name", flat=True)
    raise _unknown(
        "endpoint_unknown",
        _("There is no endpoint “%(name)s” in this project.") % {"name": settings.endpoint},
        settings.endpoint,
        known,
        none=_("Deploy a model first, or leave the endpoint empty."),
        place="endpoint",
    )


def check_datasets(project: Project, parameters: dict[str, PipelineParameter], given: dict[str, object]) -> None:
    """Of the pipeline's parameters, with what is fixed for them. Raises those of `assign` and of a missing dataset."""
    values = assign(parameters, given)
    for name in given.keys() & values.keys():
        if parameters[name].type != "dataset":
            continue
        try:
            ready_version(project, values[name]["dataset"], values[name]["version"])
        except Refusal as refusal:
            where = Where(parameter=f"what.parameters.{name}", value=str(given[name]))
            message = _("The parameter “%(name)s”: %(why)s") % {"name": name, "why": refusal.message}
            raise Refusal(refusal.code, message, hint=refusal.hint, status=refusal.status, where=where) from refusal


def check_columns(project: Project, compare: Compare) -> None:
    """Of slices and of the truth, in the held-out dataset. Raises Refusal `column_unknown` or of a missing one."""
    held = compare.held_out
    version = table_of(project, held.dataset)
    if version.schema is None:
        return
    known = msgspec.convert(version.schema, TableSchema).names
    named = [(rule.column, "compare.slices") for rule in compare.slices]
    named += [(held.label, "compare.held_out.label")] if held.label else []
    for name, place in named:
        if name not in known:
            message = _("The dataset “%(dataset)s” has no column “%(name)s”.")
            raise _unknown(
                "column_unknown", message % {"dataset": version, "name": name}, name, known, none="", place=place
            )


def _unknown(code: str, message: str, name: str, known: Iterable[str], *, none: str, place: str) -> Refusal:
    names = list(known)
    there = _("There are: %(names)s.") % {"names": ", ".join(names[:20])} if names else none
    return Refusal(code, message, hint=nearest(name, names) or there, where=Where(parameter=place, value=name))
