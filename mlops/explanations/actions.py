"""Asking for an explanation of a model version, stopping one, and deleting one."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides
from mlops.explanations.held_out import held_out_of
from mlops.explanations.models import Explanation
from mlops.explanations.queries import project_of
from mlops.explanations.rows_to_explain import RowsToExplain, usual_rows
from mlops.formats.explanation import ExplainOrder
from mlops.formats.refusal import Refusal, Where
from mlops.packaging import leases
from mlops.packaging.tables import table_of
from mlops.registry.models import ModelVersion
from mlops.work.calls import later

CARRIED = "model"
"""Said instead of a dataset: the rows that the model carries."""
HELD_OUT = "held-out"
"""Said instead of a dataset: the rows that the version's run kept from training."""


def explain(
    actor: Any, version: ModelVersion, *, order: ExplainOrder, data: str = "", name: str = "", comment: str = ""
) -> Explanation:
    """`data`: `name`, `name:version` or `azureml:name:version` of the model's project, `model` for the rows that it
    carries, or `held-out` for those that its run kept from training; empty: what it was evaluated on, else what was
    held out, else what it learned from. Raises Refusal of unknown data and names."""
    project = version.model.project
    require(actor, "models.explain", project)
    data = data.strip()
    rows = _rows_of(version, data)
    order = msgspec.structs.replace(order, held_out=rows.is_held_out)
    try:
        with transaction.atomic():
            made = Explanation.objects.create(
                version=version,
                name=checked_name(version, name),
                comment=comment.strip()[:10_000],
                order=msgspec.to_builtins(order),
                dataset=rows.dataset,
                reason=_("Waits for a worker."),
                state_since=timezone.now(),
                created_by=actor,
            )
            _tell(actor, made, "requested", kind=order.kind, dataset=str(rows.dataset or ""))
            later("explanations.explain", made.pk)
    except IntegrityError:
        raise Refusal(
            "explanation_name_taken",
            _("%(version)s has an explanation “%(name)s” already.") % {"version": version, "name": name},
            hint=_("Choose another name, or leave it out."),
            status=409,
            where=Where(parameter="name"),
        ) from None
    return made


def _rows_of(version: ModelVersion, data: str) -> RowsToExplain:
    if not data:
        return usual_rows(version)
    if data == CARRIED:
        return RowsToExplain()
    if data != HELD_OUT:
        return RowsToExplain(dataset=table_of(version.model.project, data))
    found = held_out_of(version)
    if found is None:
        raise Refusal(
            "no_held_out",
            _("No rows are known that were held out when %(version)s was trained.") % {"version": version},
            hint=_("They are known where the run split a dataset and scored the other part. Name a dataset instead."),
            status=422,
            where=Where(parameter="data", value=data),
        )
    return RowsToExplain(dataset=found.dataset, is_held_out=True)


def cancel(actor: Any, asked: Explanation) -> Explanation:
    """One that waits is cancelled at once; one under way within seconds. Refused for one that has ended."""
    require(actor, "models.explain", project_of(asked))
    if asked.is_final:
        raise Refusal(
            "explanation_ended",
            _("The explanation “%(name)s” has ended already (%(state)s).")
            % {"name": asked, "state": asked.get_state_display().lower()},
            status=409,
        )
    with transaction.atomic():
        if leases.cancel(asked):
            _tell(actor, asked, "cancelled")
    asked.refresh_from_db()
    return asked


def delete(actor: Any, asked: Explanation) -> None:
    project = project_of(asked)
    require(actor, "models.explain", project)
    if not asked.is_final:
        raise Refusal(
            "explanation_running", _("The explanation has not ended."), hint=_("Cancel it first."), status=409
        )
    with transaction.atomic():
        change = gone(asked)
        Explanation.objects.filter(pk=asked.pk).delete()
        _tell(actor, asked, "deleted", change)


def checked_name(version: ModelVersion | None, name: str) -> str:
    name = name.strip()
    if not name:
        known = set(Explanation.objects.filter(version=version).values_list("name", flat=True))
        return next(f"explanation-{place}" for place in range(1, len(known) + 2) if f"explanation-{place}" not in known)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}", name):
        raise Refusal(
            "name_invalid",
            _("“%(name)s” cannot be the name of an explanation.") % {"name": name[:160]},
            hint=_("Use letters, digits, dots, hyphens and underscores."),
            where=Where(parameter="name"),
        )
    return name


def _tell(actor: Any, asked: Explanation, verb: str, change: Change | None = None, **data: str) -> None:
    project: Project = project_of(asked)
    record(
        actor,
        f"mlops.explanation.{verb}",
        subject=asked.subject,
        project=project,
        data={"explanation": asked.name, **data},
        notice=asked.of_what,
        **sides(change),
    )
